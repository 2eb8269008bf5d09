"""Machine-readable zones: the specimens of every layout, look-alikes, failed checks, and what is no zone."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.mrz import (
    Format,
    MrzUnreadable,
    NationalityStatus,
    TravelDocumentZone,
    check_digit,
    compose_td1,
    compose_td3,
    read_zone,
    zones_in,
)
from shelterdesk.core.mrz_fields import name_field, transliterate

TODAY = date(2024, 1, 1)

A = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
B = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
C = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
D = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
E = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<"
F = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"
G = "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\nD23145890<UTO3407127M95071227349<<<8"
H = "P<NLDDE<BRUIJN<<WILLEKE<LISELOTTE<<<<<<<<<<<\nSPECI20142NLD6503101F2403096999999990<<<<<84"
I_ = "P<VENGONZALEZ<RODRIGUEZ<<MARIA<JOSE<<<<<<<<<\n0123456784VEN9502286F2801153<<<<<<<<<<<<<<<0"
J = "P<BGDISLAM<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nBX01234561BGD99<<<<0M2706306<<<<<<<<<<<<<<<8"
K = "P<PANDOE<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nP000000016XXA85<<<<1<3001019<<<<<<<<<<<<<<<6"
L = "PNHTIJEAN<BAPTISTE<<MARIE<FLORE<<<<<<<<<<<<<\nR101234567HTI0905127F29123160109<<<<<<<<<<68"
M = "I<ECU171234567<82<<<<<<<<<<<<<\n0102030F3102031ECU<<<<<<<<<<<2\nQUISPE<MAMANI<<ROSA<ELENA<<<<<"

ERIKSSON = {
    "issuer": "UTO", "surnames": "ERIKSSON", "given": "ANNA MARIA", "sex": "F", "single_name": False,
}  # fmt: skip
SPECIMENS: dict[str, tuple[str, dict[str, Any]]] = {
    "A": (A, ERIKSSON | {
        "format": "TD3", "doc_code": "P", "number": "L898902C3", "nationality": "UTO", "birth": "1974-08-12",
        "expiry": "2012-04-15", "expired": True, "optional": "ZE184226B"}),
    "B": (B, ERIKSSON | {
        "format": "TD1", "doc_code": "I", "number": "D23145890", "nationality": "UTO", "birth": "1974-08-12",
        "expiry": "2012-04-15", "expired": True, "optional": ""}),
    "C": (C, ERIKSSON | {
        "format": "TD2", "doc_code": "I", "number": "D23145890", "nationality": "UTO", "birth": "1974-08-12",
        "expiry": "2012-04-15", "expired": True, "optional": ""}),
    "D": (D, ERIKSSON | {
        "format": "MRVA", "doc_code": "V", "number": "L8988901C", "nationality": None,
        "nationality_code": "XXX", "nationality_status": "UNSPECIFIED",
        "birth": "1940-09-07", "expiry": "1996-12-10",
        "optional": "6ZE184226B"}),
    "E": (E, ERIKSSON | {
        "format": "MRVB", "doc_code": "V", "number": "L8988901C", "nationality": None,
        "nationality_status": "UNSPECIFIED", "birth": "1940-09-07", "expiry": "1996-12-10", "optional": ""}),
    "F": (F, {
        "format": "TD1", "number": "D23145890734", "surnames": "STEVENSON", "given": "PETER JOHN", "sex": "M",
        "birth": "1934-07-12", "expiry": "1995-07-12", "optional": ""}),
    "G": (G, {
        "format": "TD2", "number": "D23145890734", "surnames": "STEVENSON", "given": "PETER JOHN", "sex": "M",
        "birth": "1934-07-12", "expiry": "1995-07-12", "optional": ""}),
    "H": (H, {
        "format": "TD3", "issuer": "NLD", "surnames": "DE BRUIJN", "given": "WILLEKE LISELOTTE",
        "number": "SPECI2014", "nationality": "NLD", "birth": "1965-03-10", "expiry": "2024-03-09",
        "expired": False, "optional": "999999990"}),
    "I": (I_, {
        "surnames": "GONZALEZ RODRIGUEZ", "given": "MARIA JOSE", "number": "012345678", "nationality": "VEN",
        "birth": "1995-02-28", "expiry": "2028-01-15", "optional": "", "single_name": False}),
    "J": (J, {
        "surnames": "ISLAM", "given": "", "single_name": True, "birth": "1999", "sex": "M",
        "nationality": "BGD", "expiry": "2027-06-30"}),
    "K": (K, {
        "issuer": "PAN", "nationality": None, "nationality_code": "XXA", "nationality_status": "STATELESS",
        "surnames": "DOE", "birth": "1985", "sex": "X", "expiry": "2030-01-01"}),
    "L": (L, {
        "doc_code": "PN", "issuer": "HTI", "surnames": "JEAN BAPTISTE", "given": "MARIE FLORE",
        "number": "R10123456", "birth": "2009-05-12", "expiry": "2029-12-31", "optional": "0109"}),
    "M": (M, {
        "format": "TD1", "number": "1712345678", "nationality": "ECU", "surnames": "QUISPE MAMANI",
        "given": "ROSA ELENA", "birth": "2001-02-03", "expiry": "2031-02-03", "optional": ""}),
}  # fmt: skip


def failed(zone: TravelDocumentZone) -> list[str]:
    return [check.field for check in zone.checks if not check.ok]


@pytest.mark.parametrize("name", SPECIMENS)
def test_a_specimen_is_read_with_every_check_right(name: str) -> None:
    text, expected = SPECIMENS[name]
    zone = read_zone(text, TODAY)
    plain = zone.to_json()
    assert {key: plain[key] for key in expected} == expected
    assert zone.valid and failed(zone) == []
    assert not zone.swaps
    assert json.loads(json.dumps(plain)) == plain


@pytest.mark.parametrize("name", SPECIMENS)
def test_lines_joined_spaced_or_in_small_letters_are_the_same_zone(name: str) -> None:
    text, _ = SPECIMENS[name]
    zone = read_zone(text, TODAY)
    assert read_zone(text.replace("\n", ""), TODAY) == zone
    assert read_zone(f"\n  {text.lower()}  ".replace("\n", " \r\n"), TODAY) == zone
    assert read_zone(text.replace("<<", "« ", 1), TODAY) == zone


def test_the_long_number_has_the_check_digit_over_the_whole() -> None:
    check = read_zone(F, TODAY).checks[0]
    assert (check.field, check.expected, check.found) == ("number", "9", "9")
    assert [c.found for c in read_zone(L, TODAY).checks if c.field in ("optional", "composite")] == ["6", "8"]


def test_a_zero_or_a_filler_may_stand_behind_empty_optional_data() -> None:
    zero = I_[:-2] + "0" + I_[-1]
    assert I_[-2:] == "<0"
    assert read_zone(zero, TODAY).valid and read_zone(I_, TODAY).valid


def test_a_wrong_birth_date_fails_two_checks_and_keeps_the_document() -> None:
    zone = read_zone(A.replace("740812", "750812"), TODAY)
    assert failed(zone) == ["birth", "composite"]
    assert zone.birth == "1975-08-12" and zone.number == "L898902C3"
    assert not zone.valid


def test_a_wrong_composite_alone_is_seen() -> None:
    assert failed(read_zone(C[:-1] + "1", TODAY)) == ["composite"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (A[:-1], "Line 2 has 43 characters where 44 belong."),
        (B[1:], "Line 1 has 29 characters where 30 belong."),
        ("", "There is no machine-readable zone in this text."),
        ("hello", "A document zone has 2 lines of 44 or 36 characters or 3 lines of 30; this has 5."),
        (A.replace("ANNA", "ANÑA"), "Line 1 has the sign Ñ, which no document zone has."),
    ],
)
def test_what_is_no_zone_says_so(text: str, sentence: str) -> None:
    with pytest.raises(MrzUnreadable) as refusal:
        read_zone(text, TODAY)
    assert refusal.value.sentence == sentence
    assert refusal.value.next_step


def test_letters_in_a_date_are_read_as_the_digits_they_look_like() -> None:
    zone = read_zone(A.replace("7408122F1204159", "74O8I22F12O4159"), TODAY)
    assert zone.valid and zone.birth == "1974-08-12" and zone.expiry == "2012-04-15"
    assert [(s.field, s.found, s.read_as) for s in zone.swaps] == [
        ("birth", "O", "0"), ("birth", "I", "1"), ("expiry", "O", "0"),
    ]  # fmt: skip
    assert "O was read as 0 in the birth date." in zone.warnings
    assert zone.lines[1] == A.splitlines()[1].replace("7408122F1204159", "74O8I22F12O4159")


def test_digits_in_letter_fields_are_read_as_letters_and_check_digits_as_digits() -> None:
    misread = A.replace("ANNA<MARIA", "ANNA<MAR1A").replace("UTO740", "UT0740").replace("<<10", "<<IO")
    zone = read_zone(misread, TODAY)
    assert zone.valid and zone.given == "ANNA MARIA" and zone.nationality == "UTO"
    assert [s.field for s in zone.swaps] == ["optional", "composite", "nationality", "name"]


def test_a_document_number_is_never_bent_to_fit() -> None:
    zone = read_zone(A.replace("L898902C3", "L8989O2C3"), TODAY)
    assert zone.number == "L8989O2C3"
    assert failed(zone) == ["number", "composite"]


def test_letters_that_do_not_fit_stay_as_they_were_read() -> None:
    zone = read_zone(A.replace("7408122F", "74O9122F"), TODAY)
    assert zone.birth is None and "birth" in failed(zone) and not zone.swaps
    assert "The birth date in the zone is not a date: 74O912." in zone.warnings


@pytest.mark.parametrize(
    ("text", "birth"),
    [("<<<<<<", None), ("99<<<<", "1999"), ("9905<<", "1999-05"), ("990000", "1999"), ("990500", "1999-05"),
     ("990231", None), ("99<<05", None), ("240101", "2024-01-01"), ("240102", "1924-01-02"),
     ("24<<<<", "2024"), ("2402<<", "1924-02"), ("000229", "2000-02-29")],
)  # fmt: skip
def test_births_in_part_and_the_century(text: str, birth: str | None) -> None:
    zone = read_zone(passport(birth=text), TODAY)
    assert zone.birth == birth
    assert zone.valid


@pytest.mark.parametrize(
    ("text", "expiry", "expired"),
    [("231231", "2023-12-31", True), ("240101", "2024-01-01", False), ("740101", "2074-01-01", False),
     ("750101", "1975-01-01", True), ("<<<<<<", None, None), ("2412<<", "2024-12", None),
     ("241301", None, None)],
)  # fmt: skip
def test_expiry_lies_within_half_a_century(text: str, expiry: str | None, expired: bool | None) -> None:
    zone = read_zone(passport(expiry=text), TODAY)
    assert (zone.expiry, zone.expired) == (expiry, expired)


def passport(**other: str) -> str:
    fields = {
        "issuer": "VEN", "surnames": "Pérez Toussaint", "given": "Ana", "number": "012345678",
        "nationality": "VEN", "birth": "940302", "sex": "F", "expiry": "280115",
    }  # fmt: skip
    return compose_td3(**(fields | other))


@pytest.mark.parametrize(
    ("code", "nationality", "status"),
    [("XXA", None, NationalityStatus.STATELESS), ("XXB", None, NationalityStatus.REFUGEE),
     ("XXC", None, NationalityStatus.OTHER_REFUGEE), ("XXX", None, NationalityStatus.UNSPECIFIED),
     ("D", "DEU", None), ("GBD", "GBR", None), ("RKS", "XKX", None), ("QQQ", "QQQ", None), ("", None, None)],
)  # fmt: skip
def test_nationalities(code: str, nationality: str | None, status: NationalityStatus | None) -> None:
    zone = read_zone(passport(nationality=code), TODAY)
    assert (zone.nationality, zone.nationality_code, zone.nationality_status) == (nationality, code, status)
    assert bool(zone.warnings) is (code in ("QQQ", ""))


def test_what_the_clerk_is_warned_of() -> None:
    long = read_zone(passport(surnames="Montenegro Villavicencio Echeverría Altamirano", given="Ana"), TODAY)
    assert any("cut off" in warning for warning in long.warnings) and long.given == "AN"
    unnamed = read_zone(passport(surnames="Ahmadzai", given="FNU"), TODAY)
    assert (unnamed.surnames, unnamed.given, unnamed.single_name) == ("AHMADZAI", "", True)
    assert any("not known" in warning for warning in unnamed.warnings)
    assert any("1930" in warning for warning in read_zone(passport(birth="300101"), TODAY).warnings)
    assert any("unusual code" in warning for warning in read_zone(passport(doc_code="Q"), TODAY).warnings)


def test_sex_unreadable_is_unknown_and_unspecified_is_x() -> None:
    text = passport(sex="X")
    assert read_zone(text, TODAY).sex == "X"
    odd = text[: 45 + 20] + "Q" + text[45 + 21 :]
    assert read_zone(odd, TODAY).sex == "U"


def test_zones_of_a_text_are_divided_by_blank_lines() -> None:
    assert [read_zone(zone, TODAY).format for zone in zones_in(f"{A}\n\n{B}\n \n\n{C}\n")] == [
        Format.TD3, Format.TD1, Format.TD2,
    ]  # fmt: skip
    assert zones_in("\n \n") == []


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("D'ARTAGNAN", "DARTAGNAN"), ("D’Artagnan", "DARTAGNAN"), ("Marie-Élise", "MARIE<ELISE"),
        ("Smith, Jones", "SMITH<JONES"), ("Dr. No 7", "DR<NO"), ("Ñáñez", "NANEZ"), ("Müller", "MUELLER"),
        ("Björk Ångström", "BJOERK<AANGSTROEM"), ("Groß", "GROSS"), ("Þór Æsir", "THOR<AESIR"),
        ("Çelik", "CELIK"),
        ("Œuvrard", "OEUVRARD"), ("Łukasz", "LUKASZ"), ("Ілля", "ILLIA"), ("Щукин", "SHCHUKIN"),
        ("Хаджиев Юрий", "KHADZHIEV<IURII"), ("ıİ", "II"), ("محمد", "MXHMD"), ("محمّد", "MXHMMD"),
        ("شيخ", "XSHYXKH"), ("فاطمة", "FAXTTMXAH"), ("N\u0303ez", "NEZ"), ("王", ""),
    ],
)  # fmt: skip
def test_names_in_the_alphabet_of_the_zone(name: str, written: str) -> None:
    assert transliterate(name) == written


def test_a_single_name_has_no_second_part() -> None:
    assert name_field("", "Zahra", 12) == "ZAHRA<<<<<<<"
    assert name_field("Pérez", "Ana", 12) == "PEREZ<<ANA<<"


TEXTS = st.text(st.characters(exclude_categories=()), max_size=30)
PARTS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=9)
NAMES = st.lists(PARTS, min_size=1, max_size=5).map(" ".join)


@given(NAMES, NAMES, st.integers(20, 39))
def test_a_cut_name_ends_in_a_letter_and_keeps_both_parts(surnames: str, others: str, width: int) -> None:
    field = name_field(surnames, others, width)
    assert len(field) == width
    primary, _, secondary = field.rstrip("<").partition("<<")
    assert primary and surnames.replace(" ", "").startswith(primary.replace("<", ""))
    assert secondary and others.replace(" ", "").startswith(secondary.replace("<", ""))
    assert len(surnames) + len(others) + 2 < width or field[-1] != "<"


@given(NAMES)
def test_a_single_name_too_long_ends_in_a_letter(only: str) -> None:
    assert len(only) < 12 or name_field(only, "", 12)[-1] != "<"


@given(NAMES, NAMES, st.dates(date(1930, 1, 1), date(2023, 12, 31)), st.sampled_from("FMX"),
       st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=10, max_size=22))  # fmt: skip
def test_what_is_composed_is_read_back(surnames: str, others: str, born: date, sex: str, number: str) -> None:
    shared = {
        "issuer": "ECU", "surnames": surnames, "given": others, "nationality": "COL", "sex": sex,
        "birth": born.strftime("%y%m%d"), "expiry": "300101",
    }  # fmt: skip
    for text, printed in (
        (compose_td3(**shared, number=number[:9]), number[:9]),
        (compose_td1(**shared, number=number[:9]), number[:9]),
        (compose_td1(**shared, number=number), number),
    ):
        zone = read_zone(text, TODAY)
        assert zone.valid
        assert (zone.number, zone.sex, zone.nationality, zone.issuer) == (printed, sex, "COL", "ECU")
        assert zone.birth is not None and zone.birth[4:] == born.isoformat()[4:]


@given(st.sampled_from(sorted(SPECIMENS)), st.data())
def test_one_wrong_digit_in_a_checked_field_never_passes_as_it_is(name: str, data: st.DataObject) -> None:
    text = SPECIMENS[name][0].splitlines()
    line = 0 if name in "BFM" else 1
    start = 5 if line == 0 else 0
    at = data.draw(st.integers(start, start + 8))
    digit = data.draw(st.sampled_from("0123456789"))
    if text[line][at].isdigit() and text[line][at] != digit:
        text[line] = text[line][:at] + digit + text[line][at + 1 :]
        assert not read_zone("\n".join(text), TODAY).valid


@given(TEXTS | st.text("<ABC012OIS", min_size=88, max_size=90))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        zone = read_zone(text, TODAY)
    except MrzUnreadable:
        return
    json.dumps(zone.to_json())


@given(TEXTS)
def test_any_name_can_be_transliterated(name: str) -> None:
    assert set(transliterate(name)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ<")


def test_what_does_not_fit_cannot_be_composed() -> None:
    with pytest.raises(ValueError, match="number does not fit"):
        passport(number="0123456789")
    with pytest.raises(ValueError, match="does not belong"):
        check_digit("a")

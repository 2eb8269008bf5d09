"""Lodging cards on a real file: printed, bound, replaced, revoked, checked by others without the database."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pypdfium2
import pytest

from shelterdesk.actions.bearers import bearer_of, local_today
from shelterdesk.actions.card_binding import bind_card, find_card, revoke_card
from shelterdesk.actions.card_check import (
    PUBLIC_ROSTER,
    export_card_roster,
    publish_revoked,
    read_card_roster,
    verify_card,
    verify_card_in_folder,
    verify_card_with_roster,
    write_public_roster,
)
from shelterdesk.actions.cards import (
    REVOKED_AT_ONCE,
    _file_with,
    card_print_warnings,
    print_blank_cards,
    print_cards,
)
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.counter import serve
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.undo import undo_last
from shelterdesk.core.blank_cards import blank_number, read_blank_number
from shelterdesk.core.counter import Verdict
from shelterdesk.core.errors import BadField, CannotWrite, DamagedFile, NotAllowed, NotFound, Refused
from shelterdesk.core.kinds import PERSON, SETTING
from shelterdesk.core.number import person_number
from shelterdesk.keys.cardclaim import CardUnreadable, CardVerdict
from shelterdesk.keys.cardtoken import make_token
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.keys.sshsig import BadSignature
from tests.actions.at_site import family, group, person, with_plan
from tests.stations import PASSPHRASE, Template, make_template

TODAY = date(2026, 11, 23)


def token_of(desk: Desk, serial: int, days: int = 90) -> str:
    """The code on a card of this desk, as it was printed."""
    return make_token(desk.store.keys.signing, serial, TODAY + timedelta(days=days), desk.who.is_practice)


def rows(desk: Desk, sql: str) -> list[tuple[object, ...]]:
    return list(desk.store.conn.execute(sql))


def test_a_printing_that_could_not_be_noted_leaves_the_file_of_before(desk: Desk, tmp_path: Path) -> None:
    ana = person(desk, "Ana")
    out = tmp_path / "cards.pdf"
    for before in (None, b"the cards of yesterday"):
        if before is not None:
            out.write_bytes(before)
        with pytest.raises(KeyError), _file_with(out, b"new"):
            raise KeyError(ana)
        assert (out.read_bytes() if out.exists() else None) == before


def test_a_card_printed_ahead_says_nothing_of_a_family_nobody_knows_yet(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "ahead.pdf"
    print_blank_cards(desk, 1, out)
    pdf = pypdfium2.PdfDocument(out)
    page = pdf[0].get_textpage()
    said = page.get_text_bounded().replace("Page 1 of 1", "").split()
    page.close()
    pdf.close()
    assert "Group" in said and "1" not in said, "how many they are is a line to write on"


def test_the_card_of_a_child_alone_says_what_that_of_an_adult_alone_says(desk: Desk, tmp_path: Path) -> None:
    """Whoever finds one of them must not learn which it is: no name on either, the same words on both."""
    told = set()
    for given, birth in (("Rosalinda", "1980"), ("Juanito", "2015"), ("Xiomara", "")):
        _, number = person(desk, given, birth=birth)
        out = tmp_path / f"{given}.pdf"
        print_cards(desk, out, persons=[number])
        pdf = pypdfium2.PdfDocument(out)
        page = pdf[0].get_textpage()
        words = page.get_text_bounded()
        page.close()
        pdf.close()
        assert given not in words
        told.add(words.replace(number, "NUMBER").replace(number.split("-")[1], "N"))
    assert len(told) == 1


def found(desk: Desk, text: str) -> tuple[CardVerdict, str | None]:
    reader = desk.reader()
    try:
        seen = find_card(reader, text, TODAY)
        return seen.verdict, None if seen.record is None else seen.record.person
    finally:
        reader.close()


def test_a_familys_cards_in_one_go(desk: Desk, tmp_path: Path) -> None:
    with_plan(desk)
    number, people = family(desk, {"given": "Rosa María"}, {"given": "Luz", "birth": "2020"})
    out = tmp_path / "cards.pdf"
    before = len(rows(desk, "SELECT id FROM event"))
    done = print_cards(desk, out, household=number)
    assert (done.result.cards, done.result.pages, done.result.serials, done.result.replaced) == (
        2,
        1,
        (1, 2),
        0,
    )
    assert len(rows(desk, "SELECT id FROM event")) == before + 1 and done.changes.kinds == {"card", "access"}
    pdf = pypdfium2.PdfDocument(out)
    text = pdf[0].get_textpage().get_text_bounded()
    pdf.close()
    # A child's card carries no name; both say the family is two.
    assert "Rosa" in text and "Luz" not in text and "2026-11-23" in text
    assert rows(desk, "SELECT serial, printed_at IS NOT NULL, expires_on FROM card ORDER BY serial") == [
        (1, 1, "2027-02-21"),
        (2, 1, "2027-02-21"),
    ]
    assert rows(desk, "SELECT access, subject_kind, count FROM access") == [("printed", "card", 2)]
    assert found(desk, token_of(desk, 1)) == (CardVerdict.VALID, people[0][0])


def test_a_file_that_cannot_be_written_prints_nothing(desk: Desk, tmp_path: Path) -> None:
    ent, number = person(desk)
    print_cards(desk, tmp_path / "first.pdf", persons=[number])
    before = rows(desk, "SELECT count(*) FROM event")
    with pytest.raises(CannotWrite):
        print_cards(desk, tmp_path / "no such folder" / "cards.pdf", persons=[number])
    assert rows(desk, "SELECT count(*) FROM event") == before
    assert rows(desk, "SELECT count(*) FROM card WHERE revoked_at IS NULL") == [(1,)]
    # The serial that was drawn is never used again.
    assert print_cards(desk, tmp_path / "second.pdf", persons=[number]).result.serials == (3,)


def test_what_is_not_kept_leaves_no_cards_on_the_disk(desk: Desk, tmp_path: Path) -> None:
    _, number = person(desk)
    desk.store.conn.execute(
        "CREATE TEMP TRIGGER no_more BEFORE INSERT ON main.event BEGIN SELECT raise(ABORT, 'full'); END"
    )
    out = tmp_path / "cards.pdf"
    with pytest.raises(Exception, match="full"):
        print_cards(desk, out, persons=[number])
    assert not out.exists()


def test_a_new_card_revokes_the_one_before(desk: Desk, tmp_path: Path) -> None:
    ent, number = person(desk)
    print_cards(desk, tmp_path / "a.pdf", persons=[number])
    assert print_cards(desk, tmp_path / "b.pdf", persons=[ent]).result.replaced == 1
    assert found(desk, token_of(desk, 1)) == (CardVerdict.REVOKED, ent)
    assert found(desk, token_of(desk, 2)) == (CardVerdict.VALID, ent)
    assert rows(
        desk, "SELECT o.serial, n.serial FROM card o JOIN card n ON n.ent = o.replaced_by"
    ) == [(1, 2)]  # fmt: skip


def test_everybody_in_the_house_and_nobody(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        print_cards(desk, tmp_path / "c.pdf", all_present=True)
    for _ in range(12):
        person(desk)
    person(desk, number=None)
    done = print_cards(desk, tmp_path / "c.pdf", all_present=True, form="letter").result
    assert (done.cards, done.pages) == (12, 2) and "1 person has no number yet." in done.left_out
    with pytest.raises(NotFound):
        print_cards(desk, tmp_path / "c.pdf", persons=["LB1-000099-X"])


def test_a_whole_house_gets_new_cards(desk: Desk, tmp_path: Path) -> None:
    many = REVOKED_AT_ONCE + 5
    with desk.store.write(desk.user) as event:
        for n in range(many):
            number = person_number("LB", "1", n + 1)
            event.create(
                PERSON, {"number": number, "birth": "1990", "arrived_at": event.now, "station": "LB"}
            )
    for expected in (0, many):
        assert print_cards(desk, tmp_path / "c.pdf", all_present=True).result.replaced == expected
    good = "SELECT count(*), count(DISTINCT person), min(serial) FROM card WHERE revoked_at IS NULL"
    assert rows(desk, good) == [(many, many, many + 1)]
    assert rows(
        desk, "SELECT count(*) FROM card o JOIN card n ON n.ent = o.replaced_by AND n.person = o.person"
    ) == [(many,)]


def test_a_whole_house_of_new_cards_is_taken_back_whole(desk: Desk, tmp_path: Path) -> None:
    """Earlier cards are revoked in several events: taking back the first alone would leave people without any."""
    many = 2 * REVOKED_AT_ONCE + 5
    with desk.store.write(desk.user) as event:
        for n in range(many):
            number = person_number("LB", "1", n + 1)
            event.create(
                PERSON, {"number": number, "birth": "1990", "arrived_at": event.now, "station": "LB"}
            )
    print_cards(desk, tmp_path / "c.pdf", all_present=True)
    again = print_cards(desk, tmp_path / "c.pdf", all_present=True).result
    undo_last(desk, again.undo)
    good = "SELECT count(*), count(DISTINCT person), max(serial) FROM card WHERE revoked_at IS NULL AND void IS NULL"
    assert rows(desk, good) == [(many, many, many)]


def test_a_card_whose_printing_was_taken_back_is_good_for_nobody(desk: Desk, tmp_path: Path) -> None:
    """It is on paper all the same: whoever checks it hears that it is not good, here and with the public file."""
    _, number = person(desk)
    print_cards(desk, tmp_path / "a.pdf", persons=[number])
    second = print_cards(desk, tmp_path / "b.pdf", persons=[number]).result
    taken_back = undo_last(desk, second.undo).result
    assert found(desk, token_of(desk, 2)) == (CardVerdict.REVOKED, None)
    assert found(desk, token_of(desk, 1))[0] is CardVerdict.VALID
    verdicts = [
        verify_card_in_folder(token_of(desk, serial), desk.folder, TODAY).verdict for serial in (1, 2)
    ]
    assert verdicts == [CardVerdict.VALID, CardVerdict.REVOKED]
    with pytest.raises(Refused):
        bind_card(desk, token_of(desk, 2), number)
    undo_last(desk, taken_back.undo)
    verdicts = [
        verify_card_in_folder(token_of(desk, serial), desk.folder, TODAY).verdict for serial in (1, 2)
    ]
    assert verdicts == [CardVerdict.REVOKED, CardVerdict.VALID]


def test_how_long_a_card_is_good_is_a_setting(desk: Desk, tmp_path: Path) -> None:
    with desk.store.write(desk.user) as event:
        event.create(
            SETTING,
            {"key": "card_valid_days", "value": 10, "source": "the admin", "valid_from": "2026-11-01"},
        )
    print_cards(desk, tmp_path / "c.pdf", persons=[person(desk)[1]])
    assert rows(desk, "SELECT expires_on FROM card") == [("2026-12-03",)]


def test_cards_printed_ahead_are_bound_by_a_scan(desk: Desk, tmp_path: Path) -> None:
    assert print_blank_cards(desk, 3, tmp_path / "blank.pdf").result.serials == (1, 2, 3)
    ent, number = person(desk)
    token = token_of(desk, 2)
    assert found(desk, token) == (CardVerdict.VALID, None)
    assert serve(desk, "LUNCH", token).result.verdict is Verdict.UNKNOWN
    done = bind_card(desk, token.lower(), number).result
    assert done.person == ent and found(desk, token) == (CardVerdict.VALID, ent)
    assert serve(desk, "LUNCH", token).result.person == ent
    assert bind_card(desk, token, number).result.undo == ()
    with pytest.raises(Refused):
        bind_card(desk, token, person(desk)[1])
    bind_card(desk, blank_number("LB1", 3), number)
    assert found(desk, token) == (CardVerdict.REVOKED, ent)
    with pytest.raises(Refused):
        bind_card(desk, token, number)
    with pytest.raises(NotFound):
        bind_card(desk, token_of(desk, 9), number)
    with pytest.raises(NotFound):
        bind_card(desk, number, number)
    for many in (0, 1_001):
        with pytest.raises(BadField):
            print_blank_cards(desk, many, tmp_path / "blank.pdf")


def test_several_cards_may_stand_for_a_token(desk: Desk, tmp_path: Path) -> None:
    print_blank_cards(desk, 2, tmp_path / "blank.pdf")
    ent, token = group(desk, 2)
    for serial in (1, 2):
        assert bind_card(desk, token_of(desk, serial), token).result.group == ent
    assert serve(desk, "LUNCH", token_of(desk, 1)).result.group == ent
    assert serve(desk, "LUNCH", token_of(desk, 2)).result.is_given
    assert not serve(desk, "LUNCH", token_of(desk, 2)).result.is_given


def test_a_lost_card_does_not_eat_its_owners_meal(desk: Desk, tmp_path: Path) -> None:
    ent, number = person(desk)
    print_cards(desk, tmp_path / "c.pdf", persons=[number])
    revoke_card(desk, number, "lost")
    said = serve(desk, "LUNCH", token_of(desk, 1)).result
    assert said.verdict is Verdict.UNKNOWN and any("lost" in one for one in said.advice)
    assert serve(desk, "LUNCH", number).result.is_given
    with pytest.raises(NotFound):
        revoke_card(desk, number, "lost")
    with pytest.raises(BadField):
        revoke_card(desk, token_of(desk, 1), " ")


def test_an_expired_card_still_says_who_it_is(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    ent, number = person(desk)
    print_cards(desk, tmp_path / "c.pdf", persons=[number])
    clock.forward(timedelta(days=91))
    done = serve(desk, "LUNCH", token_of(desk, 1)).result
    assert done.is_given and done.person == ent and any("expired" in one for one in done.advice)


def test_a_card_is_checked_in_the_folder_without_a_log_in(desk: Desk, tmp_path: Path) -> None:
    _, number = person(desk, "Rosa")
    print_cards(desk, tmp_path / "a.pdf", persons=[number])
    good = verify_card_in_folder(token_of(desk, 1), desk.folder, TODAY)
    assert (good.verdict, good.station, good.serial) == (CardVerdict.VALID, "LB", 1)
    print_cards(desk, tmp_path / "b.pdf", persons=[number])
    assert verify_card_in_folder(token_of(desk, 1), desk.folder, TODAY).verdict is CardVerdict.REVOKED
    assert verify_card_in_folder(token_of(desk, 2), desk.folder, TODAY).verdict is CardVerdict.VALID
    late = TODAY + timedelta(days=91)
    assert verify_card_in_folder(token_of(desk, 2), desk.folder, late).verdict is CardVerdict.EXPIRED
    strange = make_token(SigningKey(bytes(32)), 1, late, False)
    assert verify_card_in_folder(strange, desk.folder, TODAY).verdict is CardVerdict.UNKNOWN_STATION
    token = token_of(desk, 2)
    turned = token[:60] + ("A" if token[60] != "A" else "B") + token[61:]
    assert verify_card_in_folder(turned, desk.folder, TODAY).verdict is CardVerdict.FORGED
    with pytest.raises(CardUnreadable):
        verify_card_in_folder("LB1-000042-B", desk.folder, TODAY)
    with pytest.raises(NotFound):
        verify_card_in_folder(turned, tmp_path, TODAY)


def test_the_public_file_holds_keys_and_serials_and_no_names(desk: Desk, tmp_path: Path) -> None:
    _, number = person(desk, "Rosalinda")
    print_cards(desk, tmp_path / "a.pdf", persons=[number])
    revoke_card(desk, number, "lost by Rosalinda")
    text = write_public_roster(desk).read_text("utf-8")
    body = json.loads(text)["body"]
    assert set(body) == {"practice", "made_on", "desks", "revoked"}
    assert all(set(one) == {"sign", "station"} for one in body["desks"]) and body["revoked"] == [
        [rows(desk, "SELECT signed_by FROM card")[0][0], 1]
    ]
    names = [user.name for user in desk.roster.users.values()]
    assert not any(word in text for word in ["Rosalinda", number, "lost", *names])


def test_a_roster_file_is_signed_by_one_of_its_own(desk: Desk, tmp_path: Path) -> None:
    ent, number = person(desk)
    print_cards(desk, tmp_path / "a.pdf", persons=[number])
    file = export_card_roster(desk, tmp_path)
    content, signature = file.read_bytes(), Path(f"{file}.sig").read_text()
    assert file.name == "roster-1.json"
    assert verify_card_with_roster(token_of(desk, 1), content, signature, TODAY).verdict is CardVerdict.VALID
    assert read_card_roster(content, None).is_signed is False
    with pytest.raises(BadSignature):
        read_card_roster(content.replace(b'"LB"', b'"XX"'), signature)
    for broken in (b"", b"[]", b'{"body": {"desks": [{"sign": "00"}]}}', b'{"body": 1}', b"\xff"):
        with pytest.raises(DamagedFile):
            read_card_roster(broken, None)
    # The station's own roster statement does as well.
    raw = desk.store.conn.execute("SELECT raw, signature FROM statement WHERE kind = 'roster'").fetchone()
    assert (
        verify_card(token_of(desk, 1), read_card_roster(raw[0], raw[1]), TODAY).verdict is CardVerdict.VALID
    )


def test_revoked_serials_become_a_statement_once(desk: Desk, tmp_path: Path) -> None:
    assert publish_revoked(desk) == set()
    _, number = person(desk)
    print_cards(desk, tmp_path / "a.pdf", persons=[number])
    revoke_card(desk, number, "lost")
    assert publish_revoked(desk) == {"roster"} and publish_revoked(desk) == set()
    assert {serial for _, serial in desk.roster.revoked_cards} == {1}


def test_a_practice_card_is_for_nobody_at_a_real_station(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    made: Template = make_template(tmp_path / "practice", practice=True, code="PR")
    practice = open_desk(made.folder, "admin", PASSPHRASE, clock)
    own = token_of(practice, 1)
    write_public_roster(practice)
    assert verify_card_in_folder(own, made.folder, TODAY).verdict is CardVerdict.VALID
    keys = read_card_roster((made.folder / PUBLIC_ROSTER).read_bytes(), None)
    real = type(keys)(keys.keys, keys.stations, keys.revoked, False, False)
    assert verify_card(own, real, TODAY).verdict is CardVerdict.PRACTICE
    practice.close()


def test_what_cannot_be_printed_is_said_before(desk: Desk) -> None:
    _, number = person(desk, languages=["ht"])
    reader = desk.reader()
    assert any("native speaker" in said for said in card_print_warnings(desk, reader, [number]))
    reader.close()


def test_a_gate_may_bind_and_not_print(
    desk: Desk, station_folder: Path, clock: SetClock, tmp_path: Path
) -> None:
    print_blank_cards(desk, 1, tmp_path / "blank.pdf")
    _, number = person(desk)
    gate = open_desk(station_folder, "gate", PASSPHRASE, clock)
    with pytest.raises(NotAllowed):
        print_cards(gate, tmp_path / "c.pdf", persons=[number])
    assert bind_card(gate, token_of(desk, 1), number).result.person is not None
    gate.close()


def test_the_number_of_a_blank_card() -> None:
    number = blank_number("LB1A", 7)
    assert read_blank_number(number.lower()) == ("LB1A", 7)
    wrong = number[:-1] + ("A" if number[-1] != "A" else "B")
    assert read_blank_number(wrong) is None and read_blank_number("LB1-000042-B") is None


def test_whom_a_text_means(desk: Desk, tmp_path: Path) -> None:
    number, people = family(desk, {}, {})
    conn, roster, who = desk.store.conn, desk.roster, desk.who
    today = local_today(who, desk.clock.now())
    assert bearer_of(conn, roster, who, number, today).persons == tuple(ent for ent, _ in people)
    assert bearer_of(conn, roster, who, people[0][0], today).persons == (people[0][0],)
    short = "-".join(people[0][1].split("-")[1:])
    assert bearer_of(conn, roster, who, f" {short} ", today).persons == (people[0][0],)
    assert not bearer_of(conn, roster, who, "0" * 32, today).is_known

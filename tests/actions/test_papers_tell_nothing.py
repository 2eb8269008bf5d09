"""Every paper of a practice station full of sealed entries: nothing of them in its words, in either language."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pypdfium2
import pytest

import shelterdesk.reports
from shelterdesk import startup
from shelterdesk.actions.cards import print_blank_cards, print_cards
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.evacuation import print_evacuation
from shelterdesk.actions.intake_form import print_intake_forms
from shelterdesk.actions.own_record import print_own_record
from shelterdesk.actions.places import import_plan
from shelterdesk.actions.records import add_record
from shelterdesk.actions.recovery import print_recovery_sheet
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.residents import print_residents
from shelterdesk.actions.sheet_papers import SheetCopy, SheetWanted, print_paper
from shelterdesk.actions.sheets import last_sheet_day, print_sheet
from shelterdesk.actions.shift_slip import print_shift_slip
from shelterdesk.actions.staff_cards import print_staff_cards
from shelterdesk.core.kinds import KIND_NAMES
from shelterdesk.core.people import Answer, DocumentForm, FamilyForm, IntakeAnswers, PersonForm
from shelterdesk.core.vocabulary import DocumentType, Role, Sex
from shelterdesk.core.words import speak
from shelterdesk.keys.recovery import new_recovery
from shelterdesk.reports.card_formats import FORMATS
from tests.actions.at_site import PLAN
from tests.stations import MORNING, PASSPHRASE, make_template

SECRETS = (
    "ZXQDIAGNOSIS", "ZXQNOTE", "ZXQCONTACT", "ZXQNEED", "ZXQCARER", "ZXQAUTHORITY", "P99887766",
    "ZXQOCCUPATION", "ZXQRESIDENCE",
)  # fmt: skip
"""Values of sealed records, of a document and of a person's page; on no paper of the house."""

OWN = frozenset({"P99887766", "ZXQOCCUPATION"})
"""What a person's own record may say of them beside: it is handed to nobody else."""

NEVER_WORDS = (
    "uac", "uasc", "unaccompanied", "separated", "alone", "pregnan", "diagnos", "disab", "vulnerab", "asylum", "hiv",
    "traffick", "women_only", "uac_girls", "haiti", "hti", "venezuela", "ven",
    "acompañad", "separad", "embaraz", "enferm", "discapac", "asilo", "vih", "trata", "haití", "mujeres",
)  # fmt: skip
"""Words (or their beginnings) no card, wristband or list may say, in English or Spanish."""

Printing = Callable[[Desk, Path], object]


def cards_in_every_format(desk: Desk, out: Path) -> None:
    """Everybody's cards, those ahead, and the wristbands."""
    for name in FORMATS:
        print_cards(desk, out / f"cards-{name}.pdf", all_present=True, form=name)
        print_blank_cards(desk, 3, out / f"blank-{name}.pdf", form=name)


def the_daily_sheet(desk: Desk, out: Path) -> None:
    """The sheet of the day, in both sizes."""
    for paper in ("a4", "letter"):
        print_sheet(desk, last_sheet_day(desk), out / f"sheet-{paper}.pdf", paper=paper)


def everybodys_own_record(desk: Desk, out: Path) -> None:
    """The record of each person, handed to them."""
    for number in [row[0] for row in desk.store.conn.execute("SELECT number FROM person ORDER BY number")]:
        print_own_record(desk, number, out / f"own-{number}.pdf")


PRINTED_BY: dict[str, Printing] = {
    "write_evacuation_list": lambda desk, out: print_evacuation(desk, out / "list-evacuation.pdf"),
    "write_residents": lambda desk, out: print_residents(desk, out / "list-residents.pdf"),
    "write_shift_slip": lambda desk, out: print_shift_slip(desk, out / "list-shift.pdf"),
    "write_intake_forms": lambda desk, out: print_intake_forms(
        desk, 2, out / "form.pdf", second_language="ht"
    ),
    "write_own_record": everybodys_own_record,
    "write_staff_cards": lambda desk, out: print_staff_cards(desk, Role.OPERATOR, 1, 12, out / "staff.pdf"),
    "write_cards": cards_in_every_format,
    "write_wristbands": cards_in_every_format,
    "write_daily_sheet": the_daily_sheet,
    "write_posting": lambda desk, out: print_paper(
        desk, SheetWanted(last_sheet_day(desk), SheetCopy.WALL), out / "sheet-wall.pdf"
    ),
    "write_internal": lambda desk, out: print_paper(
        desk, SheetWanted(last_sheet_day(desk), SheetCopy.INTERNAL), out / "sheet-internal.pdf"
    ),
    "write_recovery_sheet": lambda desk, out: print_recovery_sheet(
        desk, new_recovery().code, out / "recovery.pdf"
    ),
}
"""How each report is printed for real, by the name of the function that writes it."""

NOT_PAPER: dict[str, str] = {
    "write_whole": "the step every paper takes to the disk",
    "write_workbook": "any tables into a workbook; what is in them is said by who makes them",
    "write_sheet_workbook": "the numbers of the daily sheet; its own tests compare it with the sheet, number by number",
    "write_hxl": "the same numbers as rows; its own tests compare them with the sheet, number by number",
    "write_receipt_slip": "desks and numbers of entries, made by an office; nobody stands on it (tests/sync)",
    "write_matrix": "figures of a month, made by an office out of counts; its own tests look at it",
}
"""What writes, and is no paper of the station, with why."""


def writers() -> Iterator[str]:
    """The functions of the reports that write something."""
    for one in pkgutil.iter_modules(shelterdesk.reports.__path__):
        module = import_module(f"shelterdesk.reports.{one.name}")
        for name, thing in vars(module).items():
            if (
                name.startswith("write_")
                and inspect.isfunction(thing)
                and thing.__module__ == module.__name__
            ):
                yield name


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice station with people of whom everything sealed is known."""
    made = make_template(tmp_path_factory.mktemp("full") / "station", practice=True)
    desk = open_desk(made.folder, "admin", PASSPHRASE, _clock())
    import_plan(desk, PLAN)
    answers = IntakeAnswers(
        pregnant=Answer.YES,
        mobility=Answer.YES,
        medical_today=Answer.YES,
        child_alone=Answer.YES,
        feels_unsafe=Answer.YES,
        needs=("ZXQNEED",),
    )
    passport = DocumentForm(DocumentType.PASSPORT, "P99887766", "HTI")
    registered = register_family(
        desk,
        FamilyForm((
            PersonForm("Vega", "Luz", sex=Sex.F, birth="1990", nationality=("HTI",), answers=answers, place="B-1",
                       documents=(passport,), occupation="ZXQOCCUPATION", last_residence="HTI", languages=("ht",)),
            PersonForm("Vega", "Leo", sex=Sex.M, birth="2024-05", nationality=("HTI",), answers=answers, place="B-2"),
            PersonForm("Vega", "Eva", sex=Sex.F, birth="2014", nationality=("VEN",), answers=answers, place="B-2"),
        )),
    ).result  # fmt: skip
    for member in registered.members:
        sealed: tuple[tuple[str, dict[str, object]], ...] = (
            ("screening", {"note": "ZXQDIAGNOSIS", "temperature_c": 39.9}),
            ("health_note", {"text": "ZXQNOTE"}),
            ("note", {"text": "ZXQNOTE"}),
            (
                "child_status",
                {"status": "unaccompanied_minor", "note": "ZXQCARER", "authority": "ZXQAUTHORITY"},
            ),
            ("contact", {"contact": "ZXQCONTACT"}),
        )
        for kind, values in sealed:
            add_record(desk, KIND_NAMES[kind], {"person": member.ent, **values})
    desk.close()
    return made.folder


def words_of(pdf: Path) -> str:
    """All words of a PDF with its title, in small letters."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
        return " ".join([*pages, *document.get_metadata_dict().values()]).casefold()
    finally:
        document.close()


def test_every_report_that_writes_is_printed_here() -> None:
    unknown = sorted(set(writers()) - set(PRINTED_BY) - set(NOT_PAPER))
    assert not unknown, "say in PRINTED_BY how each is printed at a station, or in NOT_PAPER why it is none"


@pytest.mark.parametrize("spoken", ["en", "es"])
def test_no_paper_tells_what_is_sealed(full: Path, tmp_path: Path, spoken: str) -> None:
    desk = open_desk(full, "admin", PASSPHRASE, _clock())
    startup.use_language(spoken)
    try:
        for printing in dict.fromkeys(PRINTED_BY.values()):
            printing(desk, tmp_path)
    finally:
        speak("en")
        desk.close()
    files = sorted(tmp_path.rglob("*"))
    assert len(files) >= 2 * len(FORMATS) + 3
    for file in files:
        said = words_of(file)
        own = OWN if file.name.startswith("own") else frozenset()
        assert not [one for one in SECRETS if one.casefold() in said and one not in own], file.name
        assert "práctica" in said.replace(" ", ""), f"{file.name}: a paper of practice says so"
        if file.name.startswith(("cards", "blank", "list")):
            spelt = " ".join(said.split())
            assert not [one for one in NEVER_WORDS if f" {one}" in f" {spelt}"], file.name
            # In an evacuation all are called by name: a role of its own prints that list with names.
            called = set() if "evacuation" in file.name else {"vega", "leo", "eva"}
            assert not set(spelt.replace(",", " ").split()) & called, (
                f"{file.name}: a surname, or a child's first name"
            )
    cards = words_of(tmp_path / "cards-a4.pdf")
    assert "luz" in cards and "muestre" in cards, "an adult's first name and the sentence are there"


def _clock() -> SetClock:
    return SetClock(MORNING)

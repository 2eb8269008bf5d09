"""The family's form by keyboard: what it says of mistakes, what it proposes, what it keeps, how it folds."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from shelterdesk.actions.arrival_groups import CountedGroup, count_group
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.intake_form import FormsPrinted, print_intake_forms
from shelterdesk.actions.people import find_people
from shelterdesk.actions.undo import undo_last
from shelterdesk.core.changes import Done
from shelterdesk.core.number import Counted
from shelterdesk.core.people import ArrivalGroupForm
from shelterdesk.core.print_jobs import PrintState, standing_said
from shelterdesk.core.vocabulary import DocumentType, EntryRoute, Missing
from shelterdesk.core.words import speak
from shelterdesk.db.person_page import person_page
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.print_queue import PrintQueue
from shelterdesk.ui.pseudo import pseudo_catalogue
from shelterdesk.ui.scans import Scan, ScanKind
from shelterdesk.ui.screens.people_words import missing_words
from shelterdesk.ui.screens.reception import ReceptionScreen
from shelterdesk.ui.screens.reception_typed import (
    Typed,
    person_form,
)
from shelterdesk.ui.theme import theme
from tests.stations import MORNING, PASSPHRASE
from tests.ui.desk_windows import hold, log_in, program, stop_printing, the_look_as_it_was
from tests.ui.reception_at_work import ALT, CTRL, KEY, AtWork, plan_the_site, reception

PASSPORT = "P<VENGONZALEZ<RODRIGUEZ<<MARIA<JOSE<<<<<<<<<\n0123456784VEN9502286F2801153<<<<<<<<<<<<<<<0"
WRONG_DIGIT = PASSPORT.replace("0123456784", "0123456789")
NO_DOCUMENT = "P<VENGONZALEZ<RODRIGUEZ<<"
TODAY = MORNING.date()
ZONE = "America/Panama"


@pytest.fixture
def work(station_folder: Path, clock: SetClock, qtbot: QtBot, tmp_path: Path) -> Iterator[AtWork]:
    """An operator at an empty form of a station with beds."""
    plan_the_site(station_folder, clock)
    theme().set_still(True)
    with reception(station_folder, clock, qtbot) as at_work:
        yield at_work
    the_look_as_it_was()


def screen_of(window: MainWindow) -> ReceptionScreen:
    """The reception of a window."""
    screen = window.screen_named("reception")
    assert isinstance(screen, ReceptionScreen)
    return screen


# what is said of a field


def test_a_mistake_is_a_sentence_when_the_field_is_left_and_goes_when_put_right(work: AtWork) -> None:
    work.enter("Pérez", "Ana")
    work.type("31/2/1990")
    assert work.mistake_of("birth") == ""
    work.press(KEY.Key_Return)
    assert work.label == "Sex", "focus stays free"
    assert work.mistake_of("birth").startswith("31/2/1990 is not a day of the calendar. Write the day first")
    work.press(KEY.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    work.press(KEY.Key_Backspace, CTRL)
    work.type("28/2/1990")
    assert work.mistake_of("birth") == ""
    assert work.screen.family.member["birth"].aside.text() == "→ February 28, 1990"


def test_a_long_sentence_under_a_narrow_field_makes_room_for_itself(work: AtWork) -> None:
    member = work.screen.family.member
    work.enter("Pérez", "Ana")
    before = _top(member["languages"], work.screen)
    work.enter("32/13/1990")
    mistake, editor = member["birth"].mistake, member["birth"].editor
    work.qtbot.waitUntil(lambda: _top(member["languages"], work.screen) > before)
    line = mistake.fontMetrics().height()
    work.qtbot.waitUntil(lambda: mistake.height() >= mistake.heightForWidth(mistake.width()) > line)
    assert mistake.y() >= editor.geometry().bottom()


def test_what_cannot_be_is_said_at_its_member_and_nothing_is_saved(work: AtWork) -> None:
    work.enter("Pérez", "Ana", "1990", "f", "atlantis")
    work.press(KEY.Key_PageDown, CTRL)
    work.enter("", "Luis")
    work.save()
    assert work.screen.family.member_at == 0, "the form goes to the member with the mistake"
    assert work.label == "Nationality"
    assert work.mistake_of("nationality").startswith("Atlantis is not a country.")
    assert work.window.toast.text() == "" and work.printed == []
    assert len(work.screen.family.people()) == 2


def test_nobody_is_refused_for_missing_answers(work: AtWork) -> None:
    work.press(KEY.Key_R, ALT)
    assert work.reason_in("surnames") == missing_words(Missing.REFUSED)
    work.save()
    said = work.window.toast.text()
    assert "is saved, 1 person" in said
    assert "Registered without a name, by the number alone." in said
    assert len(work.printed) == 1


def test_a_form_without_a_name_asks_for_one_or_for_the_reason(work: AtWork) -> None:
    work.enter("", "")
    work.type("1990")
    work.save()
    assert work.label == "Surnames"
    assert "choose why" in work.mistake_of("surnames")


def test_reasons_by_one_key_in_lines_and_choices(work: AtWork) -> None:
    member = work.screen.family.member
    work.enter("Pérez", "Ana")
    work.type("?")
    assert (work.text_in("birth"), work.reason_in("birth")) == ("", missing_words("unknown"))
    work.type("1")
    assert (work.text_in("birth"), work.reason_in("birth")) == ("1", "")
    work.press(KEY.Key_N, ALT)
    assert work.reason_in("birth") == missing_words("not_asked")
    work.press(KEY.Key_Backspace)
    assert work.reason_in("birth") == ""
    work.press(KEY.Key_Return)
    work.press(KEY.Key_R, ALT)
    assert member["sex"].aside.text() == missing_words("refused")
    work.press(KEY.Key_F)
    assert member["sex"].aside.text() == "female"
    assert member.typed()["sex"] == Typed(codes=("F",))


def test_the_best_fit_stands_ready_and_escape_keeps_the_text(work: AtWork) -> None:
    work.enter("Pérez", "Ana", "", "")
    assert work.label == "Nationality"
    work.type("chi")
    work.press(KEY.Key_Escape)
    assert work.text_in("nationality") == "chi"
    work.press(KEY.Key_Return)
    assert work.mistake_of("nationality") == "“chi” is not on the list; Down shows it."
    work.press(KEY.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    work.type("chi")  # over what was selected on coming back
    work.press(KEY.Key_Down)
    work.press(KEY.Key_Return)
    assert work.text_in("nationality") == "China"
    assert work.screen.family.member.typed()["nationality"].codes == ("CHN",)


def test_a_child_without_a_grown_up_is_asked_about_and_a_child_with_one_is_not(work: AtWork) -> None:
    member = work.screen.family.member
    alone = member["child_alone"]
    work.enter("Pérez", "Luis", "about 10")
    assert not alone.isHidden()
    work.enter(*[""] * 10)
    assert work.label == "Child alone"
    work.press(KEY.Key_Y)
    assert member.typed()["child_alone"].codes == ("yes",)
    work.press(KEY.Key_Backspace)
    work.press(KEY.Key_PageDown, CTRL)
    work.enter("", "Ana", "1990")
    assert alone.isHidden()
    work.press(KEY.Key_PageUp, CTRL)
    assert alone.isHidden(), "an adult is in the family now"


def test_a_number_of_an_unnamed_paper_is_of_another_paper_and_a_lost_one_has_none(work: AtWork) -> None:
    member = work.screen.family.member
    work.enter("Pérez", "Ana", "", "", "", "", "", "")
    work.enter("V123")
    assert member.typed()["document_type"].codes == (DocumentType.OTHER.value,)
    form = person_form(member.typed(), is_first=True)
    assert [(one.document_type, one.number) for one in form.documents] == [(DocumentType.OTHER, "V123")]
    member["document_type"].restore(Typed(codes=(DocumentType.LOST_IN_ROUTE.value,)))
    assert not member["document_number"].editor.isEnabled()
    assert person_form(member.typed()).documents[0].number is Missing.NOT_APPLICABLE


# documents


def test_what_is_no_document_is_said_and_changes_nothing(work: AtWork) -> None:
    work.enter("Pérez")
    work.press(KEY.Key_F3)
    assert work.label == "Passport or identity card"
    work.enter(NO_DOCUMENT)
    mistake = work.screen.family.scan_row.mistake
    assert "lines of 44" in mistake.text() and "by hand" in mistake.text()
    work.press(KEY.Key_Escape)
    assert work.screen.family.scan_row.isHidden()
    assert work.text_in("surnames") == "Pérez" and work.text_in("document_number") == ""


def test_a_wrong_check_digit_fills_the_form_and_says_to_compare(work: AtWork) -> None:
    work.press(KEY.Key_F3)
    work.enter(WRONG_DIGIT.replace("\n", " "))  # pasted: line breaks become blanks
    assert work.text_in("document_number") == "012345678"
    assert "compare everything with the page" in work.mistake_of("document_number")
    work.save()
    assert "is saved" in work.window.toast.text(), "a rule advises, a person decides"


def test_one_passport_after_the_other_makes_a_family(work: AtWork) -> None:
    assert work.screen.take_scan(Scan(ScanKind.DOCUMENT, PASSPORT))
    assert work.screen.take_scan(Scan(ScanKind.DOCUMENT, PASSPORT.replace("MARIA<JOSE", "LUIS<<<<<<")))
    assert [one.name for one in work.screen.family.people()] == [
        "Maria Jose Gonzalez Rodriguez",
        "Luis Gonzalez Rodriguez",
    ]
    assert not work.screen.take_scan(Scan(ScanKind.WORDS, "maria"))


def test_names_typed_by_hand_are_not_overwritten_by_a_document(work: AtWork) -> None:
    work.enter("González Rodríguez", "María José")
    assert work.screen.take_scan(Scan(ScanKind.DOCUMENT, PASSPORT))
    assert (work.text_in("surnames"), work.text_in("given")) == ("González Rodríguez", "María José")
    assert (work.text_in("birth"), work.text_in("nationality")) == ("1995-02-28", "Venezuela")


# members, tokens, beds


def test_members_come_go_and_come_back(work: AtWork) -> None:
    family = work.screen.family
    work.enter("Pérez", "Ana")
    work.press(KEY.Key_PageDown, CTRL)
    assert family.member["surnames"].aside.text() == "from the family"
    assert family.member["relation"].label.text() == "Relation to Ana"
    work.press(KEY.Key_PageDown, CTRL)
    assert family.member_at == 1, "a member of whom nothing is typed is not followed by another"
    work.enter("", "Luis")
    work.press(KEY.Key_Delete, ALT)
    assert [one.name for one in family.people()] == ["Ana Pérez"]
    work.press(KEY.Key_Z, CTRL)
    assert [one.name for one in family.people()] == ["Ana Pérez", "Luis Pérez"]


def test_one_press_takes_back_the_token_just_given(work: AtWork) -> None:
    """Not the letters that were typed for it, which would only look like it."""
    work.press(KEY.Key_F4)
    work.type("4")
    work.save()
    assert len(work.screen.tokens.all_tokens()) == 1
    work.press(KEY.Key_Z, CTRL)
    work.qtbot.waitUntil(lambda: not work.screen.tokens.all_tokens())


def test_a_scanned_token_starts_its_family_and_an_unknown_one_does_not(work: AtWork) -> None:
    work.press(KEY.Key_F4)
    work.type("4")
    work.save()
    token = work.screen.tokens.all_tokens()[0]
    assert work.screen.take_scan(Scan(ScanKind.NUMBER, token.group.number, Counted.TOKEN))
    assert work.screen.family.group == token.group.ent
    assert work.screen.tokens.model.index(0, 2).data() == "now"
    assert not work.screen.take_scan(Scan(ScanKind.NUMBER, "LB1-T0099-X", Counted.TOKEN))


def test_a_slip_of_paper_takes_its_family_and_stands_in_no_list_before(work: AtWork) -> None:
    tokens: list[str] = []

    def reserve(desk: Desk) -> Done[FormsPrinted]:
        return print_intake_forms(desk, 2, io.BytesIO())

    work.worker.write(reserve, done=lambda made: tokens.extend(made.tokens))
    work.rest()
    assert work.screen.tokens.all_tokens() == ()
    assert work.screen.take_scan(Scan(ScanKind.NUMBER, tokens[1], Counted.TOKEN))
    family = work.screen.family
    assert family.count_words.text() == "slip of paper" and family.token_pill.text() == "Token 2"
    work.enter("Pérez", "Ana", "1990", "f")
    work.save()
    (token,) = work.screen.tokens.all_tokens()
    assert (token.group.number, token.group.head_count, token.group.named) == (tokens[1], 1, 1)
    assert family.group is None
    assert work.screen.take_scan(Scan(ScanKind.NUMBER, tokens[0], Counted.TOKEN)), (
        "the other slip waits still"
    )


def test_a_count_that_cannot_be_is_said_and_kept(work: AtWork) -> None:
    work.press(KEY.Key_F4)
    work.save()
    heads = work.screen.count.heads
    assert heads.mistake.text().startswith("How many people?")
    work.enter("2", "", "", "")
    work.type("3")
    work.save()
    assert heads.mistake.text() == "By age and sex there are more: 3. Correct one of the two."
    assert heads.text() == "2" and work.screen.tokens.all_tokens() == ()


def test_a_bed_is_proposed_until_somebody_types_one(work: AtWork) -> None:
    bed = work.screen.family.together.bed
    work.enter("Pérez", "Ana", "1990", "f")
    work.rest()
    work.qtbot.waitUntil(lambda: bed.is_proposed)
    assert bed.aside.text() == "proposed, free" and len(bed.typed().codes) == 1
    bed.editor.setFocus()
    work.type("nowhere")
    work.press(KEY.Key_Return)
    assert "is not on the site plan." in bed.mistake.text()
    work.press(KEY.Key_PageDown, CTRL)
    work.enter("", "Luis", "2015")
    work.rest()
    assert not bed.is_proposed, "what was typed is not overwritten"


def test_no_bed_when_the_field_is_emptied(
    work: AtWork, station_folder: Path, clock: SetClock, qtbot: QtBot
) -> None:
    bed = work.screen.family.together.bed
    work.enter("Pérez", "Ana", "1990", "f")
    work.qtbot.waitUntil(lambda: bed.is_proposed)
    bed.editor.setFocus(Qt.FocusReason.TabFocusReason)
    work.press(KEY.Key_Delete)
    work.save()
    assert "is saved" in work.window.toast.text()
    desk = open_desk(station_folder, "admin", PASSPHRASE, clock)
    try:
        reader = desk.reader()
        (line,) = find_people(desk, reader, "Pérez")
        page = person_page(reader, bytes.fromhex(line.ent))
        reader.close()
        assert page is not None and page.sections["stays"] == ()
    finally:
        desk.close()


def test_without_a_printer_the_family_is_saved_and_its_cards_wait(work: AtWork) -> None:
    work.screen.cards.put_out = None
    work.enter("Pérez", "Ana")
    work.save()
    work.qtbot.waitUntil(lambda: "its cards are not printed" in work.window.toast.text())
    said = work.window.toast.text()
    assert "is saved, 1 person" in said and "saved as a PDF" in said
    assert work.screen.family.people() == []
    (waiting,) = PrintQueue.of(work.worker).prints()
    assert waiting.job.things == 1 and waiting.state is PrintState.WAITING, "the card is made and bound"
    assert standing_said([waiting]) == "no printer: 1 card waiting"


def test_cards_whose_print_was_stopped_are_told_with_where_to_have_them(
    work: AtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_printing(monkeypatch)
    work.screen.cards.put_out = None
    work.enter("Pérez", "Ana")
    work.save()
    work.qtbot.waitUntil(lambda: "Printing was stopped after 1 of 2 pages." in work.window.toast.text())
    said = work.window.toast.text()
    assert "is saved, 1 person" in said and "It is in Sheets, Waiting prints" in said
    assert "go to print" not in said and "not printed" not in said


# what is kept


def test_typed_text_survives_a_power_cut_and_the_lock(
    station_folder: Path, clock: SetClock, qtbot: QtBot, tmp_path: Path
) -> None:
    plan_the_site(station_folder, clock)
    cut = tmp_path / "as it was when the power went"
    with program(qtbot, station_folder, clock, [ReceptionScreen]) as app:
        work = AtWork(qtbot, app.worker, log_in(qtbot, app), screen_of(app.window or MainWindow([])))
        work.enter("Pérez", "Ana", "unos 40")
        work.press(KEY.Key_R, ALT)
        work.press(KEY.Key_PageDown, CTRL)
        work.enter("", "Luis", "", "", "ven, chile")
        work.rest()
        app.lock_now()
        work.type(PASSPHRASE)
        with qtbot.waitSignal(app.unlocked):
            work.press(KEY.Key_Return)
        before = work.screen.draft()
        assert [one.name for one in work.screen.family.people()] == ["Ana Pérez", "Luis Pérez"]
        work.rest()
        shutil.copytree(station_folder, cut)
    with program(qtbot, cut, clock, [ReceptionScreen]) as app:
        window = log_in(qtbot, app)
        assert "What you were typing is back: Reception." in window.toast.text()
        screen = screen_of(window)
        assert screen.draft() == before
        assert screen.family.member_at == 1
        screen.family.go_to(0)
        assert screen.family.member["sex"].aside.text() == missing_words("refused")


@pytest.mark.parametrize("draft", [{}, {"people": "x"}, {"people": [1, {"sex": 3}], "at": 9, "route": []}])
def test_a_draft_of_another_program_does_no_harm(work: AtWork, draft: dict[str, object]) -> None:
    work.screen.take_draft(draft)
    work.enter("Pérez")
    assert [one.name for one in work.screen.family.people()] == ["Pérez"]


# how it looks


@pytest.mark.parametrize(
    ("percent", "language"), [(200, "en"), (100, "ar_XB"), (100, "en_XA"), (200, "en_XA")]
)
def test_nothing_is_cut_at_any_size_or_direction(
    station_folder: Path, clock: SetClock, qtbot: QtBot, tmp_path: Path, percent: int, language: str
) -> None:
    plan_the_site(station_folder, clock)
    theme().set_still(True)
    theme().set_text_percent(percent)
    speak(language, pseudo_catalogue(language))
    from_right = language == "ar_XB"
    QApplication.setLayoutDirection(
        Qt.LayoutDirection.RightToLeft if from_right else Qt.LayoutDirection.LeftToRight
    )
    try:
        with reception(station_folder, clock, qtbot) as work:
            work.enter("Pérez Toussaint", "Ana", "about 10", "f")
            work.rest()
            page = work.screen
            assert page.width() <= work.window.stack.width(), "nothing stands outside the window"
            shown: list[QLabel | QPushButton] = [*page.findChildren(QPushButton)]
            shown += [label for label in page.findChildren(QLabel) if not label.wordWrap()]
            for thing in shown:
                if thing.isVisibleTo(page):
                    least = thing.fontMetrics().horizontalAdvance(thing.text())
                    assert thing.width() >= least, f"{thing.text()!r} is cut"
            first, second = work.screen.family.member["surnames"], work.screen.family.member["given"]
            left, right = _left(first, page), _left(second, page)
            if percent == 100:
                assert (left > right) is from_right
            picture = page.grab()
            assert not picture.isNull() and picture.save(str(tmp_path / "reception.png"))
    finally:
        the_look_as_it_was()


def _left(thing: QWidget, page: QWidget) -> int:
    return thing.mapTo(page, QPoint(0, 0)).x()


def _top(thing: QWidget, page: QWidget) -> int:
    return thing.mapTo(page, QPoint(0, 0)).y()


def test_a_refused_family_comes_back_and_never_takes_the_place_of_another(work: AtWork) -> None:
    counted: list[CountedGroup] = []
    work.worker.write(count_group, ArrivalGroupForm(2, {}), done=counted.append)
    work.rest()
    work.press(KEY.Key_F5)
    work.enter("Pérez", "Ana")
    # The token is taken back while the family is on its way: registering cannot succeed.
    work.worker.write(undo_last, counted[0].undo)
    work.press(KEY.Key_Return, CTRL)
    work.enter("Quispe")
    work.type("Eva")
    work.rest()
    assert "The family before this one is not saved" in work.window.toast.text()
    assert [one.name for one in work.screen.family.people()] == ["Eva Quispe"]
    kept = dict(work.screen.draft())
    work.save()
    assert [one.name for one in work.screen.family.people()] == ["Ana Pérez"], "the form is free for it again"
    assert work.screen.family.group is None, "its token is not there any more"
    work.save()
    assert "is saved, 1 person" in work.window.toast.text()
    work.screen.take_draft({"refused": kept["refused"]})
    assert [one.name for one in work.screen.family.people()] == ["Ana Pérez"]


def test_every_family_that_is_refused_comes_back_one_by_one(work: AtWork) -> None:
    """Typed faster than the desk writes: none of several families refused takes the place of another."""
    counted: list[CountedGroup] = []
    for _ in range(2):
        work.worker.write(count_group, ArrivalGroupForm(2, {}), done=counted.append)
    work.rest()
    gate = hold(work.worker)
    for group in counted:
        work.worker.write(undo_last, group.undo)
    for surname, given in (("Pérez", "Ana"), ("Mora", "Luz")):
        work.press(KEY.Key_F5)
        work.enter(surname, given)
        work.press(KEY.Key_Return, CTRL)
    work.enter("Quispe")
    work.type("Eva")
    gate.set()
    work.rest()
    assert "2 families are not saved" in work.window.toast.text()
    kept = work.screen.draft()
    came_back = []
    for _ in range(3):
        came_back.append([one.name for one in work.screen.family.people()])
        work.save()
    assert came_back == [["Eva Quispe"], ["Ana Pérez"], ["Luz Mora"]]
    assert not work.screen.family.people() and "refused" not in work.screen.draft()
    work.screen.take_draft(kept)
    assert len(work.screen.draft()["refused"]) == 2, "a power cut does not lose them either"


def test_every_control_has_a_name(work: AtWork) -> None:
    unnamed = [type(one).__name__ for one in work.screen.fields() if not one.accessibleName()]
    assert unnamed == []


def test_routes_are_offered_by_their_names(work: AtWork) -> None:
    route = work.screen.family.together.route
    route.editor.setFocus(Qt.FocusReason.TabFocusReason)
    work.type("cana")
    work.press(KEY.Key_Return)
    assert (route.text(), work.screen.family.together.route_code()) == (
        "Canaán Membrillo", EntryRoute.CANAAN_MEMBRILLO,
    )  # fmt: skip

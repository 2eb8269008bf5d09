"""The counter screen: scan, one big answer, next; families by tick boxes, and what was given last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from shelterdesk.actions.bearers import Bearer
from shelterdesk.actions.counter import family_at_counter, serve, serve_family, services_now
from shelterdesk.actions.counter_day import DayCount, count_day
from shelterdesk.actions.lodging import bearer
from shelterdesk.actions.people import find_people
from shelterdesk.actions.served import AtCounter, FamilyServed, Served
from shelterdesk.actions.undo import Undone, undo_last
from shelterdesk.core.changes import Changes
from shelterdesk.core.counter import ServiceRule, Verdict
from shelterdesk.core.errors import BadField, WorldError
from shelterdesk.core.words import language, ntr, tr
from shelterdesk.db.people import PersonLine
from shelterdesk.db.store import Reader
from shelterdesk.ui import rail_entries
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.scans import Scan, ScanKind
from shelterdesk.ui.screens.counter_family import CounterFamily
from shelterdesk.ui.screens.counter_services import CounterScan, ServiceTiles
from shelterdesk.ui.tables.people import no_name
from shelterdesk.ui.tables.served import KEPT, Past, answer_tone, answer_word, past_model, who_words
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import (
    BigAnswer,
    ButtonRow,
    Card,
    EmptyState,
    FoldingColumns,
    Found,
    LabelledField,
    PrimaryButton,
    RowsTable,
    Tone,
    words,
)
from shelterdesk.ui.widgets.scan_field import not_known
from shelterdesk.ui.worker import DeskWorker


class CounterScreen(Screen):
    """One service at a time; what is scanned is served at once and answered so that it is seen from afar."""

    entry = rail_entries.COUNTER
    keeps_drafts: ClassVar[bool] = False
    kinds: ClassVar[frozenset[str]] = frozenset(
        {"service", "service_type", "movement", "person", "membership", "flag", "foreign"}
    )

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._code: str | None = None
        self._chosen_by_hand = False
        self._refused: tuple[str, Served] | None = None
        self._before: str | None = None
        self._order = 0
        self._past: list[Past] = []
        self.services = ServiceTiles(self)
        self.scan = CounterScan(self._go_down)
        self.answer = BigAnswer(tr("Scan a card"))
        self.reason = QLineEdit()
        self.reason_field = LabelledField(tr("Reason to give it all the same"), self.reason)
        self.primary = PrimaryButton(tr("Give all the same"), icon="check")
        self.family = CounterFamily()
        self.count = words("", "title")
        self.model = past_model()
        self.table = RowsTable(
            self.model, EmptyState("counter", tr("Nobody has been served at this screen yet.")),
            name=tr("Last answers"), count=lambda shown, total: tr("Up and Down choose an answer, Enter takes it back"),
        )  # fmt: skip
        self.table.LEAST_LETTERS = 16
        self._build()
        self._connect()
        self._show_override()

    def help_text(self) -> str:
        return tr(
            "Scan a card or type a number or a name: the service is given at once if the rule allows it. "
            "F5 and the keys after it choose the service. Down goes to the family, Space ticks, Enter gives. "
            "Food, water and care are never refused for want of a card: give them without a name."
        )

    def keys(self) -> Sequence[tuple[str, str]]:
        return (*self.services.keys(), ("Ctrl+Return", tr("give all the same, with a reason")))

    def first_focus(self) -> QWidget:
        return self.scan

    def refresh(self, changes: Changes | None) -> None:
        desk = self._worker.desk
        if desk is None:
            return
        if changes is None or changes.touches({"service_type", "foreign"}):

            def ask(reader: Reader) -> tuple[list[ServiceRule], str | None]:
                return services_now(desk, reader)

            self._worker.read(ask, done=self._on_services, failed=self.say_error, topic="counter-services")
        self._count()

    def take_scan(self, scan: Scan) -> bool:
        """A card, a number or a token read in the field on top is served here."""
        if not self.isVisible() or scan.kind not in (ScanKind.CARD, ScanKind.NUMBER) or self._code is None:
            return False
        self.serve(scan.text)
        self.scan.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def step_out(self) -> bool:
        if not self.scan.hasFocus():
            self.scan.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        if self.answer.word():
            self._clear()
            return True
        return False

    def undo(self) -> bool:
        last = next((one for one in self._past if one.undo and not one.is_undone), None)
        if last is None:
            return False
        self._take_back(last)
        return True

    def finish(self) -> None:
        """Ctrl+Enter: give it all the same; asks for the reason first when there is none."""
        if self._refused is None:
            return
        if not self.reason.text().strip():
            self.reason_field.set_mistake(
                "" if not self.reason.hasFocus() else tr("Say why, in a word or two.")
            )
            self.reason.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        who, served = self._refused
        self._serve(who, served.rule.code, self.reason.text().strip())
        self.scan.setFocus(Qt.FocusReason.OtherFocusReason)

    def past_last_field(self) -> None:
        self.finish()

    def serve(self, text: str) -> None:
        """Serve whom a card, a number or an id means; a family's number goes to the tick boxes."""
        desk, code = self._worker.desk, self._code
        self.scan.setText(
            ""
        )  # forgets what was typed, so that Ctrl+Z takes back the meal and not the letters
        if desk is None:
            return
        if code is None:
            self.say(tr("Choose what is served first: F5 and the keys after it."), Tone.WARN)
            return

        def ask(reader: Reader) -> Bearer:
            return bearer(desk, reader, text)

        def meant(found: Bearer) -> None:
            if found.household is not None:
                self._show_family_number(text, code)
            else:
                self._serve(text, code, None)

        # What cannot be read is no reason to send anybody away: the counter's own answer says what it is.
        self._worker.read(ask, done=meant, failed=lambda _: self._serve(text, code, None))

    def choose(self, code: str) -> None:
        """Serve this from now on, whatever the hour."""
        self._chosen_by_hand = True
        self._set_service(code)

    def _build(self) -> None:
        left = Card(tr("Counter"), screen=True)
        left.add_beside_title(self.services)
        left.add(self.scan)
        left.add(self.answer, 1)
        self.override = QWidget()
        self.override.setProperty("part", "clear")
        line = QVBoxLayout(self.override)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme().gap(8))
        line.addWidget(self.reason_field)
        primary = self.primary
        if isinstance(primary, PrimaryButton):
            line.addWidget(ButtonRow(primary))
        left.add(self.override)
        right = QWidget()
        right.setProperty("part", "clear")
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().gap(16))
        last = Card()
        last.add(self.count)
        last.add(self.table, 1)
        column.addWidget(self.family)
        column.addWidget(last, 1)
        self.page.addWidget(FoldingColumns((left, 60), (right, 40), fold_below=860), 1)

    def _connect(self) -> None:
        self.scan.scanned.connect(self.serve)
        self.scan.search_changed.connect(self._search)
        self.scan.not_found.connect(lambda asked: self.say(not_known(asked), Tone.WARN))
        self.scan.chosen.connect(lambda line: self.serve(str(line.value)))
        self.scan.left_empty.connect(self._on_left_empty)
        self.services.chosen.connect(self._on_tile)
        self.family.asked.connect(self._serve_family)
        self.table.opened.connect(self._take_back)
        if self.primary is not None:
            self.primary.clicked.connect(self.finish)

    def _on_left_empty(self) -> None:
        if not self.step_out():
            self.stepped_out.emit()

    def _go_down(self) -> None:
        if not self.family.take_focus():
            self.table.view.setFocus(Qt.FocusReason.TabFocusReason)

    def _search(self, wanted: str) -> None:
        desk = self._worker.desk
        if desk is None or len(wanted) < 2:
            self.scan.show_results(wanted, [])
            return

        def find(reader: Reader) -> list[PersonLine]:
            return find_people(desk, reader, wanted, 20)

        def show(lines: list[PersonLine]) -> None:
            found = [Found(one.ent, one.name or no_name(), f"{one.number} · {one.age_text}", "people")
                     for one in lines]  # fmt: skip
            self.scan.show_results(wanted, found)

        self._worker.read(find, done=show, failed=self.say_error, topic="counter-search")

    def _on_services(self, found: tuple[list[ServiceRule], str | None]) -> None:
        rules, proposed = found
        day = sorted(rules, key=lambda rule: (rule.from_hour is None, rule.from_hour or 0, rule.code))
        self.services.show_rules(day)
        if not self._chosen_by_hand or self.services.rule(self._code) is None:
            self._set_service(proposed)

    def _on_tile(self, code: str) -> None:
        self.choose(code)
        self.scan.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_service(self, code: str | None) -> None:
        if code != self._code:
            self._code = code
            self._clear()
        self.services.mark(code)
        self._count()

    def _count(self) -> None:
        desk, code = self._worker.desk, self._code
        if desk is None or code is None:
            self.count.setText(tr("Choose what is served."))
            return

        def ask(reader: Reader) -> DayCount:
            return count_day(desk, reader, code)

        self._worker.read(ask, done=self._on_count, failed=self.say_error, topic="counter-count")

    def _on_count(self, count: DayCount) -> None:
        rule = self.services.rule(self._code)
        if rule is not None and count.service == rule.code:
            self.count.setText(
                tr("{service}: {n} of {present}", service=rule.name(language()), n=count.served,
                   present=count.present)
            )  # fmt: skip

    def _serve(self, who: str, code: str, reason: str | None) -> None:
        self._worker.write(
            serve,
            code,
            who,
            override_reason=reason,
            done=partial(self._on_served, who),
            failed=self._on_failed,
        )

    def _on_served(self, who: str, served: Served) -> None:
        self._note(served, served.undo)
        self._refused = None if served.is_given else (who, served)
        self.reason.clear()
        self.reason_field.set_mistake("")
        self._answer(
            answer_tone(served), answer_word(served), " ".join((served.sentence, *served.advice)),
            name=who_words(served) if served.person or served.group else "",
        )  # fmt: skip
        if not served.is_given:
            QApplication.beep()
        self._show_override()
        self._ask_family(served.person)

    def _ask_family(self, person: str | None) -> None:
        desk, code = self._worker.desk, self._code
        rule = self.services.rule(self._code)
        self._before = person
        if desk is None or code is None or person is None or (rule is not None and not rule.family_pickup):
            self.family.forget()
            return

        def ask(reader: Reader) -> list[AtCounter]:
            return family_at_counter(desk, reader, code, person)

        self._worker.read(ask, done=self.family.show_family, failed=self.say_error, topic="counter-family")

    def _show_family_number(self, text: str, code: str) -> None:
        desk = self._worker.desk
        if desk is None:
            return

        def ask(reader: Reader) -> list[AtCounter]:
            return family_at_counter(desk, reader, code, text)

        def show(family: list[AtCounter]) -> None:
            self._clear()
            if self.family.show_family(family):
                self._answer(Tone.NEUTRAL, tr("Family"), tr("Tick who receives it, then Enter."))
                self.family.take_focus()
            else:
                said = tr("Everybody of the family has received it.")
                self._answer(Tone.WARN, tr("Already"), said)
                QApplication.beep()

        self._worker.read(ask, done=show, failed=self.say_error, topic="counter-family")

    def _serve_family(self, people: tuple[str, ...]) -> None:
        if self._code is not None:
            self._worker.write(
                serve_family, self._code, list(people), collected_by=self._before,
                done=self._on_family_served, failed=self._on_failed,
            )  # fmt: skip
        self.scan.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_family_served(self, done: FamilyServed) -> None:
        given = [one for one in done.served if one.is_given]
        refused = [one for one in done.served if not one.is_given]
        for one in done.served:
            self._note(one, done.undo if one.is_given else ())
        self._refused = None
        said = [ntr("{n} portion given.", "{n} portions given.", len(given))]
        said += [f"{who_words(one)}: {one.sentence}" for one in refused]
        tone = Tone.OK if given and not refused else Tone.WARN
        word = ntr("{n} given", "{n} given", len(given)) if given else tr("Already")
        self._answer(tone, word, " ".join(said), name=", ".join(who_words(one) for one in given))
        if refused:
            QApplication.beep()
        self._show_override()
        self._ask_family(done.served[0].person if done.served else None)

    def _on_failed(self, error: WorldError) -> None:
        if isinstance(error, BadField):
            self.reason_field.set_mistake(f"{error.sentence} {error.next_step}".strip())
        self._answer(Tone.WARN, tr("Look"), f"{error.sentence} {error.next_step}".strip())
        QApplication.beep()

    def _answer(self, tone: Tone, word: str, reason: str, *, name: str = "") -> None:
        """Show the answer and, where large text makes the page scroll, bring it and the scan field into sight."""
        self.answer.show_answer(tone, word, reason, name=name)
        around = self.parentWidget()
        area = around.parentWidget() if around is not None else None
        if isinstance(area, QScrollArea):
            area.verticalScrollBar().setValue(self.scan.mapTo(self, QPoint(0, 0)).y() - theme().px(8))

    def _note(self, served: Served, undo: tuple[bytes, ...]) -> None:
        desk = self._worker.desk
        zone = desk.who.zone if desk is not None else "UTC"
        self._order += 1
        time = f"{self._worker.clock.now().astimezone(ZoneInfo(zone)):%H:%M}"
        self._past.insert(0, Past(self._order, time, served, undo))
        del self._past[KEPT:]
        self.model.set_rows(self._past)

    def _take_back(self, row: object) -> None:
        """Take an answer back; what one key gave to a family goes back together."""
        if not isinstance(row, Past) or not row.undo or row.is_undone:
            return

        def done(undone: Undone) -> None:
            self._past = [replace(one, is_undone=True) if one.undo == row.undo else one for one in self._past]
            self.model.set_rows(self._past)
            self._clear()
            tone = Tone.WARN if undone.is_correction else Tone.OK
            self.say(tr("{who}: taken back. {said}", who=who_words(row.served), said=undone.said), tone)

        self._worker.write(undo_last, row.undo, done=done, failed=self.say_error)
        self.scan.setFocus(Qt.FocusReason.OtherFocusReason)

    def _clear(self) -> None:
        self._refused = None
        self._before = None
        self.answer.clear()
        self.family.forget()
        self._show_override()

    def _show_override(self) -> None:
        """The way to give it all the same stands there only when there is something to give."""
        refused = self._refused
        self.override.setVisible(refused is not None)
        button = self.primary
        if refused is not None and isinstance(button, PrimaryButton):
            is_unknown = refused[1].verdict is Verdict.UNKNOWN
            button.set_words(tr("Serve without a name") if is_unknown else tr("Give all the same"))

"""One person as a page: who, their family, what is recorded, everything that happened, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from shelterdesk.core.birth import Precision
from shelterdesk.core.people import age_words, birth_of
from shelterdesk.core.vocabulary import HouseholdRole
from shelterdesk.core.words import tr
from shelterdesk.db.person_page import MemberShown, PersonPage
from shelterdesk.ui.screens.people_details import PersonDetails
from shelterdesk.ui.screens.people_words import relation_words, sex_words
from shelterdesk.ui.tables.people import nationality_words, no_name
from shelterdesk.ui.tables.person_entries import PARTS, Words, entries_model, entries_of, part_words
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import (
    Card,
    EmptyState,
    FlowLayout,
    FoldingColumns,
    Pill,
    RowsTable,
    Tile,
    Tone,
    words,
)


class _Tiles(QWidget):
    """Tiles in a row that go on below; one is stood on, Enter or a click takes it.

    Tiles are kept and filled anew, never thrown away: the layout's items must not be freed under it.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setProperty("part", "clear")
        self.setAccessibleName(name)
        self._flow = FlowLayout(4, 4, self)
        self._every: list[Tile] = []
        self._takes: list[Callable[[], object]] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._add_tile()  # the others follow it in the order of typing, whenever they are needed

    @property
    def tiles(self) -> list[Tile]:
        """The tiles shown now."""
        return self._every[: len(self._takes)]

    def show_tiles(self, tiles: list[tuple[str, str, bool, Callable[[], object]]]) -> None:
        """Words, detail, whether it is the one stood on, and what taking it does."""
        while len(self._every) < len(tiles):
            self._add_tile()
        self._takes = [take for _, _, _, take in tiles]
        for tile, (name, detail, is_current, _) in zip(self._every, tiles, strict=False):
            tile.show_words(name, detail)
            tile.setChecked(is_current)
        for at, tile in enumerate(self._every):
            tile.setVisible(at < len(tiles))
        self.updateGeometry()

    def _add_tile(self) -> None:
        tile = Tile("")
        tile.clicked.connect(partial(self._on_clicked, len(self._every)))
        self._flow.addWidget(tile)
        tile.hide()
        if self._every:
            QWidget.setTabOrder(self._every[-1], tile)
        self._every.append(tile)

    def _on_clicked(self, at: int, _: bool = False) -> None:
        self._takes[at]()


class PersonHeader(Card):
    """Name, number, sex, age and the family of the person on the page.

    Signals: ``member_chosen(str)`` with the id of another member of the family.
    """

    member_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(" ", screen=True, parent=parent)
        self.number = words("", "secondary")
        self.present = Pill("", Tone.NEUTRAL, icon=True)
        self.place = Pill("", Tone.ACCENT)
        self.doubt = Pill(tr("two answers"), Tone.WARN, icon=True)
        self.travelled = Pill("", Tone.NEUTRAL)
        for pill in (self.number, self.present, self.place, self.doubt, self.travelled):
            self.add_beside_title(pill)
        self.facts = words("", wrap=True)
        self.family = _Tiles(tr("Family"))
        self.add(self.facts)
        self.add(self.family)

    def show_page(self, page: PersonPage, said: Words) -> None:
        """Show who it is."""
        self.set_title(page.name or no_name())
        self.number.setText(page.number)
        here = page.is_present
        self.present.show_state(tr("present") if here else tr("not here"), Tone.OK if here else Tone.NEUTRAL)
        place = place_of(page)
        self.place.show_state(tr("bed {place}", place=place) if place else tr("no place"),
                              Tone.ACCENT if place else Tone.WARN)  # fmt: skip
        self.place.setVisible(bool(place) or here)
        self.doubt.setVisible(bool(page.conflicts))
        words_of, tone = travelled_words(page)
        self.travelled.show_state(words_of, tone)
        self.travelled.setVisible(bool(words_of))
        self.facts.setText(self._facts(page, said))
        self.family.show_tiles([self._member(page, one) for one in self._members(page)])
        self.family.setVisible(len(self._members(page)) > 1)

    @staticmethod
    def _members(page: PersonPage) -> tuple[MemberShown, ...]:
        return page.household.members if page.household is not None else ()

    def _facts(self, page: PersonPage, said: Words) -> str:
        values = page.record.values
        parts = [sex_words(values.get("sex")), age_words(values.get("birth"), said.now.date())]
        if birth_of(values.get("birth")).precision in (Precision.YEAR, Precision.MONTH, Precision.DAY):
            parts.append(tr("born {birth}", birth=said.value("birth", values["birth"])))
        parts.append(nationality_words(values.get("nationality") or ()))
        if page.household is not None:
            parts.append(
                tr("family {number}: {size}", number=page.household.number, size=page.household.words)
            )
        return " · ".join(part for part in parts if part)

    def _member(self, page: PersonPage, one: MemberShown) -> tuple[str, str, bool, Callable[[], object]]:
        role = tr("head of the family") if one.is_head else relation_words(one.relation)
        if not role and one.role == HouseholdRole.ACCOMP_ADULT:
            role = tr("travels with them")
        detail = " · ".join(part for part in (one.number, role) if part)
        is_current = one.ent == page.ent
        return one.name or no_name(), detail, is_current, lambda: self._take(one.ent, is_current)

    def _take(self, ent: str, is_current: bool) -> None:
        if not is_current:
            self.member_chosen.emit(ent)


def travelled_words(page: PersonPage) -> tuple[str, Tone]:
    """How far what stands on this page has come, by the entry that has come least far."""
    far = page.travelled
    if far is None:
        return "", Tone.NEUTRAL
    if far.only_here:
        return tr("only on this desk"), Tone.WARN
    if far.on_stick:
        return tr("on a stick"), Tone.NEUTRAL
    if far.at_server:
        return tr("at the office's server"), Tone.NEUTRAL
    if far.elsewhere:
        return tr("at another desk too"), Tone.NEUTRAL
    return (tr("the office has it"), Tone.OK) if far.at_office else ("", Tone.NEUTRAL)


def place_of(page: PersonPage) -> str:
    """The code of the place somebody is lodged in now; empty for none."""
    now = [stay for stay in page.sections["stays"] if "to_at" not in stay.values]
    return now[-1].labels.get("place", "") if now else ""


class PersonView(QWidget):
    """The page as read: what is recorded on one side, what happened on the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._page: PersonPage | None = None
        self._said: Words | None = None
        self._part = PARTS[0]
        self.details = PersonDetails()
        self.parts = _Tiles(tr("Part of the page"))
        self._empty = EmptyState("history", tr("Nothing is recorded here."))
        self.model = entries_model()
        self.table = RowsTable(self.model, self._empty, name=tr("What happened"))
        known = Card(tr("What is recorded"))
        known.add(self.details, 1)
        happened = Card()
        happened.add(self.parts)
        happened.add(self.table, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(FoldingColumns((known, 38), (happened, 62), fold_below=760))

    def show_page(self, page: PersonPage, said: Words) -> None:
        """Show a page; the part looked at stays for the same person."""
        if self._page is None or self._page.ent != page.ent:
            self._part = PARTS[0]
            self.table.find_words("")
        self._page, self._said = page, said
        self.details.show_page(page, said)
        self._show_parts()
        self._show_entries()

    def next_part(self, step: int) -> None:
        """Look at the part before or after this one among those that hold something."""
        shown = self._filled()
        if self._part in shown:
            self._look_at(shown[(shown.index(self._part) + step) % len(shown)])

    def first_focus(self) -> QWidget:
        """Where the arrows begin: what happened."""
        return self.table.view

    def _filled(self) -> list[str]:
        page, said = self._page, self._said
        if page is None or said is None:
            return []
        return [part for part in PARTS if part == PARTS[0] or entries_of(page, part, said)]

    def _show_parts(self) -> None:
        page, said = self._page, self._said
        if page is None or said is None:
            return
        tiles: list[tuple[str, str, bool, Callable[[], object]]] = []
        for part in self._filled():
            count = len(entries_of(page, part, said))
            told = tr("{part} {n}", part=part_words(part), n=count)
            tiles.append((told, "", part == self._part, partial(self._look_at, part)))
        self.parts.show_tiles(tiles)

    def _look_at(self, part: str) -> None:
        self._part = part
        self._show_parts()
        self._show_entries()

    def _show_entries(self) -> None:
        if self._page is not None and self._said is not None:
            self.model.set_rows(entries_of(self._page, self._part, self._said))
        self.setMinimumHeight(theme().px(240))

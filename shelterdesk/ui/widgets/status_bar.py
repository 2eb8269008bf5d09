"""The status bar that never lies: what is not known is said to be unknown, never shown as a nought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.icons import IconMark
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets.flow import FlowLayout
from shelterdesk.ui.widgets.task_line import TaskLine
from shelterdesk.ui.widgets.text import Role, set_role, words
from shelterdesk.ui.widgets.tone import Tone

_MOST_NEAR, _MOST_FAR = 4, 9  # a table has at most six desks; a clock in doubt, the battery, the disk


@dataclass(frozen=True)
class OtherDesk:
    """Another desk of the station: its name, when it was last heard in words (``"15:41"``), whether late."""

    name: str
    heard: str
    is_late: bool = False


@dataclass(frozen=True)
class StatusLine:
    """What the status bar tells. Times are words made for the reader ("08:14", "21 Nov", "2 h ago").

    ``present`` and ``places`` in people, None when not known. ``only_here`` counts records that exist on this
    laptop alone; ``office_up_to`` and ``backup`` are empty when there never was a receipt or a backup.
    ``is_backup_old`` is worse than late; ``disk`` a sentence, empty while there is room.
    ``battery`` in per cent, None without one. ``clock_doubt`` is a sentence, empty when the clock is trusted.
    An office houses nobody and waits for no receipt of its own: it says neither.
    """

    present: int | None = None
    places: int | None = None
    only_here: int | None = None
    only_here_since: str = ""
    office_up_to: str = ""
    backup: str = ""
    is_backup_late: bool = False
    is_backup_old: bool = False
    desks: tuple[OtherDesk, ...] = ()
    battery: int | None = None
    is_charging: bool = False
    disk: str = ""
    clock_doubt: str = ""
    user: str = ""
    is_office: bool = False


def number(n: int) -> str:
    """A whole number with its thousands apart, as the look writes it (``1,842``)."""
    return f"{n:,}"


@dataclass(frozen=True)
class _Part:
    icon: str
    strong: str
    plain: str
    tone: Tone
    far: bool = False


def parts_of(status: StatusLine) -> list[_Part]:
    """The parts shown, in order, each with its icon, strong and plain words and tone."""
    own = [] if status.is_office else [_present(status), _only_here(status), _office(status)]
    return [*own, _backup(status), *_far(status)]


def _present(status: StatusLine) -> _Part:
    if status.present is None:
        return _Part("present", "", tr("people present: not known"), Tone.NEUTRAL)
    strong = ntr("{count} present", "{count} present", status.present, count=number(status.present))
    if not status.places:
        return _Part("present", strong, tr("places: not known"), Tone.NEUTRAL)
    share = round(100 * status.present / status.places)
    plain = tr("of {places} places · {share}%", places=number(status.places), share=share)
    return _Part("present", strong, plain, Tone.NEUTRAL)


def _only_here(status: StatusLine) -> _Part:
    if status.only_here is None:
        return _Part("warn", tr("what exists only here: not known"), "", Tone.WARN)
    if not status.only_here:
        return _Part("ok", "", tr("nothing exists only on this desk"), Tone.OK)
    count, since = number(status.only_here), status.only_here_since
    if since:
        said = ntr(
            "{count} record only on this desk, since {time}",
            "{count} records only on this desk, since {time}",
            status.only_here, count=count, time=since,
        )  # fmt: skip
    else:
        said = ntr(
            "{count} record only on this desk", "{count} records only on this desk",
            status.only_here, count=count,
        )  # fmt: skip
    return _Part("warn", said, "", Tone.WARN)


def _office(status: StatusLine) -> _Part:
    if not status.office_up_to:
        return _Part("received", "", tr("the office has not answered yet"), Tone.NEUTRAL)
    return _Part("received", "", tr("office has all up to {time}", time=status.office_up_to), Tone.NEUTRAL)


def _backup(status: StatusLine) -> _Part:
    if not status.backup:
        return _Part("backup", tr("no backup yet"), "", Tone.WARN)
    said = tr("backup {time}", time=status.backup)
    if status.is_backup_old:
        return _Part("backup", said, "", Tone.BAD)
    if status.is_backup_late:
        return _Part("backup", said, "", Tone.WARN)
    return _Part("backup", "", said, Tone.NEUTRAL)


def _far(status: StatusLine) -> list[_Part]:
    parts = []
    if status.clock_doubt:
        parts.append(_Part("clock", status.clock_doubt, "", Tone.WARN, far=True))
    for desk in status.desks:
        said = tr("{desk} heard {time}", desk=desk.name, time=desk.heard)
        strong, plain = (said, "") if desk.is_late else ("", said)
        parts.append(_Part("desk", strong, plain, Tone.WARN if desk.is_late else Tone.NEUTRAL, far=True))
    if status.disk:
        parts.append(_Part("warn", status.disk, "", Tone.BAD, far=True))
    if status.battery is not None:
        low = status.battery <= 15 and not status.is_charging
        said = tr("{n}%", n=status.battery)
        icon = "charging" if status.is_charging else "battery"
        strong, plain = (said, "") if low else ("", said)
        parts.append(_Part(icon, strong, plain, Tone.BAD if low else Tone.NEUTRAL, far=True))
    return parts


class StatusBar(QWidget):
    """Shows a :class:`StatusLine`, and long work in :attr:`task`; wraps into more lines with large text.

    Signals: ``prints_clicked()`` on the words about papers that wait for a printer, ``knock_clicked()`` on those
    about a laptop that asks to join.
    """

    prints_clicked = Signal()
    knock_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("State of this desk"))
        self.task = TaskLine()
        self._status: StatusLine | None = None
        self._flow = FlowLayout(14, 4, self)
        self._near = [_Shown() for _ in range(_MOST_NEAR)]
        self._distant = [_Shown() for _ in range(_MOST_FAR)]
        self._prints, self._knock = _Notice("print"), _Notice("desk")
        self._prints.clicked.connect(self.prints_clicked)
        self._knock.clicked.connect(self.knock_clicked)
        for shown in (*self._near, self._prints, self._knock):
            self._flow.addWidget(shown)
        self._flow.addWidget(self.task)
        self._flow.add_push()
        for shown in self._distant:
            self._flow.addWidget(shown)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme().changed.connect(self._space)
        self._space()
        self.show_status(StatusLine())

    def show_status(self, status: StatusLine) -> None:
        """Show another state; the same one again costs nothing."""
        if status == self._status:
            return
        self._status = status
        parts = parts_of(status)
        _fill(self._near, [part for part in parts if not part.far])
        _fill(self._distant, [part for part in parts if part.far])
        self.setAccessibleDescription(self.text())
        self.updateGeometry()

    def show_prints(self, said: str) -> None:
        """Say which papers wait for a printer and the key that opens them; nothing for none."""
        self._notice(self._prints, said)

    def show_knock(self, said: str) -> None:
        """Say that a laptop asks to join and the key that leads there; nothing for none."""
        self._notice(self._knock, said)

    def _notice(self, notice: _Notice, said: str) -> None:
        if notice.said != said:
            notice.tell(said)
            self.setAccessibleDescription(self.text())
            self.updateGeometry()

    def text(self) -> str:
        """All that is said, in one line."""
        status = self._status or StatusLine()
        said = [" ".join(s for s in (p.strong, p.plain) if s) for p in parts_of(status)]
        return " · ".join([*said, *(one.said for one in (self._prints, self._knock) if one.said)])

    def _space(self) -> None:
        t = theme()
        self._flow.setContentsMargins(t.gap(20), t.gap(8), t.gap(20), t.gap(8))


class _Shown(QWidget):
    """A place of the bar: an icon, strong and plain words. Places are made once and filled anew.

    The bar changes with every save; widgets made and deleted each time cost more, and their layout items,
    deleted by Qt under Python's wrappers, have brought the program down.
    """

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("part", "clear")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().px(7))
        self._icon = IconMark("none", "secondary", 16)
        self._strong, self._plain = words("", "bar-strong"), words("", "bar")
        for widget in (self._icon, self._strong, self._plain):
            row.addWidget(widget)
        self.hide()

    def fill(self, part: _Part) -> None:
        """Show a part."""
        roles: dict[Tone, Role] = {Tone.WARN: "bar-warn", Tone.BAD: "bar-bad"}
        self._icon.set_icon(part.icon, part.tone.ink)
        set_role(self._strong, roles.get(part.tone, "bar-strong"))
        for label, text in ((self._strong, part.strong), (self._plain, part.plain)):
            label.setText(text)
            label.setVisible(bool(text))
        self.show()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.clicked.emit()


class _Notice(_Shown):
    """Something that waits for somebody, in a warm tone; a click leads there."""

    def __init__(self, icon: str) -> None:
        super().__init__()
        self.said = ""
        self._name = icon
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def tell(self, said: str) -> None:
        """Say it; nothing with ""."""
        self.said = said
        if said:
            self.fill(_Part(self._name, said, "", Tone.WARN))
        else:
            self.hide()


def _fill(places: Sequence[_Shown], parts: Sequence[_Part]) -> None:
    for place, part in zip(places, parts, strict=False):
        place.fill(part)
    for place in places[len(parts) :]:
        place.hide()

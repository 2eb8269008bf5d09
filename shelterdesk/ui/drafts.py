"""Keeps what is being typed, key by key, so that it is back after the program was killed or the user changed.

A screen may say itself what is to be kept: ``draft()`` returns plain JSON values (empty for nothing),
``take_draft(values)`` puts them back, and a signal ``draft_changed`` tells of changes beyond its labelled
fields. Of any other screen the texts of its labelled fields are kept, by label, and so for the language they
were typed in. A screen with
``keeps_drafts = False`` and every line that hides its letters are left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import QObject, SignalInstance
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from shiboken6 import isValid

from shelterdesk.actions.drafts import Drafts, close_drafts, load_drafts, open_drafts, save_draft
from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import tr
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.widgets import LabelledField
from shelterdesk.ui.worker import DeskWorker


@runtime_checkable
class Drafted(Protocol):
    """A screen that knows itself what of it is to be kept."""

    def draft(self) -> Mapping[str, Any]:
        """What is typed and not saved, as plain JSON values; empty for nothing."""
        ...

    def take_draft(self, draft: Mapping[str, Any]) -> None:
        """Put back what :meth:`draft` once said."""
        ...


class DraftKeeper(QObject):
    """Watches the fields of all screens for one user, from :meth:`start` to :meth:`stop`."""

    def __init__(self, worker: DeskWorker, screens: Sequence[Screen], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._screens = [screen for screen in screens if _keeps_drafts(screen)]
        self._drafts: Drafts | None = None
        self._watched: dict[LabelledField, tuple[Screen, str]] = {}
        self._connections: list[tuple[QObject, SignalInstance, Callable[..., Any]]] = []
        self._found: Mapping[str, Mapping[str, Any]] | None = None  # once they are loaded
        self._typed: dict[str, dict[str, Any]] = {}
        self._quiet = False
        self._stopped = False

    def start(
        self, ready: Callable[[list[str]], object], not_found: Callable[[WorldError], object] | None = None
    ) -> None:
        """Open the drafts of who is logged in, put them back, and say on which screens there were any.

        Where the file cannot be opened or read, ``ready`` hears of no screen and ``not_found`` why; nothing is
        kept then, since what lies in the file would be written over unseen.
        """

        def unfound(error: WorldError) -> None:
            ready([])
            if not_found is not None and not self._stopped:
                not_found(error)

        def opened(drafts: Drafts) -> None:
            if self._stopped:
                self._worker.write(close_drafts, drafts)
                return
            self._drafts = drafts
            self._worker.write(
                load_drafts, drafts, done=lambda found: ready(self._put_back(found)), failed=unfound
            )

        self._worker.write(open_drafts, done=opened, failed=unfound)

    def stop(self) -> None:
        """Watch no longer and let the file go, after what is queued; the texts stay."""
        self._stopped = True
        for owner, signal, slot in self._connections:
            if isValid(owner):
                signal.disconnect(slot)
        self._connections.clear()
        self._watched.clear()
        if self._drafts is not None:
            self._worker.write(close_drafts, self._drafts)
            self._drafts = None

    def add(self, screen: Screen) -> bool:
        """Watch a screen that was made later; True when something that had been typed in it is back."""
        if self._stopped or screen in self._screens or not _keeps_drafts(screen):
            return False
        self._screens.append(screen)
        return self._take_up(screen)

    def keep(self, screen: Screen) -> None:
        """Keep what is typed on a screen now."""
        if self._quiet or self._drafts is None:
            return
        typed = dict(screen.draft()) if isinstance(screen, Drafted) else self._typed.get(screen.name, {})
        self._worker.write(save_draft, self._drafts, screen.name, dict(typed))

    def _put_back(self, found: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """Texts into their screens before anything is watched; returns the names of the screens."""
        if self._stopped:
            return []
        self._found = found
        back = [screen.name for screen in self._screens if self._take_up(screen)]
        app = QApplication.instance()
        if isinstance(app, QApplication):
            self._connect(app, app.focusChanged, self._on_focus_changed)
        return back

    def _take_up(self, screen: Screen) -> bool:
        """Put back what was typed in a screen and watch it; True when there was anything."""
        if self._found is None:
            return False
        self._quiet = True
        self._watch_all(screen)
        typed = self._found.get(screen.name)
        given = bool(typed) and self._give(screen, typed or {})
        self._quiet = False
        return given

    def _give(self, screen: Screen, typed: Mapping[str, Any]) -> bool:
        if isinstance(screen, Drafted):
            screen.take_draft(typed)
            return True
        fields = {key: field for field, (owner, key) in self._watched.items() if owner is screen}
        given = False
        for key, text in typed.items():
            if key in fields and isinstance(text, str):
                fields[key].set_text(text)
                given = True
        if given:
            self._typed[screen.name] = {k: v for k, v in typed.items() if k in fields}
        return given

    def _watch_all(self, screen: Screen) -> None:
        own = getattr(screen, "draft_changed", None)
        if isinstance(own, SignalInstance):
            self._connect(screen, own, lambda *_: self.keep(screen))
        for field in screen.findChildren(LabelledField):
            self._watch(screen, field)

    def _watch(self, screen: Screen, field: LabelledField) -> None:
        editor = field.editor
        hidden = isinstance(editor, QLineEdit) and editor.echoMode() is not QLineEdit.EchoMode.Normal
        if hidden or field in self._watched or field.property("not_kept"):
            return
        label = field.label.text()
        taken = {key for owner, key in self._watched.values() if owner is screen}
        key, number = label, 2
        while key in taken:
            key, number = f"{label} {number}", number + 1
        self._watched[field] = (screen, key)
        before = field.text()
        self._connect(field, field.changed, lambda text: self._on_changed(screen, field, key, before, text))
        field.destroyed.connect(lambda: self._watched.pop(field, None))

    def _on_changed(self, screen: Screen, field: LabelledField, key: str, before: str, text: str) -> None:
        if self._quiet:
            return
        if isinstance(screen, Drafted):
            self.keep(screen)
            return
        typed = self._typed.setdefault(screen.name, {})
        if text == before or not text:
            typed.pop(key, None)
        elif _is_by_hand(field) or key in typed:
            typed[key] = text
        else:
            return
        self.keep(screen)

    def _on_focus_changed(self, _: QWidget | None, now: QWidget | None) -> None:
        """Fields come and go with the members of a family: the one typed into is watched at the latest now.

        Never climbed beyond the screen: above it lies the inside of a scroll area, whose passing Python
        wrapper takes the layout items of the whole screen along when it goes (PySide6 6.11).
        """
        screen = next((one for one in self._screens if now is not None and one.isAncestorOf(now)), None)
        if screen is None:
            return
        field: QWidget | None = now
        while field is not None and field is not screen and not isinstance(field, LabelledField):
            field = field.parentWidget()
        if isinstance(field, LabelledField):
            self._watch(screen, field)

    def _connect(self, owner: QObject, signal: SignalInstance, slot: Callable[..., Any]) -> None:
        signal.connect(slot)
        self._connections.append((owner, signal, slot))


def unfound_words(error: WorldError) -> str:
    """What is said where the drafts cannot be opened or read."""
    return tr(
        "What you were typing could not be looked for, and until you log in again nothing half typed is kept. ({why})",
        why=error.sentence,
    )


def _is_by_hand(field: LabelledField) -> bool:
    """Whether a person wrote what stands in the field, and not the program."""
    if isinstance(field.editor, QLineEdit):
        return field.editor.isModified()
    focused = QApplication.focusWidget()
    return focused is not None and (focused is field.editor or field.isAncestorOf(focused))


def _keeps_drafts(screen: Screen) -> bool:
    return bool(getattr(screen, "keeps_drafts", True))

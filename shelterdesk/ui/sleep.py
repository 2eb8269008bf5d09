"""Notices that the laptop slept: whoever wakes it is not who was logged in, until they say so."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import SLOT, QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection

from shelterdesk.actions.clock import seconds_asleep

_SERVICE, _PATH = "org.freedesktop.login1", "/org/freedesktop/login1"
_INTERFACE, _SIGNAL = "org.freedesktop.login1.Manager", "PrepareForSleep"
_LEAST_SECONDS = 0.5
"""Clocks read one after the other differ by less; nobody closes a lid for less."""


class SleepWatch(QObject):
    """One door for two ways: the system says so before it sleeps (logind), and the clocks say so afterwards.

    The first covers the screen before the lid is down, where there is a system bus; the second needs nothing but
    being asked (:meth:`look`) now and then. Signals: ``slept()``, before or after; both may come.
    """

    slept = Signal()

    def __init__(
        self,
        asleep: Callable[[], float] = seconds_asleep,
        bus: QDBusConnection | None = None,
        parent: QObject | None = None,
    ) -> None:
        """``asleep`` says how many seconds the laptop has slept so far; ``bus`` is the system's, where there is one."""
        super().__init__(parent)
        self._asleep = asleep
        self._slept = asleep()
        self._bus = bus if bus is not None else QDBusConnection.systemBus()
        self.hears_system = self._bus.isConnected() and self._bus.connect(
            _SERVICE,
            _PATH,
            _INTERFACE,
            _SIGNAL,
            self,
            SLOT("on_system(bool)"),  # type: ignore[call-overload]  # the stub says bytes, which are refused
        )

    def look(self) -> None:
        """Say so when the laptop slept since it was asked last."""
        now = self._asleep()
        slept, self._slept = now - self._slept, now
        if slept >= _LEAST_SECONDS:
            self.slept.emit()

    @Slot(bool)
    def on_system(self, begins: bool) -> None:
        """The system is about to sleep, or is awake again."""
        if begins:
            self.slept.emit()

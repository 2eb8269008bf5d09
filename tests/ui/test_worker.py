"""The worker with a real desk: writes in order, reads beside them, results on the main thread."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from shelterdesk.actions import faults
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.records import add_record
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import NotAllowed, WorldError, WrongPassphrase
from shelterdesk.core.kinds import KIND_NAMES
from shelterdesk.db.store import Reader
from shelterdesk.ui.answers import give, is_gone
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.worker import DeskWorker, Task
from tests.stations import PASSPHRASE


@pytest.fixture
def worker(station_folder: Path, clock: SetClock, qtbot: QtBot) -> Iterator[DeskWorker]:
    made = DeskWorker(station_folder, clock)
    yield made
    made.stop()
    qtbot.waitUntil(lambda: not made.is_busy)


def log_in(worker: DeskWorker, qtbot: QtBot, name: str = "admin") -> None:
    def refuse(error: WorldError) -> None:
        raise AssertionError(error)

    with qtbot.waitSignal(worker.opened):
        worker.open(name, PASSPHRASE, lambda _: None, refuse)


def count(reader: Reader) -> int:
    return int(reader.rows("SELECT count(*) FROM person")[0][0])


def test_a_write_tells_what_changed_and_a_read_sees_it(worker: DeskWorker, qtbot: QtBot) -> None:
    log_in(worker, qtbot)
    threads: list[int] = []
    with qtbot.waitSignal(worker.changed) as heard:
        worker.write(
            add_record,
            KIND_NAMES["person"],
            {"given": "Ana"},
            done=lambda _: threads.append(threading.get_ident()),
        )
    assert heard.args == [Changes.of("person")]
    qtbot.waitUntil(lambda: bool(threads))
    assert threads == [threading.get_ident()]
    found: list[int] = []
    worker.read(count, done=found.append)
    qtbot.waitUntil(lambda: bool(found))
    assert found == [1]


def test_wrong_passphrase_is_told_and_nothing_opens(worker: DeskWorker, qtbot: QtBot) -> None:
    errors: list[WorldError] = []
    worker.open("admin", "wrong", lambda _: None, errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], WrongPassphrase) and worker.desk is None


def test_the_world_s_fault_and_ours_arrive_apart(worker: DeskWorker, qtbot: QtBot) -> None:
    log_in(worker, qtbot, "operator")
    with qtbot.waitSignal(worker.failed) as heard:
        worker.write(add_record, KIND_NAMES["place"], {"code": "A", "place_kind": "block"})
    assert heard.args is not None and isinstance(heard.args[0], NotAllowed)

    def broken(_: Desk) -> Done[None]:
        raise ZeroDivisionError

    with qtbot.waitSignal(worker.faulted) as told:
        worker.write(broken)
    assert told.args is not None and "ZeroDivisionError" in Path(str(told.args[0])).read_text()


@pytest.mark.parametrize("lane", ["write", "read"])
def test_who_asked_is_told_calmly_of_a_fault_of_ours(worker: DeskWorker, qtbot: QtBot, lane: str) -> None:
    """Otherwise what waits for an answer waits for ever: a button off, a page that says "one moment"."""
    log_in(worker, qtbot)
    told: list[WorldError] = []
    elsewhere: list[str] = []
    worker.faulted.connect(elsewhere.append)

    def broken(_: object) -> Done[None]:
        raise KeyError("Ana Toussaint")

    ask = worker.write if lane == "write" else worker.read
    ask(broken, done=lambda _: None, failed=told.append)
    qtbot.waitUntil(lambda: bool(told))
    report = faults.reports(worker.folder)[0]
    assert "Nothing you saved is lost" in told[0].sentence and str(report) in told[0].sentence
    assert "Toussaint" not in told[0].sentence and not elsewhere, "told once"


def test_typing_is_answered_once(worker: DeskWorker, qtbot: QtBot) -> None:
    log_in(worker, qtbot)
    gate = threading.Event()
    answers: list[int] = []

    def slow(_: Reader, n: int) -> int:
        gate.wait(10)
        return n

    for n in range(50):
        worker.read(slow, n, done=answers.append, topic="search")
    gate.set()
    with qtbot.waitSignal(worker.idle):
        pass
    assert answers[-1] == 49 and len(answers) <= 2


def test_another_process_s_write_is_noticed(worker: DeskWorker, qtbot: QtBot, clock: SetClock) -> None:
    from shelterdesk.actions.desk import open_desk

    log_in(worker, qtbot)
    beside = open_desk(worker.folder, "admin", PASSPHRASE, clock)
    heard: list[Any] = []
    worker.changed.connect(heard.append)
    worker._look_for_foreign_writes()
    qtbot.waitUntil(lambda: not worker.is_busy)
    add_record(beside, KIND_NAMES["person"], {"given": "Luz"})
    worker._look_for_foreign_writes()
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [Changes.of("foreign")]
    beside.close()


class Asker(QLabel):
    """A widget that shows what it asked for."""

    told = Signal(object)

    def show_answer(self, found: object, *_: object) -> None:
        self.setText(str(found))

    def answers(self) -> dict[str, Callable[[Any], object]]:
        """The ways in which a screen takes an answer."""

        def closure(found: object) -> None:
            self.show_answer(found)

        return {
            "method": self.show_answer,
            "partial": partial(self.show_answer, 1),
            "closure": closure,
            "lambda": lambda found: self.show_answer(found),
            "signal": self.told.emit,
            "answer in an answer": within(self.show_answer),
            "closure of a function": of_function(self),
            "partial of a function": partial(show_in, self),
            "long work": LongWork(self, Task("long")).ended(self.show_answer),
        }

    def ask(self, worker: DeskWorker, how: str, gate: threading.Event) -> None:
        """Read once the gate is open."""

        def slow(reader: Reader) -> int:
            gate.wait(10)
            return count(reader)

        worker.read(slow, done=self.answers()[how])

    def ask_wrongly(self, worker: DeskWorker, how: str, gate: threading.Event) -> None:
        """Read something that is refused once the gate is open."""

        def slow(reader: Reader) -> int:
            gate.wait(10)
            raise NotAllowed("no")

        worker.read(slow, done=lambda _: None, failed=self.answers()[how])

    def add(self, worker: DeskWorker, gate: threading.Event) -> None:
        """Write once the gate is open."""

        def slow(desk: Desk) -> Done[str]:
            gate.wait(10)
            return add_record(desk, KIND_NAMES["person"], {"given": "Ana"})

        worker.write(slow, done=self.show_answer)


def show_in(asker: Asker, found: object) -> None:
    asker.show_answer(found)


def of_function(asker: Asker) -> Callable[[object], None]:
    def told(found: object) -> None:
        asker.show_answer(found)

    return told


def within(then: Callable[..., object]) -> Callable[[object], None]:
    def told(found: object) -> None:
        then(found)

    return told


WAYS = ["method", "partial", "closure", "lambda", "signal", "answer in an answer", "closure of a function",
        "partial of a function", "long work"]  # fmt: skip


@pytest.mark.parametrize("how", WAYS)
def test_every_way_of_taking_an_answer_takes_it(worker: DeskWorker, qtbot: QtBot, how: str) -> None:
    log_in(worker, qtbot)
    gate, asker = threading.Event(), Asker()
    qtbot.addWidget(asker)
    asker.told.connect(asker.show_answer)
    gate.set()
    asker.ask(worker, how, gate)
    qtbot.waitUntil(lambda: not worker.is_busy)
    assert asker.text() in ("0", "1")  # the partial was given a 1 before


@pytest.mark.parametrize("how", WAYS)
def test_an_answer_whose_asker_is_gone_is_dropped(worker: DeskWorker, qtbot: QtBot, how: str) -> None:
    log_in(worker, qtbot)
    gate, asker = threading.Event(), Asker()
    asker.ask(worker, how, gate)
    delete(asker)
    gate.set()
    qtbot.waitUntil(lambda: not worker.is_busy)  # an answer to the deleted widget fails the test by itself


def test_what_a_gone_asker_wrote_is_told_to_all(worker: DeskWorker, qtbot: QtBot) -> None:
    log_in(worker, qtbot)
    gate, asker = threading.Event(), Asker()
    asker.add(worker, gate)
    delete(asker)
    with qtbot.waitSignal(worker.changed) as heard:
        gate.set()
    assert heard.args == [Changes.of("person")]


@pytest.mark.parametrize("how", WAYS)
def test_what_a_gone_asker_is_refused_is_told_to_the_window(
    worker: DeskWorker, qtbot: QtBot, how: str
) -> None:
    log_in(worker, qtbot)
    gate, asker = threading.Event(), Asker()
    asker.ask_wrongly(worker, how, gate)
    delete(asker)
    with qtbot.waitSignal(worker.failed) as heard:
        gate.set()
    assert isinstance(heard.args[0], NotAllowed)


def test_who_logs_in_at_a_door_that_is_gone_still_opens_the_desk(worker: DeskWorker, qtbot: QtBot) -> None:
    asker = Asker()
    with qtbot.waitSignal(worker.opened):
        worker.open("admin", PASSPHRASE, asker.told.emit, asker.told.emit)
        delete(asker)
    qtbot.waitUntil(lambda: not worker.is_busy)
    assert worker.desk is not None


def test_a_function_that_holds_itself_is_somebody(qtbot: QtBot) -> None:
    asker = Asker()
    qtbot.addWidget(asker)

    def again(times: int) -> None:
        if times:
            again(times - 1)
        asker.setText(str(times))

    assert not is_gone(again)
    assert give(again, 2) and asker.text() == "2"


class Caught(QLabel):
    """A widget that holds itself: only a collection finds it."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self
        self.destroyed.connect(lambda: destroyed_on.append(threading.current_thread().name))


destroyed_on: list[str] = []


def test_widgets_are_never_collected_by_a_working_thread(worker: DeskWorker, qtbot: QtBot) -> None:
    """Destroyed beside the window's thread, they make both wait for each other for ever."""
    log_in(worker, qtbot)
    destroyed_on.clear()
    assert not gc.isenabled()
    for _ in range(20):
        Caught()

    def busy(_: Reader) -> int:
        return len([[n] for n in range(200_000)])

    worker.read(busy, done=lambda _: None)
    qtbot.waitUntil(lambda: not worker.is_busy)
    assert not [name for name in destroyed_on if name != "MainThread"]
    gc.collect()
    assert set(destroyed_on) <= {"MainThread"}


def test_python_collects_by_itself_again_afterwards(
    station_folder: Path, clock: SetClock, qtbot: QtBot
) -> None:
    one, two = DeskWorker(station_folder, clock), DeskWorker(station_folder, clock)
    one.stop()
    assert not gc.isenabled()
    two.stop()
    qtbot.waitUntil(lambda: not one.is_busy and not two.is_busy)
    assert gc.isenabled()


def test_the_collector_looks_as_often_as_python_would(worker: DeskWorker, qtbot: QtBot) -> None:
    kept = [[n] for n in range(20_000)]
    assert gc.get_count()[0] > gc.get_threshold()[0]
    qtbot.waitUntil(lambda: gc.get_count()[0] < gc.get_threshold()[0])
    assert len(kept) == 20_000

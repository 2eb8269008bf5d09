"""Who an answer is for, and whether it can still be told: screens may be deleted while their work is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from types import FunctionType

from PySide6.QtCore import QObject, SignalInstance
from shiboken6 import isValid

_NO_SOURCE = "Signal source has been deleted"  # what Qt for Python says of a signal whose object is gone


def give(answer: Callable[..., object] | None, *results: object) -> bool:
    """Tell an answer to who asked; dropped, and False returned, when there is nobody or nobody any more."""
    if answer is None or is_gone(answer):
        return False
    if not isinstance(getattr(answer, "__self__", None), SignalInstance):
        answer(*results)
        return True
    try:
        answer(*results)
    except RuntimeError as fault:  # a signal does not tell whose it is, only that it is nobody's any more
        if str(fault) != _NO_SOURCE:
            raise
        return False
    return True


def is_gone(answer: Callable[..., object]) -> bool:
    """Whether an answer is for a screen or widget that is deleted by now.

    Whose it is shows in the bound method, in what a ``partial`` holds, and in what a closure holds: its ``self``
    when that is an object of the window, otherwise every such object and every further answer in it.
    """
    return _is_lost(answer, set())


def _is_lost(thing: object, seen: set[int]) -> bool:
    if isinstance(thing, QObject):
        return not isValid(thing)
    if not callable(thing) or isinstance(thing, type) or id(thing) in seen:
        return False
    seen.add(id(thing))  # a function may hold itself
    return any(_is_lost(held, seen) for held in _held_by(thing))


def _held_by(answer: Callable[..., object]) -> Iterator[object]:
    """What an answer would touch: the one it belongs to, or all that it was made with."""
    if isinstance(answer, partial):
        yield answer.func
        yield from answer.args
        yield from answer.keywords.values()
    elif isinstance(answer, FunctionType):
        cells = dict(zip(answer.__code__.co_freevars, answer.__closure__ or (), strict=True))
        held = {name: cell.cell_contents for name, cell in cells.items() if _is_filled(cell)}
        if isinstance(held.get("self"), QObject):
            yield held["self"]
        else:
            yield from held.values()
            yield from answer.__defaults__ or ()
    else:
        yield getattr(answer, "__self__", None)


def _is_filled(cell: object) -> bool:
    """A name used in a closure before it has a value has an empty cell."""
    return hasattr(cell, "cell_contents")

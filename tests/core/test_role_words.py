"""The words of roles, classes and tasks: every name has some, and a refusal says them with whom to ask."""

from __future__ import annotations

import pytest

from shelterdesk.core.errors import BadField, DamagedFile, NotAllowed
from shelterdesk.core.role_words import (
    CLASS_WORDS,
    ROLE_WORDS,
    TASK_WORDS,
    WRITING_WORDS,
    cannot_do,
    cannot_open,
    cannot_write,
    role_words,
)
from shelterdesk.core.roles import DOES, WRITES
from shelterdesk.core.vocabulary import Confidentiality, Role


def test_every_name_has_words() -> None:
    assert set(ROLE_WORDS) == set(Role)
    assert set(CLASS_WORDS) == set(Confidentiality) - {Confidentiality.OPEN}
    assert set(TASK_WORDS) == set(DOES)
    assert set(WRITING_WORDS) == set(WRITES)
    assert role_words("night_watch") == "night watch"  # a role of a newer program


@pytest.mark.parametrize("refusal", [*map(cannot_do, DOES), *map(cannot_write, WRITES)], ids=[*DOES, *WRITES])
def test_a_refusal_is_two_whole_sentences_without_program_names(refusal: NotAllowed) -> None:
    said = str(refusal)
    assert said.startswith("Your role cannot ")
    assert "_" not in said
    assert said.count(".") == 2
    assert said.endswith(".")


def test_a_refusal_names_who_can_be_asked() -> None:
    assert (
        str(cannot_write("stay")) == "Your role cannot give beds. Ask a supervisor of the station to do it."
    )
    assert cannot_do("admit a desk").next_step == "Ask an admin of the station to do it."
    assert cannot_open(Confidentiality.HEALTH).next_step == "Ask somebody who holds the role to log in."


def test_full_stops_are_neither_missing_nor_doubled() -> None:
    wanting = BadField("reason", "blocking a place needs a reason", "For example: wet.")
    assert str(wanting) == "blocking a place needs a reason. For example: wet."
    assert str(BadField("reason", "Is it wet?", "Say so.")) == "Is it wet? Say so."
    assert BadField("reason", "blocking a place needs a reason").sentence == "blocking a place needs a reason"
    assert str(DamagedFile("This paper", "it is torn.")) == "This paper cannot be used: it is torn."

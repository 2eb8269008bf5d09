"""The list of cards that are good no more: with every bundle, in the public file of whoever took one in, after a log-in."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from shelterdesk.actions import card_check
from shelterdesk.actions.bearers import bearer_of
from shelterdesk.actions.card_binding import bind_card, revoke_card
from shelterdesk.actions.card_check import PUBLIC_ROSTER, verify_card_in_folder
from shelterdesk.actions.cards import print_blank_cards, print_cards
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.blank_cards import blank_number
from shelterdesk.core.errors import NotFound, Refused
from shelterdesk.keys.cardclaim import CardVerdict
from shelterdesk.keys.cardtoken import key_id, make_token
from tests.actions.at_site import person
from tests.stations import PASSPHRASE
from tests.sync.worlds import at, join

TODAY = date(2026, 11, 23)


def token_of(desk: Desk, serial: int) -> str:
    """The code on a card of this desk, as it was printed."""
    return make_token(desk.store.keys.signing, serial, TODAY + timedelta(days=90), desk.who.is_practice)


def test_a_lost_card_is_refused_wherever_the_next_bundle_comes(
    station_folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    second, stick = tmp_path / "second", tmp_path / "stick"
    stick.mkdir()
    with at(station_folder, clock) as desk:
        _, number = person(desk)
        print_cards(desk, BytesIO(), persons=[number])
        lost = token_of(desk, 1)
    join(station_folder, second, clock)
    with at(station_folder, clock) as desk:
        revoke_card(desk, number, "lost")
        done = export_bundle(desk, stick, "LB")
        assert "roster" in done.changes.kinds and len(desk.roster.revoked_cards) == 1
        before = desk.roster.applied
        assert "roster" not in export_bundle(desk, stick, "LB").changes.kinds, "once, not with each bundle"
        assert desk.roster.applied == before
    with at(second, clock) as there:
        card_check.write_public_roster(there)
        import_from(there, stick)
        assert len(there.roster.revoked_cards) == 1
    assert verify_card_in_folder(lost, second, TODAY).verdict is CardVerdict.REVOKED


def test_a_long_list_goes_in_several_statements(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_check, "_MOST_AT_ONCE", 2)
    print_blank_cards(desk, 5, BytesIO())
    for serial in range(1, 6):
        revoke_card(desk, token_of(desk, serial), "wet")
    card_check.publish_revoked(desk)
    assert {serial for _, serial in desk.roster.revoked_cards} == {1, 2, 3, 4, 5}
    statements = "SELECT count(*) FROM statement WHERE kind = 'revoked_cards'"
    assert desk.store.conn.execute(statements).fetchone() == (3,)


def test_a_log_in_writes_the_list_where_there_is_none(desk: Desk, clock: SetClock) -> None:
    """As its absence is said: after a restore, at a desk that joined, where somebody deleted it."""
    print_blank_cards(desk, 1, BytesIO())
    card, folder = token_of(desk, 1), desk.folder
    desk.close()
    (folder / PUBLIC_ROSTER).unlink(missing_ok=True)
    with pytest.raises(NotFound, match="list for checking cards"):
        verify_card_in_folder(card, folder, TODAY)
    open_desk(folder, "admin", PASSPHRASE, clock).close()
    assert verify_card_in_folder(card, folder, TODAY).verdict is CardVerdict.VALID


def test_a_number_that_was_typed_binds_no_card_a_scan_would_not(desk: Desk, clock: SetClock) -> None:
    """Past its day, or on a list of revoked cards that came in: its number is no way around."""
    _, number = person(desk)
    print_blank_cards(desk, 2, BytesIO())
    first, second = (blank_number(desk.who.slot, serial) for serial in (1, 2))
    desk.publish("revoked_cards", {"cards": [[key_id(desk.store.keys.public), 1]]})
    with pytest.raises(Refused):
        bind_card(desk, first, number)
    clock.forward(timedelta(days=91))
    with pytest.raises(Refused):
        bind_card(desk, second, number)


def test_the_number_of_a_bound_card_on_such_a_list_means_nobody(desk: Desk) -> None:
    ent, number = person(desk)
    print_blank_cards(desk, 1, BytesIO())
    blank = blank_number(desk.who.slot, 1)
    bind_card(desk, blank, number)
    assert bearer_of(desk.store.conn, desk.roster, desk.who, blank, TODAY).persons == (ent,)
    desk.publish("revoked_cards", {"cards": [[key_id(desk.store.keys.public), 1]]})
    assert bearer_of(desk.store.conn, desk.roster, desk.who, blank, TODAY).persons == ()

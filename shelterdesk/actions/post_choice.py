"""Where this desk sends its bundles over the network: chosen by an admin, kept in this laptop's encrypted file alone."""

from __future__ import annotations

from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import Refused
from shelterdesk.core.words import tr
from shelterdesk.db.local_choice import get_choice, put_choice
from shelterdesk.db.store import Reader
from shelterdesk.sync.place import Place, check_url

_CHOICE, _SERVERS = "post", "servers"


def post_of(reader: Reader) -> Place | None:
    """Where this desk sends its bundles over the network; None where it does not."""
    return get_choice(reader.conn, _CHOICE, Place)


def choose_post(desk: Desk, place: Place | None) -> Done[Place | None]:
    """Choose the server, or (None) to send nothing over a network. Kept in this laptop's encrypted file alone.

    Raises ``NotAllowed``, ``NotHere`` at an office, ``Refused`` before an office has adopted the station or for no address.
    """
    desk.must("change settings")
    desk.must_be_station()
    if place is not None:
        place = in_order(place)
        if desk.roster.office is None:
            raise Refused(
                tr("This station has no office yet; nobody could open what is sent."),
                tr("Ask an office to enrol the station first."),
            )
    with desk.store.transaction() as conn:
        put_choice(conn, _CHOICE, place)
    return Done(place, Changes.of("post"))


def in_order(place: Place) -> Place:
    """The place with its address in order; raises ``Refused`` for none."""
    return Place(check_url(place.url), place.password, place.key_file, place.host_key)


def host_key_of(desk: Desk, where: str) -> str:
    """The key of a server (``server_of`` its address) that was compared here before; empty for one never met."""
    return (get_choice(desk.store.conn, _SERVERS, dict[str, str]) or {}).get(where, "")


def remember_host_key(desk: Desk, where: str, key: str) -> None:
    """Somebody compared a server's key: it is believed from now on, on this laptop."""
    known = get_choice(desk.store.conn, _SERVERS, dict[str, str]) or {}
    with desk.store.transaction() as conn:
        put_choice(conn, _SERVERS, known | {where: key})

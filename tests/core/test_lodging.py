"""Capacity of the plan by PEERS §A 3.4, proposals that keep families together, advice that forbids nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.lodging import Guest, Place, advice, by_code, propose, site_capacity, site_tree
from shelterdesk.core.vocabulary import PlaceKind, Quarter, Sex

BLOCK, ROOM, BED = PlaceKind.BLOCK, PlaceKind.ROOM, PlaceKind.BED


def place(
    code: str, parent: str | None, kind: PlaceKind, capacity: int | None = None, **more: object
) -> Place:
    return Place(f"{len(code):032x}", code, parent, kind, capacity=capacity, **more)  # type: ignore[arg-type]


def site(*more: Place) -> list[Place]:
    """Block A with a room of three beds and a room of six."""
    return [
        place("A", None, BLOCK),
        place("A-1", "A", ROOM),
        *(place(f"A-1-{n}", "A-1", BED, 1) for n in (1, 2, 3)),
        place("A-2", "A", ROOM, 6, accessible=True),
        *more,
    ]


WOMAN = Guest("w", Sex.F, False)
MAN = Guest("m", Sex.M, False)
CHILD = Guest("c", Sex.F, True)
WHEELCHAIR = Guest("s", Sex.F, False, frozenset({"STEP_FREE", "QUIET"}))


def test_a_parent_has_the_sum_of_what_it_holds() -> None:
    (top,) = site_tree(site(), {"A-1-1": 2, "A-2": 1})
    whole = top.capacity
    assert (whole.capacity, whole.occupied, whole.free, whole.excess) == (9, 3, 6, 0)
    (room, _) = top.children
    assert (room.capacity.capacity, room.capacity.occupied, room.capacity.free) == (3, 2, 1)
    assert [state.is_double for state in room.children] == [True, False, False]


def test_people_of_a_room_without_a_bed_take_its_places() -> None:
    (top,) = site_tree(site(), {"A-1": 2, "A-1-1": 1})
    assert (top.children[0].capacity.free, top.children[0].capacity.excess, top.capacity.free) == (0, 0, 6)
    (top,) = site_tree(site(), {"A": 2})
    assert (top.capacity.occupied, top.capacity.free) == (2, 7)


def test_what_lies_in_a_closed_place_is_closed() -> None:
    closed = [one if one.code != "A" else place("A", None, BLOCK, closed=True) for one in site()]
    (top,) = site_tree(closed, {"A-1-1": 1})
    assert (top.capacity.capacity, top.capacity.occupied, top.capacity.free) == (0, 1, 0)
    assert not any(state.is_open for state in top.walk())


def test_quarters_are_of_all_they_hold_and_staging_is_no_capacity() -> None:
    more = (
        place("B", None, BLOCK, quarter=Quarter.WOMEN_ONLY),
        place("B-1", "B", ROOM, 4),
        place("S", None, BLOCK, 50, staging=True),
    )
    tree = site_tree(site(*more), {"S": 20})
    assert tree[1].children[0].quarter is Quarter.WOMEN_ONLY
    assert (site_capacity(tree).capacity, site_capacity(tree).occupied) == (13, 0)


def test_places_two_desks_put_into_each_other_are_still_shown() -> None:
    tree = site_tree([place("X", "Y", ROOM, 2), place("Y", "X", ROOM, 3), place("Z", "none", BED, 1)], {})
    assert [top.place.code for top in tree] == ["X", "Y", "Z"]


def test_codes_are_in_the_order_people_count() -> None:
    assert sorted(["A-10", "A-2", "B-1", "A-1-3", "10", "9"], key=by_code) == [
        "9",
        "10",
        "A-1-3",
        "A-2",
        "A-10",
        "B-1",
    ]


def test_the_first_free_place_in_the_order_of_the_plan() -> None:
    tree = site_tree(site(), {"A-1-1": 1})
    found = propose([WOMAN], tree)
    assert found is not None and found.places == (("w", "A-1-2"),) and "first that is free" in found.reason


def test_a_family_is_kept_together_or_goes_where_all_fit() -> None:
    tree = site_tree(site(), {"A-1-1": 1})
    beside = propose([CHILD, MAN], tree, ["A-1-1"])
    assert beside is not None and beside.places == (("c", "A-1-2"), ("m", "A-1-3")) and beside.with_family
    apart = propose([CHILD, MAN, WOMAN], tree, ["A-1-1"])
    assert apart is not None and {code for _, code in apart.places} == {"A-2"} and not apart.with_family


def test_a_step_free_place_for_who_needs_it_and_not_for_others() -> None:
    tree = site_tree(site(), {})
    needs = propose([WHEELCHAIR], tree)
    assert needs is not None and needs.places == (("s", "A-2"),) and needs.unmet == ("QUIET",)
    assert "QUIET" in needs.reason
    other = propose([MAN], tree)
    assert other is not None and other.places == (("m", "A-1-1"),)
    only = propose([MAN], site_tree(site(), {"A-1-1": 1, "A-1-2": 1, "A-1-3": 1}))
    assert only is not None and only.places == (("m", "A-2"),)


def test_quarters_that_others_decide_about_are_not_proposed() -> None:
    for quarter in (
        Quarter.UAC_GIRLS,
        Quarter.UAC_BOYS,
        Quarter.MEDICAL_ISOLATION,
        Quarter.PREGNANT_POSTNATAL,
    ):
        tree = site_tree([place("Q", None, BLOCK, 9, quarter=quarter)], {})
        assert propose([WOMAN], tree) is None and propose([CHILD], tree) is None


def test_quarters_that_fit() -> None:
    def fits(quarter: Quarter, *guests: Guest) -> bool:
        return propose(guests, site_tree([place("Q", None, BLOCK, 9, quarter=quarter)], {})) is not None

    assert fits(Quarter.WOMEN_ONLY, WOMAN, CHILD) and not fits(Quarter.WOMEN_ONLY, WOMAN, MAN)
    assert fits(Quarter.MEN_ONLY, MAN) and not fits(Quarter.MEN_ONLY, MAN, CHILD)
    assert fits(Quarter.FAMILY, MAN, CHILD) and not fits(Quarter.FAMILY, MAN)
    assert fits(Quarter.OVERFLOW, MAN)


def test_a_child_without_anybody_is_not_put_among_strangers() -> None:
    assert propose([CHILD], site_tree(site(), {})) is None
    beside = propose([CHILD], site_tree(site(), {"A-1-1": 1}), ["A-1-1"])
    assert beside is not None and beside.with_family


def test_nothing_is_proposed_where_nothing_is_free() -> None:
    assert propose([WOMAN], site_tree(site(), {"A-1": 3, "A-2": 6})) is None
    assert propose([], site_tree(site(), {})) is None


def test_advice_names_what_speaks_against_it() -> None:
    (top,) = site_tree([place("Q", None, BLOCK, 1, quarter=Quarter.UAC_GIRLS)], {"Q": 2})
    said = advice([MAN], top, ["A-1"])
    assert said[0] == "Q has 2 people for 1 place." and "protection" in said[1] and "A-1" in said[2]
    assert advice([WOMAN], site_tree([place("Q", None, BLOCK, 1)], {"Q": 1})[0]) == ()


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=6),
    st.lists(st.integers(0, 4), min_size=6, max_size=6),
    st.lists(st.integers(0, 2), min_size=6, max_size=6),
    st.integers(0, 3),
    st.integers(0, 2),
)
def test_sums_hold_whatever_is_occupied_and_blocked(
    capacities: list[int], people: list[int], blocked: list[int], in_room: int, in_block: int
) -> None:
    places = [place("A", None, BLOCK), place("A-1", "A", ROOM)]
    occupied = {"A-1": in_room, "A": in_block}
    for n, capacity in enumerate(capacities):
        code = f"A-1-{n}"
        places.append(place(code, "A-1", BED, capacity, blocked_places=blocked[n]))
        occupied[code] = people[n]
    (top,) = site_tree(places, occupied)
    for state in top.walk():
        now = state.capacity
        assert now.blocked + now.allocable == now.free <= now.capacity
        assert now.capacity - now.occupied <= now.free
    assert top.capacity.capacity == sum(capacities)
    assert top.capacity.occupied == in_room + in_block + sum(people[: len(capacities)])


@given(st.integers(1, 5), st.lists(st.integers(0, 2), min_size=3, max_size=3), st.integers(0, 6))
def test_a_proposal_never_gives_more_than_is_free(many: int, people: list[int], in_two: int) -> None:
    occupied = {f"A-1-{n + 1}": count for n, count in enumerate(people)} | {"A-2": in_two}
    tree = site_tree(site(), occupied)
    guests = [Guest(str(n), Sex.M, False) for n in range(many)]
    found = propose(guests, tree)
    if found is None:
        assert all(room.capacity.allocable < many for room in tree[0].children)
        return
    after = dict(occupied)
    for _, code in found.places:
        after[code] = after.get(code, 0) + 1
    before = {state.place.code: state.capacity.excess for state in tree[0].walk()}
    assert all(
        state.capacity.excess <= before[state.place.code] for state in site_tree(site(), after)[0].walk()
    )
    assert [ent for ent, _ in found.places] == [guest.ent for guest in guests]

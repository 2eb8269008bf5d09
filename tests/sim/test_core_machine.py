"""The merge core under Hypothesis, which shrinks what fails: two replicas that take in what anybody wrote, in any order."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shelterdesk.core.event import Event, Op, OpId, compose
from shelterdesk.core.kinds import PERSON
from shelterdesk.db.state import state_of
from tests.sim import core_store, oracle
from tests.sim.core_events import OPERATOR
from tests.sim.core_run import compare
from tests.sim.core_store import CoreStore, roster_of

DESKS = (3, 5, 8)
_HIGHEST = (1 << 63) - 1
_ENT = bytes(range(16))
_CONNECTIONS = [core_store.memory() for _ in range(2)]

desks = st.sampled_from(DESKS)
values = st.sampled_from((b'"a"', b'"b"', b"null", b'"\\u0061"'))
clocks = st.sampled_from((1, 5, 1 << 40, _HIGHEST - 1, _HIGHEST))
fields = st.sampled_from((3, 4))


class TwoReplicas(RuleBasedStateMachine):
    """Everything written lies in a heap; each replica takes from it what and when it likes."""

    @initialize()
    def begin(self) -> None:
        """Two empty replicas that know the same desks."""
        roster = roster_of(dict.fromkeys(DESKS, "LB"), has_stranger=True)
        self.stores = [CoreStore(conn) for conn in _CONNECTIONS]
        for store in self.stores:
            store.begin(roster)
        self.written: list[Event] = []
        self.held: list[dict[bytes, bytes]] = [{}, {}]
        self.next = dict.fromkeys(DESKS, 1)

    def _write(self, dev: int, hlc: int, op: Op, back: int = 0) -> None:
        """Append to a desk's line, or write again under a number it gave before."""
        seq = max(1, self.next[dev] - back)
        event = compose(
            dev=dev, epoch=0, first_seq=seq, hlc=hlc, wall_ms=1, zone="UTC", user=OPERATOR, schema=1, merge_rules=1,
            salt=len(self.written).to_bytes(16, "big"), ops=[op],
        )  # fmt: skip
        self.next[dev] = max(self.next[dev], seq + 1)
        self.written.append(event)

    @rule(dev=desks, hlc=clocks, value=values, field=fields, back=st.integers(0, 2))
    def create(self, dev: int, hlc: int, value: bytes, field: int, back: int) -> None:
        """The record is made, perhaps not for the first time."""
        self._write(dev, hlc, Op(PERSON.number, _ENT, 0, b'{"%d":%s}' % (field, value)), back)

    @rule(
        dev=desks, hlc=clocks, value=values, field=fields, back=st.integers(0, 2), data=st.data(), lies=st.booleans()
    )  # fmt: skip
    def edit(
        self, dev: int, hlc: int, value: bytes, field: int, back: int, data: st.DataObject, lies: bool
    ) -> None:
        """A field is changed by somebody who names any ops there are, truly or with a hash that is not theirs."""
        ids = [event.op_id(0) for event in self.written]
        above = data.draw(st.lists(st.sampled_from(ids), max_size=3, unique=True)) if ids else []
        if lies:
            above = [OpId(one.dev, one.epoch, one.seq, bytes(8)) for one in above]
        self._write(dev, hlc, Op(PERSON.number, _ENT, field, value, tuple(above)), back)

    @rule(which=st.integers(0, 1), data=st.data())
    def take_in(self, which: int, data: st.DataObject) -> None:
        """Some of what was written arrives, new or not."""
        if self.written:
            some = data.draw(st.lists(st.integers(0, len(self.written) - 1), min_size=1, max_size=5))
            self._take(which, [self.written[at] for at in some])

    @rule()
    def meet(self) -> None:
        """Both take in all there is, one from the first to the last and one the other way."""
        self._take(0, self.written)
        self._take(1, self.written[::-1])
        assert state_of(self.stores[0].conn) == state_of(self.stores[1].conn)

    def _take(self, which: int, events: Sequence[Event]) -> None:
        if events:
            self.stores[which].take(events)
            self.held[which].update((event.eh, event.line) for event in events)

    @invariant()
    def says_what_the_oracle_says(self) -> None:
        """After every step, whatever has come."""
        for store, held in zip(self.stores, self.held, strict=True):
            view = oracle.look(held.values(), None, dict.fromkeys(DESKS, "LB"))
            compare(0, "a replica", store.conn, view, len(held))


TwoReplicas.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
test_two_replicas = TwoReplicas.TestCase

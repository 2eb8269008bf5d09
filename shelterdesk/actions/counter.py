"""The counter: one answer for who was scanned, checked inside the write so that a meal is given once.

Two counters, a double click or a late paper list meet the same rule. Food, water and care go to anybody:
who is not known here is counted without a name (DESIGN §2.6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shelterdesk.actions.bearers import Bearer, CardSeen, bearer_of, local_today, people_named
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.naming import gone
from shelterdesk.actions.served import AtCounter, FamilyServed, Served
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.counter import (
    FREE,
    NEVER_HELD_BACK,
    Answer,
    ServiceRule,
    Verdict,
    held_back,
    may_receive,
)
from shelterdesk.core.errors import BadField, NotFound, Refused
from shelterdesk.core.kinds import SERVICE
from shelterdesk.core.moment import (
    service_day,
    service_day_limits,
    to_milliseconds,
)
from shelterdesk.core.number import BadNumber, Counted
from shelterdesk.core.roster import Roster
from shelterdesk.core.vocabulary import Role
from shelterdesk.core.words import language, tr
from shelterdesk.db.connection import Connection
from shelterdesk.db.households import households_of, members
from shelterdesk.db.meta import Whoami
from shelterdesk.db.people import lines_of
from shelterdesk.db.population import is_present
from shelterdesk.db.services import Services, counter_flags, given_to_group, histories, services
from shelterdesk.db.store import Reader
from shelterdesk.db.unnamed import unnamed_at
from shelterdesk.db.writing import Writing
from shelterdesk.keys.cardclaim import CardUnreadable, CardVerdict

MOST_DAYS_LATE = 31
"""Days after which a service is not entered from a paper list any more: a year mistyped is likelier."""


def serve(
    desk: Desk,
    service: str | None,
    who: str,
    *,
    at: datetime | None = None,
    collected_by: str | None = None,
    override_reason: str | None = None,
    portions: int = 1,
    counter: str | None = None,
) -> Done[Served]:
    """Give a service to who was scanned or typed, or say why not and until when.

    ``service`` is a code, or None for what this hour serves; ``at`` a time on a paper list entered later;
    ``override_reason`` gives it although the rule said no, and to somebody not known here (counted without
    a person, ``portions`` of them). What was refused wrote nothing. Raises ``NotFound`` for a service there
    is not, ``BadField`` for a time still to come, ``Refused`` for the number of a whole family.
    """
    desk.must_be_station()
    with desk.store.write(desk.user) as event:
        work = _Counter.of(event.conn, desk.roster, desk.who, service, event.now, at)
        bearer, advice = work.bearer(who)
        if len(bearer.persons) > 1 or (bearer.household is not None and not bearer.persons):
            raise Refused(tr("This is the number of a family."), tr("Tick the members who receive it."))
        served = _serve_one(
            desk, event, work, bearer, advice, collected_by, override_reason, portions, counter
        )
    return Done(replace(served, undo=_events(event)), _changes(event))


def serve_family(
    desk: Desk,
    service: str | None,
    people: Sequence[str],
    *,
    at: datetime | None = None,
    collected_by: str | None = None,
    override_reason: str | None = None,
    counter: str | None = None,
) -> Done[FamilyServed]:
    """Give a service to the members ticked (numbers or ids), fetched by one of them, in one event.

    Each is answered alone: who has had it already does not keep the others from theirs.
    """
    desk.must_be_station()
    with desk.store.write(desk.user) as event:
        work = _Counter.of(event.conn, desk.roster, desk.who, service, event.now, at)
        today = local_today(desk.who, event.now)
        served = tuple(
            _serve_one(
                desk, event, work, Bearer(persons=(person,)), [], collected_by, override_reason, 1, counter
            )
            for person in people_named(event.conn, desk.roster, desk.who, list(people), today)
        )
    return Done(FamilyServed(served, _events(event)), _changes(event))


def family_at_counter(
    desk: Desk, reader: Reader, service: str | None, who: str, at: datetime | None = None
) -> list[AtCounter]:
    """The family of who was scanned, to tick: who may still receive the service, the scanned one first.

    Raises ``NotFound`` for somebody not known here, ``NotAllowed``.
    """
    desk.must("find people")
    work = _Counter.of(reader.conn, reader.roster, reader.who, service, desk.clock.now(), at)
    bearer, _ = work.bearer(who)
    if not bearer.persons:
        step = tr("Read it again from the card, or search by name.")
        raise gone(reader.conn, Counted.PERSON, who, desk.who.slot, step)
    people = dict.fromkeys(bearer.persons)
    if bearer.household is None:
        for household in households_of(reader.conn, bytes.fromhex(bearer.persons[0]))[:1]:
            people.update(dict.fromkeys(one.ent for one in members(reader.conn, household)))
    answers = {person: work.answer_for(person) for person in people}
    lines = lines_of(reader.conn, [bytes.fromhex(person) for person in people], work.day)
    return [
        AtCounter(
            line.ent, line.number, line.name, line.age_text, line.is_present,
            bearer.household is None and line.ent in bearer.persons, answers[line.ent],
        )
        for line in lines
    ]  # fmt: skip


def services_now(desk: Desk, reader: Reader) -> tuple[list[ServiceRule], str | None]:
    """The services of the station, and the code of the one this hour serves (None: choose)."""
    known = services(reader.conn)
    hour = desk.clock.now().astimezone(ZoneInfo(reader.who.zone)).hour
    active = [rule for rule in known.rules.values() if not rule.inactive]
    return active, next((rule.code for rule in active if rule.is_proposed_at(hour)), None)


@dataclass(frozen=True, slots=True)
class _Counter:
    """The rule of one service at one moment, ready to be asked for people."""

    conn: Connection
    roster: Roster
    who: Whoami
    known: Services
    rule: ServiceRule
    when: datetime
    day: date
    day_ends_ms: int
    today: date

    @classmethod
    def of(
        cls,
        conn: Connection,
        roster: Roster,
        who: Whoami,
        service: str | None,
        now: datetime,
        at: datetime | None,
    ) -> _Counter:
        if at is not None and at > now:
            raise BadField("time", tr("this is still to come"))
        if at is not None and now - at > timedelta(days=MOST_DAYS_LATE):
            raise BadField(
                "time",
                tr("This is more than {n} days ago.", n=MOST_DAYS_LATE),
                tr("Look at the year and month again; lists older than that stay on paper."),
            )
        when = at or now
        known = services(conn)
        day = service_day(when, who.zone, who.change_hour)
        ends = service_day_limits(day + timedelta(days=1), who.zone, who.change_hour)[1]
        rule = _rule(known, service, when.astimezone(ZoneInfo(who.zone)).hour)
        return cls(conn, roster, who, known, rule, when, day, to_milliseconds(ends), local_today(who, now))

    def about_time(self, now: datetime) -> list[str]:
        """What to say of the hour: entered late, or outside the hours of a meal, which is given all the same."""
        said = []
        local = self.when.astimezone(ZoneInfo(self.who.zone))
        if self.day != service_day(now, self.who.zone, self.who.change_hour):
            said.append(tr("Entered late: it counts for {day}.", day=self.day.isoformat()))
        rule = self.rule
        if rule.from_hour is not None and rule.to_hour is not None and not rule.is_proposed_at(local.hour):
            said.append(
                tr("Outside its hours, {first}:00 to {last}:59.", first=rule.from_hour, last=rule.to_hour)
            )
        return said

    def bearer(self, said: str) -> tuple[Bearer, list[str]]:
        """Whom the counter has before it, and what to say of the card; nobody rather than an error."""
        try:
            bearer = bearer_of(self.conn, self.roster, self.who, said, self.today)
        except (BadNumber, CardUnreadable) as bad:
            return Bearer(), [bad.sentence, bad.next_step]
        return bearer, [] if bearer.card is None else _about_card(bearer.card)

    def answer_for(self, person: str) -> Served:
        """What the rule and the flags say for a person now; nothing is written."""
        ent = bytes.fromhex(person)
        history = histories(self.conn, self.known, [ent])[ent]
        at_ms = to_milliseconds(self.when)
        answer = may_receive(self.rule, history, at_ms, self.day, self.day_ends_ms, self.known.rules)
        flags = counter_flags(self.conn, [ent], at_ms).get(ent, [])
        flag = held_back(self.rule, flags)
        if answer.is_free and flag is not None:
            answer = Answer(Verdict.HELD_BACK)
        before = self.known.rules.get(answer.previous.service) if answer.previous is not None else None
        advice = [flag.instruction or tr("{flag}: no instructions", flag=flag.name) for flag in flags]
        if not is_present(self.conn, ent):
            advice.append(
                tr("Noted as having left: ask whether they are here, and note the return.")
                if self.rule.present_only
                else tr("Noted as having left; note the return if they are back.")
            )
        line = next(iter(lines_of(self.conn, [ent], self.today)), None)
        return Served(
            self.rule,
            answer,
            self.who.zone,
            person=person,
            number=line.number if line is not None else "",
            name=line.name if line is not None else "",
            flag=flag,
            before=before,
            advice=tuple(advice),
        )

    def answer_for_group(self, group: str, portions: int) -> Served:
        """What the unnamed heads of a token may still receive together."""
        ent = bytes.fromhex(group)
        left = unnamed_at(self.conn, self.who.station, None, {}).get(ent, 0)
        given = given_to_group(self.conn, self.known, ent, self.rule.code, self.day)
        is_free = self.rule.per_day is None or given + portions <= left * self.rule.per_day
        answer = FREE if is_free else Answer(Verdict.ALREADY, None, self.day_ends_ms)
        return Served(self.rule, answer, self.who.zone, group=group, portions=portions)


def _rule(known: Services, service: str | None, hour: int) -> ServiceRule:
    if service is None:
        proposed = next((rule for rule in known.rules.values() if rule.is_proposed_at(hour)), None)
        if proposed is None:
            raise Refused(tr("Nothing is served at this hour."), tr("Choose the service."))
        return proposed
    rule = known.rules.get(service.strip().upper()) or known.rules.get(service.strip())
    if rule is None or rule.inactive:
        listed = ", ".join(code for code, one in known.rules.items() if not one.inactive)
        raise NotFound(service.strip()[:40], tr("The services are: {services}.", services=listed))
    return rule


def _about_card(seen: CardSeen) -> list[str]:
    if seen.verdict is CardVerdict.REVOKED:
        return [tr("This card was replaced or reported lost; ask for the name.")]
    if seen.verdict is CardVerdict.EXPIRED:
        return [tr("This card has expired; print a new one.")]
    if seen.verdict is CardVerdict.UNKNOWN_STATION:
        return [tr("This card is of a station not known here.")]
    if seen.verdict is CardVerdict.VALID and (seen.record is None or not seen.record.is_bound):
        return [tr("This card is good, and not bound to anybody known here yet.")]
    if seen.verdict is not CardVerdict.VALID:
        return [tr("This card is not one of ours; ask for the name.")]
    return []


def _serve_one(
    desk: Desk,
    event: Writing,
    work: _Counter,
    bearer: Bearer,
    advice: list[str],
    collected_by: str | None,
    override_reason: str | None,
    portions: int,
    counter: str | None,
) -> Served:
    if portions < 1:
        raise BadField("portions", tr("at least one is given"))
    reason = (override_reason or "").strip() or None
    if bearer.persons:
        served = work.answer_for(bearer.persons[0])
    elif bearer.group is not None:
        served = work.answer_for_group(bearer.group, portions)
    else:
        unknown = Answer(Verdict.UNKNOWN)
        served = Served(work.rule, unknown, work.who.zone, portions=portions)
    collector, said = _collector(desk, event, work, bearer, collected_by, reason)
    served = replace(served, advice=(*advice, *said, *work.about_time(event.now), *served.advice))
    if not served.answer.is_free and (reason is None or not _may_lift(desk, served)):
        return served
    # A reason is kept only where one was needed: it also says that this one is no double.
    record = event.create(
        SERVICE,
        {
            "service_type": work.known.ents[work.rule.code],
            "person": served.person,
            "arrival_group": served.group,
            "happened_at": work.when,
            "service_day": work.day.isoformat(),
            "counter": (counter or "").strip() or desk.who.slot,
            "collected_by": collector,
            "override_reason": None if served.answer.is_free else reason,
            "portions": served.portions,
        },
    )
    return replace(served, record=record)


def _collector(
    desk: Desk, event: Writing, work: _Counter, bearer: Bearer, collected_by: str | None, reason: str | None
) -> tuple[str | None, list[str]]:
    """Who fetches it for somebody else; a service may ask people to come themselves."""
    if collected_by is None:
        return None, []
    today = local_today(desk.who, event.now)
    collector = people_named(event.conn, desk.roster, desk.who, collected_by, today)[0]
    if collector in bearer.persons:
        return None, []
    if not work.rule.family_pickup:
        said = tr("{service} is for who comes in person.", service=work.rule.name(language()))
        if reason is None and work.rule.service_class not in NEVER_HELD_BACK:
            raise Refused(said, tr("Ask them to come, or give a reason."))
        return collector, [said]
    return collector, []


def _may_lift(desk: Desk, served: Served) -> bool:
    """A flag is lifted by the role it names (a supervisor where it names none); a quota by anybody with a reason."""
    if served.flag is None or served.verdict is not Verdict.HELD_BACK:
        return True
    return (served.flag.lifted_by_role or Role.SUPERVISOR.value) in {role.value for role in desk.user.roles}


def _events(event: Writing) -> tuple[bytes, ...]:
    return event.written.events if event.written is not None else ()


def _changes(event: Writing) -> Changes:
    return Changes(event.written.kinds if event.written is not None else frozenset())

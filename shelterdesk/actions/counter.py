"""The counter: one answer for who was scanned, checked inside the write so that a meal is given once.

Two counters, a double click or a late paper list meet the same rule. Food, water and care go to anybody:
who is not known here is counted without a name (DESIGN §2.6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shelterdesk.actions.bearers import Bearer, CardSeen, bearer_of, local_today
from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.counter import (
    NEVER_HELD_BACK,
    Answer,
    Held,
    Received,
    ServiceRule,
    Verdict,
    held_back,
    may_receive,
)
from shelterdesk.core.errors import BadField, NotAllowed, NotFound, Refused
from shelterdesk.core.kinds import SERVICE
from shelterdesk.core.moment import (
    from_milliseconds,
    moment_text,
    service_day,
    service_day_limits,
    to_milliseconds,
)
from shelterdesk.core.vocabulary import Role
from shelterdesk.core.words import language, tr
from shelterdesk.db.connection import Connection
from shelterdesk.db.households import households_of, members
from shelterdesk.db.lodging import guests, numbers_of
from shelterdesk.db.meta import Whoami
from shelterdesk.db.people import lines_of
from shelterdesk.db.population import is_present
from shelterdesk.db.roll import is_card_worthy
from shelterdesk.db.services import Services, counter_flags, given_to_group, histories, services

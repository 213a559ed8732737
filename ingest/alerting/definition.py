"""What a version of an alert rule decides by, as it is kept: `RuleDefinition`, JSON as on the wire.

It says nothing of which sensors are watched, nor who is told. Whoever makes one has checked it:
`levels` are in rising severity, each with values of its own where its operator compares with any.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

RuleKind = Literal[
    "VALUE",
    "NO_DATA",
    "AGGREGATE",
    "RATE_OF_CHANGE",
    "STUCK",
    "DEVIATION",
    "EXPRESSION",
    "DISCONNECTED",
]
RuleOperator = Literal[
    "GT",
    "GTE",
    "LT",
    "LTE",
    "EQ",
    "NEQ",
    "BETWEEN",
    "OUTSIDE",
    "IS_TRUE",
    "IS_FALSE",
    "CONTAINS",
    "NOT_CONTAINS",
    "CHANGED",
]
WindowAggregate = Literal["AVG", "MIN", "MAX", "COUNT", "SUM", "RANGE", "LAST"]
AlertSeverity = Literal["INFO", "WARNING", "CRITICAL"]
WeekDay = Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]

SEVERITIES: tuple[AlertSeverity, ...] = ("INFO", "WARNING", "CRITICAL")
WEEK_DAYS: tuple[WeekDay, ...] = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
OF_DEVICES: frozenset[RuleKind] = frozenset({"DISCONNECTED"})
"""What is watched are devices, and not their sensors."""
SITE_ZONE = "SITE"
"""The schedule's zone is that of the site where the sensor's device is; UTC where it is at none."""

LEVELS_MAX = 3
WEEKLY_MAX = 20
LONGEST_SECONDS = 30 * 86_400
"""Of any span of a rule: as far back as late readings change what was decided."""
SHORTEST_STEP_SECONDS = 10
WINDOWS_MAX = 1_000
"""Steps in a window."""


class RulePart(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """What all parts have in common: camelCase, and nothing that isn't said."""


class RuleLevel(RulePart, frozen=True, kw_only=True):
    """Where an alert of this severity begins: beyond `value`, or at `low` and `high`, for
    `for_seconds`; and where it ends: the same, or beyond the clear values, for `clear_for_seconds`.
    A text is compared with `value` alone."""

    severity: AlertSeverity
    value: float | str | None = None
    low: float | None = None
    high: float | None = None
    clear_value: float | None = None
    clear_low: float | None = None
    clear_high: float | None = None
    for_seconds: int = 0
    clear_for_seconds: int = 0


class WeeklyTimes(RulePart, frozen=True, kw_only=True):
    """What a wall clock shows, "HH:MM": from `from_` until before `to` on these days. Over midnight
    where `to` is no later: then it belongs to the day on which it begins."""

    days: tuple[WeekDay, ...]
    from_: str = msgspec.field(name="from")
    to: str


class RuleSchedule(RulePart, frozen=True, kw_only=True):
    """When the rule is active: outside nothing is on. `timezone` is an IANA name, or SITE_ZONE."""

    timezone: str
    weekly: tuple[WeeklyTimes, ...]


class RuleInput(RulePart, frozen=True, kw_only=True):
    """A sensor beside the one that is watched: by its id; or of the same device, the one with the
    key `field`, or with the watched one's key in `component`. The watched one if all are None.
    `aggregate` is what becomes of its window."""

    sensor_id: UUID | None = None
    field: str | None = None
    component: str | None = None
    aggregate: WindowAggregate = "AVG"

    @property
    def is_other(self) -> bool:
        return any(each is not None for each in (self.sensor_id, self.field, self.component))


class RuleDefinition(RulePart, frozen=True, kw_only=True):
    """See alerting.md for what each kind means. Spans are in seconds.

    `window_seconds` is the silence of NO_DATA, and the window of the kinds that have one; those
    are looked at every `step_seconds` (None: `default_step`). With fewer readings than `min_count`
    (None: 1, of STUCK 2) a window has no value; `tolerance` is how far those of STUCK may lie
    apart. `relative`: DEVIATION in percent of the other's average. An EXPRESSION without an
    operator holds where it isn't 0.
    """

    kind: RuleKind
    operator: RuleOperator | None = None
    levels: tuple[RuleLevel, ...]
    ignore_case: bool = False
    aggregate: WindowAggregate | None = None
    window_seconds: int | None = None
    step_seconds: int | None = None
    min_count: int | None = None
    tolerance: float = 0
    relative: bool = False
    other: RuleInput | None = None
    expression: str | None = None
    inputs: dict[str, RuleInput] = msgspec.field(default_factory=dict)
    grace_seconds: int = 30
    cooldown_seconds: int = 0
    schedule: RuleSchedule | None = None

    @property
    def sources(self) -> list[RuleInput]:
        """The sensors beside the watched one that it needs, in the order in which pairs keep
        them."""
        inputs = [self.inputs[name] for name in sorted(self.inputs)]
        of_deviation = [] if self.other is None else [self.other]
        return [each for each in (*of_deviation, *inputs) if each.is_other]


def default_step(window_seconds: int) -> int:
    """How often a window of this length is looked at where a rule doesn't say: fifteen times in its
    length, every ten seconds at most, always on the same moments of the hour."""
    wanted = max(SHORTEST_STEP_SECONDS, window_seconds // 15)
    return max(step for step in range(1, 3601) if 3600 % step == 0 and step <= wanted)


def encode_definition(definition: RuleDefinition) -> bytes:
    return msgspec.json.encode(definition)


def decode_definition(kept: bytes | str) -> RuleDefinition:
    """Raises msgspec.ValidationError where it is none."""
    return msgspec.json.decode(kept, type=RuleDefinition)

"""Back-tests: what a rule would have found in what is stored, and how that differs from what the
version in force finds in the same readings.

Each page of a sensor's readings is read once and goes to both. The work on it is done in a thread.
A request does it at once, of as many sensors as it may; a job (workers/alerting/backtests.py) of
many more, some at a time.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from app.alerting.alert_backtests.findings import COUNT_MAX, BacktestFindings, BacktestRule
from app.alerting.alert_backtests.replay import ReplayedAlert, RuleReplay, reads_after, value_series
from app.alerting.alert_backtests.schemas import BacktestResult
from app.alerting.alert_rules import service
from app.alerting.alert_rules.content import definition_of
from app.alerting.alert_rules.schemas import AlertRuleContent
from app.core.errors import Malformed, Unprocessable
from app.core.targets import read_target
from app.core.wire import time_range
from db.connections.readers import ConnectionReader
from db.connections.types import Connection
from db.queries.alert_connections import sessions_since
from db.queries.alert_scope import MeantSensor, meant_devices, meant_sensors
from db.queries.targets import Target
from db.readings.series import series
from db.readings.times import EPOCH, microseconds, moment_of
from ingest.alerting.connections import past_changes, spans_of
from ingest.alerting.definition import OF_DEVICES, RuleDefinition
from ingest.alerting.logic import logic_of
from ingest.alerting.membership import references, suits
from ingest.alerting.series import ValueSeries

ALERTS_MAX = 1_000  # shown
SENSORS_MAX = 1_000
PAGE_READINGS = 50_000
LONGEST = timedelta(days=400)
SECONDS_MAX = 20


class TooManySensors(Exception):
    """More than may be tested at once; in words."""


@dataclass(frozen=True, slots=True)
class BacktestPlan:
    """The rule that is tested and the one that it is compared with, from `start` on before `end`,
    in microseconds."""

    new: BacktestRule
    old: BacktestRule | None
    start: int
    end: int

    @property
    def subject_ids(self) -> list[UUID]:
        """Of all sensors, or devices, that either means."""
        return sorted({id_ for rule in self.rules for id_ in rule.sensors})

    @property
    def rules(self) -> list[BacktestRule]:
        return [self.new] if self.old is None else [self.new, self.old]


@dataclass
class BacktestBudget:
    """How many readings may still be read, and until when."""

    readings: int
    seconds: int
    spent: int = 0

    def __post_init__(self) -> None:
        self._ends_at = time.monotonic() + self.seconds

    def spend(self, readings: int) -> None:
        """Raises Unprocessable when it is used up."""
        self.spent += readings
        if self.spent > self.readings or time.monotonic() > self._ends_at:
            raise Unprocessable(
                f"testing would read more than {self.readings:,} readings, or take more than "
                f"{self.seconds} seconds; test fewer sensors or a shorter range, or in the "
                "background",
                code="TOO_EXPENSIVE",
            )


async def run(connection: Connection, plan: BacktestPlan, *, readings_max: int) -> BacktestResult:
    """All of it at once. Raises Unprocessable for what takes too long."""
    budget = BacktestBudget(readings_max, SECONDS_MAX)
    findings = BacktestFindings(plan.end, ALERTS_MAX)
    for subject_id in plan.subject_ids:
        if findings.count >= COUNT_MAX:
            break
        await replay(connection, plan, [subject_id], findings, budget)
    return BacktestResult(
        **msgspec.structs.asdict(findings.sums(budget.spent)),
        alerts=findings.alerts,
        by_sensor=findings.worst(),
    )


async def plan_test(
    connection: Connection,
    org_id: UUID,
    *,
    rule_id: UUID | None,
    content: AlertRuleContent | None,
    span: tuple[datetime, datetime],
    at_most: int = SENSORS_MAX,
) -> BacktestPlan:
    """Of the content, compared with the rule as it is in force; without a content, of that rule;
    without a rule, compared with nothing.

    Raises NotFound for a rule or target that isn't there, Malformed for a range that makes no
    sense, Unprocessable for a rule that does not, TooManySensors for one that means more than
    `at_most`.
    """
    start, end = _range(*span)
    present = (
        None if rule_id is None else await service.in_force(ConnectionReader(connection), rule_id)
    )
    tested = content or present
    assert tested is not None  # noqa: S101 - a test is of a rule, or has one
    await service.check(ConnectionReader(connection), org_id, tested)
    new = await _tested(connection, tested, at_most)
    old = None if present is None else await _tested(connection, present, at_most)
    return BacktestPlan(new, old, start, end)


def _range(start: datetime, end: datetime) -> tuple[int, int]:
    start, end = time_range(start, end)
    end = min(end, datetime.now(UTC))
    if start >= end:
        raise Malformed("from must lie in the past")
    if end - start > LONGEST:
        raise Unprocessable(f"a test is of at most {LONGEST.days} days", code="TOO_EXPENSIVE")
    return microseconds(start), microseconds(end)


async def _tested(connection: Connection, content: AlertRuleContent, at_most: int) -> BacktestRule:
    definition, target = definition_of(content), read_target(content.target)
    found = await _meant(connection, target, content.field, definition, at_most=at_most + 1)
    if len(found) > at_most:
        message = f"testing is of at most {at_most:,} sensors; name a smaller target"
        raise TooManySensors(message)
    sensors = {each.id: each for each in found if _suits(definition, each)}
    return BacktestRule(definition, content.notify, content.repeat_seconds, sensors)


def _suits(definition: RuleDefinition, subject: MeantSensor) -> bool:
    if definition.kind in OF_DEVICES:
        return True
    return subject.has_sources and suits(definition, subject.value_type)


async def _meant(
    connection: Connection,
    target: Target,
    key: str | None,
    definition: RuleDefinition,
    *,
    at_most: int,
) -> list[MeantSensor]:
    if definition.kind in OF_DEVICES:
        return await meant_devices(connection, target, at_most=at_most)
    return await meant_sensors(
        connection, target, key=key, sources=references(definition), at_most=at_most
    )


async def replay(
    connection: Connection,
    plan: BacktestPlan,
    subject_ids: Iterable[UUID],
    findings: BacktestFindings,
    budget: BacktestBudget,
) -> None:
    """Of these sensors, or devices. Raises Unprocessable when the budget is used up."""
    for subject_id in subject_ids:
        rules = [rule for rule in plan.rules if subject_id in rule.sensors]
        found = await _replay(connection, subject_id, rules, (plan.start, plan.end), budget)
        by_rule = {id(rule): alerts for rule, alerts in zip(rules, found, strict=True)}
        old = by_rule.get(id(plan.old), [])
        new = by_rule.get(id(plan.new), [])
        findings.take(subject_id, plan.new, new, old, is_device=rules[0].is_of_devices)


async def _replay(
    connection: Connection,
    sensor_id: UUID,
    rules: Sequence[BacktestRule],
    span: tuple[int, int],
    budget: BacktestBudget,
) -> list[list[ReplayedAlert]]:
    """The alerts of each rule. Of what is calculated of several sensors the one that is behind is
    read on: no more than a page of each waits for the others."""
    start, end = span
    if rules[0].is_of_devices:
        return await _replay_connections(connection, sensor_id, rules, span, budget)
    held = [
        await _held(connection, sensor_id, reads_after(rule.definition, start)) for rule in rules
    ]
    replays = _begin(sensor_id, rules, start, held)
    wanted = _wanted(sensor_id, rules, replays)
    first = min(reads_after(rule.definition, start) for rule in rules)
    pages = {id_: _pages(connection, id_, first, end) for id_ in wanted}
    read_to = dict.fromkeys(pages, first)
    while pages:
        behind = min(pages, key=lambda id_: read_to[id_])
        readings = await anext(pages[behind], None)
        if readings is None:
            del pages[behind]
        else:
            budget.spend(len(readings))
            read_to[behind] = int(readings.at[-1])
        await asyncio.to_thread(_feed, wanted[behind], readings)
        if any(len(replay.found) >= COUNT_MAX for replay in replays):
            return [replay.found for replay in replays]
    await asyncio.to_thread(_finish, replays, end)
    return [replay.found for replay in replays]


async def _replay_connections(
    connection: Connection,
    device_id: UUID,
    rules: Sequence[BacktestRule],
    span: tuple[int, int],
    budget: BacktestBudget,
) -> list[list[ReplayedAlert]]:
    start, end = span
    found = await sessions_since(connection, device_id, moment_of(start))
    spans = spans_of(*found)
    budget.spend(len(spans))
    changes = [past_changes(spans, logic_of(rule.definition).grace, end) for rule in rules]
    replays = _begin(device_id, rules, start, [series.up_to(start) for series in changes])
    for replay, series_ in zip(replays, changes, strict=True):
        replay.feed(series_)
    _finish(replays, end)
    return [replay.found for replay in replays]


def _begin(
    subject_id: UUID, rules: Sequence[BacktestRule], start: int, held: Sequence[ValueSeries]
) -> list[RuleReplay]:
    return [
        RuleReplay(rule.definition, rule.sensors[subject_id].zone, start, values, ALERTS_MAX)
        for rule, values in zip(rules, held, strict=True)
    ]


_Place = tuple[RuleReplay, int]


def _wanted(
    sensor_id: UUID, rules: Sequence[BacktestRule], replays: Sequence[RuleReplay]
) -> dict[UUID, list[_Place]]:
    """Which replays want whose readings, and as what."""
    wanted: dict[UUID, list[_Place]] = defaultdict(list)
    for rule, replay in zip(rules, replays, strict=True):
        for place, id_ in enumerate((sensor_id, *rule.sensors[sensor_id].source_ids)):
            wanted[id_].append((replay, place))
    return wanted


def _feed(places: Sequence[_Place], readings: ValueSeries | None) -> None:
    for replay, place in places:
        if readings is None:
            replay.end(place)
        else:
            replay.feed(readings, place)


def _finish(replays: Sequence[RuleReplay], end: int) -> None:
    for replay in replays:
        replay.finish(end)


async def _held(connection: Connection, sensor_id: UUID, at: int) -> ValueSeries:
    """The newest reading at or before then."""
    before = moment_of(at + 1)
    newest = await series(
        connection, sensor_id, EPOCH, before, after=None, limit=1, descending=True
    )
    return value_series(newest)


async def _pages(
    connection: Connection, sensor_id: UUID, first: int, end: int
) -> AsyncIterator[ValueSeries]:
    """After `first`, before `end`."""
    after, to = moment_of(first), moment_of(end)
    while True:
        found = await series(connection, sensor_id, after, to, after=after, limit=PAGE_READINGS)
        if len(found):
            yield value_series(found)
        if len(found) < PAGE_READINGS:
            return
        after = found.last_at

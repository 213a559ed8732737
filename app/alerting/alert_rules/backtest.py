"""Back-tests: what a rule would have found in what is stored, and how that differs from what the
version in force finds in the same readings.

Each page of a sensor's readings is read once and goes to both. The work on it is done in a thread.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.alerting.alert_rules import service
from app.alerting.alert_rules.content import definition_of
from app.alerting.alert_rules.replay import (
    ReplayedAlert,
    RuleReplay,
    difference,
    reads_after,
    value_series,
)
from app.alerting.alert_rules.schemas import (
    AlertRuleContent,
    BacktestAlert,
    BacktestDifference,
    BacktestResult,
    RuleNotify,
)
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
from ingest.alerting.definition import OF_DEVICES, SEVERITIES, RuleDefinition
from ingest.alerting.logic import logic_of
from ingest.alerting.machine import EpisodeOutcome
from ingest.alerting.membership import references, suits
from ingest.alerting.series import ValueSeries

ALERTS_MAX = 1_000  # shown
COUNT_MAX = 100_000  # counted
SENSORS_MAX = 1_000
PAGE_READINGS = 50_000
LONGEST = timedelta(days=400)
SECONDS_MAX = 20


@dataclass(frozen=True, slots=True)
class BacktestRule:
    """What is tested, and the sensors, or devices, that it means."""

    definition: RuleDefinition
    notify: Sequence[RuleNotify]
    repeat_seconds: int
    sensors: dict[UUID, MeantSensor]

    @property
    def is_of_devices(self) -> bool:
        return self.definition.kind in OF_DEVICES


@dataclass
class _Findings:
    """What has been found so far."""

    end: int
    alerts: list[BacktestAlert] = field(default_factory=list)
    count: int = 0
    firing: int = 0
    messages: int = 0
    added: int = 0
    removed: int = 0
    moved: int = 0

    @property
    def is_full(self) -> bool:
        return self.count >= COUNT_MAX

    def take(
        self,
        sensor_id: UUID,
        rule: BacktestRule,
        new: Sequence[ReplayedAlert],
        old: Sequence[ReplayedAlert],
    ) -> None:
        """Of one sensor."""
        self.count += len(new)
        shown = new[: ALERTS_MAX - len(self.alerts)]
        self.alerts += [_shown(sensor_id, rule, alert) for alert in shown]
        for alert in new:
            lasted = _lasted(alert.episode, self.end)
            self.firing += lasted
            self.messages += messages_of(rule, alert.episode, lasted / 1e6)
        differs = difference(new, old, self.end)
        self.added += differs.added
        self.removed += differs.removed
        self.moved += differs.moved


@dataclass
class _Budget:
    """How many readings may still be read, and until when."""

    readings: int
    ends_at: float
    spent: int = 0

    def spend(self, readings: int) -> None:
        self.spent += readings
        if self.spent > self.readings or time.monotonic() > self.ends_at:
            raise Unprocessable(
                f"testing would read more than {self.readings} readings, or take more than "
                f"{SECONDS_MAX} seconds; test fewer sensors or a shorter range",
                code="TOO_EXPENSIVE",
            )


async def run(
    connection: Connection,
    org_id: UUID,
    *,
    rule_id: UUID | None,
    content: AlertRuleContent | None,
    span: tuple[datetime, datetime],
    readings_max: int,
) -> BacktestResult:
    """Of the content, compared with the rule as it is in force; without a content, of that rule;
    without a rule, compared with nothing.

    Raises NotFound for a rule or target that isn't there, Malformed for a range that makes no
    sense, Unprocessable for a rule that does not, and for what takes too long.
    """
    start, end = _range(*span)
    present = (
        None if rule_id is None else await service.in_force(ConnectionReader(connection), rule_id)
    )
    new = await _tested(connection, org_id, content or _known(present))
    old = None if present is None else await _tested(connection, org_id, present, checks=False)
    budget = _Budget(readings_max, time.monotonic() + SECONDS_MAX)
    findings = _Findings(end)
    nobody: dict[UUID, MeantSensor] = {}
    for sensor_id in sorted({*new.sensors, *(nobody if old is None else old.sensors)}):
        if findings.is_full:
            break
        rules = [rule for rule in (new, old) if rule is not None and sensor_id in rule.sensors]
        found = await _replay(connection, sensor_id, rules, (start, end), budget)
        by_rule = {id(rule): alerts for rule, alerts in zip(rules, found, strict=True)}
        findings.take(sensor_id, new, by_rule.get(id(new), []), by_rule.get(id(old), []))
    return _result(findings, new, budget)


def _range(start: datetime, end: datetime) -> tuple[int, int]:
    start, end = time_range(start, end)
    end = min(end, datetime.now(UTC))
    if start >= end:
        raise Malformed("from must lie in the past")
    if end - start > LONGEST:
        raise Unprocessable(f"a test is of at most {LONGEST.days} days", code="TOO_EXPENSIVE")
    return microseconds(start), microseconds(end)


def _known(content: AlertRuleContent | None) -> AlertRuleContent:
    assert content is not None  # noqa: S101 - a test is of a rule, or has one
    return content


async def _tested(
    connection: Connection, org_id: UUID, content: AlertRuleContent, *, checks: bool = True
) -> BacktestRule:
    """Raises what making the rule would raise; `checks` is False of one that was made."""
    if checks:
        await service.check(ConnectionReader(connection), org_id, content)
    definition, target = definition_of(content), read_target(content.target)
    found = await _meant(connection, target, content.field, definition)
    if len(found) > SENSORS_MAX:
        raise Unprocessable(
            f"testing is of at most {SENSORS_MAX} sensors; name a smaller target",
            code="TOO_EXPENSIVE",
        )
    sensors = {each.id: each for each in found}
    return BacktestRule(definition, content.notify, content.repeat_seconds, sensors)


async def _meant(
    connection: Connection, target: Target, key: str | None, definition: RuleDefinition
) -> list[MeantSensor]:
    """One more than may be at most."""
    if definition.kind in OF_DEVICES:
        return await meant_devices(connection, target, at_most=SENSORS_MAX + 1)
    found = await meant_sensors(
        connection, target, key=key, sources=references(definition), at_most=SENSORS_MAX + 1
    )
    return [each for each in found if suits(definition, each.value_type)]


async def _replay(
    connection: Connection,
    sensor_id: UUID,
    rules: Sequence[BacktestRule],
    span: tuple[int, int],
    budget: _Budget,
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
    budget: _Budget,
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


def messages_of(rule: BacktestRule, episode: EpisodeOutcome, seconds: float) -> int:
    """How many messages its channels would have been sent, if nobody had done anything about it,
    nothing had been muted and nothing had gone together with another's."""
    return sum(_messages(line, rule, episode, seconds) for line in rule.notify)


def _messages(line: RuleNotify, rule: BacktestRule, episode: EpisodeOutcome, seconds: float) -> int:
    least = SEVERITIES.index(line.min_severity)
    severities = [severity for _, severity in episode.steps]
    if max(severities) < least or seconds < line.after_seconds:
        return 0
    told = 0
    if "FIRED" in line.on:
        told += 1 + (int(seconds) // rule.repeat_seconds if rule.repeat_seconds else 0)
    if "SEVERITY" in line.on and not line.after_seconds:
        told += sum(severity >= least for severity in severities[1:])
    if "RESOLVED" in line.on and episode.ended_at is not None:
        told += 1
    return told


def _lasted(episode: EpisodeOutcome, end: int) -> int:
    return (end if episode.ended_at is None else episode.ended_at) - episode.fired_at


def _shown(subject_id: UUID, rule: BacktestRule, alert: ReplayedAlert) -> BacktestAlert:
    episode = alert.episode
    highest = max(severity for _, severity in episode.steps)
    return BacktestAlert(
        sensor_id=None if rule.is_of_devices else subject_id,
        device_id=subject_id if rule.is_of_devices else None,
        severity=SEVERITIES[highest],
        started_at=moment_of(episode.started_at),
        fired_at=moment_of(episode.fired_at),
        ended_at=None if episode.ended_at is None else moment_of(episode.ended_at),
        peak=alert.peak,
    )


def _result(findings: _Findings, rule: BacktestRule, budget: _Budget) -> BacktestResult:
    return BacktestResult(
        alerts=findings.alerts,
        count=findings.count,
        firing_seconds=findings.firing / 1e6,
        messages=findings.messages,
        difference=BacktestDifference(findings.added, findings.removed, findings.moved),
        truncated=findings.count > len(findings.alerts),
        sensors=len(rule.sensors),
        readings=budget.spent,
    )

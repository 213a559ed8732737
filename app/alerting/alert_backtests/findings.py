"""What back-tests find: in sum, and of each sensor what tells the worst from the others."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from app.alerting.alert_backtests.replay import ReplayDifference, ReplayedAlert, difference
from app.alerting.alert_backtests.schemas import (
    BacktestAlert,
    BacktestDifference,
    BacktestSensor,
    BacktestSums,
)
from app.alerting.alert_rules.schemas import RuleNotify
from db.queries.alert_scope import MeantSensor
from db.readings.times import moment_of
from ingest.alerting.definition import OF_DEVICES, SEVERITIES, RuleDefinition
from ingest.alerting.machine import EpisodeOutcome

COUNT_MAX = 100_000  # counted of one sensor; of all of them where it isn't a job
WORST_MAX = 100


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


class _SensorFindings(NamedTuple):
    """Of one sensor, or device; in the order of how bad they are."""

    firing: int
    alerts: int
    changes: int
    subject_id: UUID
    is_device: bool
    messages: int
    difference: ReplayDifference


@dataclass
class BacktestFindings:
    """What has been found so far, of ranges that end at `end`, in microseconds; the first
    `alerts_max` alerts and the worst sensors one by one."""

    end: int
    alerts_max: int
    alerts: list[BacktestAlert] = field(default_factory=list)
    sensors: int = 0
    count: int = 0
    firing: int = 0
    messages: int = 0
    added: int = 0
    removed: int = 0
    moved: int = 0
    _worst: list[_SensorFindings] = field(default_factory=list)

    def take(
        self,
        subject_id: UUID,
        rule: BacktestRule,
        new: Sequence[ReplayedAlert],
        old: Sequence[ReplayedAlert],
        *,
        is_device: bool,
    ) -> None:
        """Of one sensor, or device, that the rule need not mean any more."""
        lasted = [lasted_us(alert.episode, self.end) for alert in new]
        differs = difference(new, old, self.end)
        found = _SensorFindings(
            sum(lasted),
            len(new),
            sum(differs),
            subject_id,
            is_device,
            sum(
                messages_of(rule, alert.episode, spent / 1e6)
                for alert, spent in zip(new, lasted, strict=True)
            ),
            differs,
        )
        shown = new[: self.alerts_max - len(self.alerts)]
        self.alerts += [_shown(subject_id, rule, alert) for alert in shown]
        self.sensors += subject_id in rule.sensors
        self._add(found)

    def _add(self, found: _SensorFindings) -> None:
        self.count += found.alerts
        self.firing += found.firing
        self.messages += found.messages
        self.added += found.difference.added
        self.removed += found.difference.removed
        self.moved += found.difference.moved
        if not found.alerts and not found.changes:
            return
        heapq.heappush(self._worst, found)
        if len(self._worst) > WORST_MAX:
            heapq.heappop(self._worst)

    def sums(self, readings: int) -> BacktestSums:
        return BacktestSums(
            count=self.count,
            firing_seconds=self.firing / 1e6,
            messages=self.messages,
            difference=BacktestDifference(self.added, self.removed, self.moved),
            truncated=self.count > len(self.alerts),
            sensors=self.sensors,
            readings=readings,
        )

    def worst(self) -> list[BacktestSensor]:
        """Those that fired for longest first."""
        return [_of_sensor(found) for found in sorted(self._worst, reverse=True)]


def _of_sensor(found: _SensorFindings) -> BacktestSensor:
    return BacktestSensor(
        sensor_id=None if found.is_device else found.subject_id,
        device_id=found.subject_id if found.is_device else None,
        count=found.alerts,
        firing_seconds=found.firing / 1e6,
        messages=found.messages,
        difference=BacktestDifference(*found.difference),
    )


def lasted_us(episode: EpisodeOutcome, end: int) -> int:
    return (end if episode.ended_at is None else episode.ended_at) - episode.fired_at


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

"""Which rules watch which sensors: pairs are made, handed over to a rule's next version, and ended.

A pair begins under the lock on its sensor's row of `latest`, with what is stored: no reading
between the rule's commit and that moment is lost, and no process that stores readings needs to have
heard of the rule. A sensor without a reading has no row to lock: its pair waits without a state,
and begins, from its start on, once there is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import msgspec
import numpy as np
import structlog

from db.connections.faults import is_fault_of_data
from db.connections.types import Connection, Pool
from db.queries import alert_connections, alert_membership, alerting
from db.queries.alert_membership import DueRule, NewPair, StandingPair, WantedSensor
from db.queries.alerting import LateRow, LatestRow, PairRow, SensorRef
from db.queries.rule_sources import SourceReference
from db.readings.times import microseconds, moment_of
from ingest.alerting.decisions import Decisions, key_of
from ingest.alerting.definition import OF_DEVICES, RuleDefinition, decode_definition
from ingest.alerting.fold import band_of, begin
from ingest.alerting.logic import SignalKind
from ingest.alerting.machine import Machine, decode_state, encode_state, open_outcome
from ingest.alerting.schedule import SECOND
from ingest.alerting.series import ValueSeries, empty_series, number_of_text
from ingest.alerting.watching import (
    band_row,
    carried_by,
    logic_of_pair,
    machine_of,
    number_of,
)

log = structlog.get_logger()

RULES_AT_ONCE = 20
SENSORS_AT_ONCE = 500
WAITING_AT_ONCE = 2_000
WAIT_AFTER_FAILURE = timedelta(minutes=1)
# How often a pair that waits looks whether there is a first reading.
LONGEST_WAIT = timedelta(seconds=10)
# A sensor is a new one for so long: its readings since it was made count, wherever it was then.
NEW_FOR = timedelta(minutes=10)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PairLimits:
    """How many pairs an organization, and how many rules a sensor may have."""

    of_organization: int
    of_sensor: int


async def synchronize(pool: Pool, now: datetime, limits: PairLimits) -> int:
    """Make the pairs of the rules that are due what they mean now; how many rules that were."""
    rules = await alert_membership.due_rules(pool, now, at_most=RULES_AT_ONCE)
    for rule in rules:
        try:
            await _synchronize(pool, rule, now, limits)
        except Exception as error:
            if not is_fault_of_data(error):
                raise
            log.error("a rule's sensors can't be found", rule_id=str(rule.id), exc_info=error)
            await alert_membership.postpone(pool, rule, now + WAIT_AFTER_FAILURE)
        else:
            await alert_membership.end_sync(pool, rule, now)
    return len(rules)


async def _synchronize(pool: Pool, rule: DueRule, now: datetime, limits: PairLimits) -> None:
    wanted = await _wanted(pool, rule) if rule.is_watching else {}
    standing = {pair.sensor_id: pair for pair in await alert_membership.standing_pairs(pool, rule)}
    gone = [standing[id_] for id_ in sorted(set(standing) - set(wanted))]
    for part in _parts(gone, SENSORS_AT_ONCE):
        await _end(pool, rule, part, now)
    fresh = [
        sensor
        for id_, sensor in sorted(wanted.items())
        if id_ not in standing
        or standing[id_][1:] != (rule.version, sensor.zone, sensor.source_ids)
    ]
    room = limits.of_organization - await alert_membership.pairs_in(pool, rule.org_id)
    room += sum(sensor.sensor_id in standing for sensor in fresh)
    if len(fresh) > room:
        log.warning("too many pairs of rules and sensors", org_id=str(rule.org_id), room=room)
    for group in _parts(fresh[: max(room, 0)], SENSORS_AT_ONCE):
        await _begin(pool, rule, group, now, limits)


async def _wanted(pool: Pool, rule: DueRule) -> dict[UUID, WantedSensor]:
    definition = decode_definition(rule.definition)
    if definition.kind in OF_DEVICES:
        devices = await alert_membership.wanted_devices(pool, rule)
        return {device.sensor_id: device for device in devices}
    return {
        sensor.sensor_id: sensor
        for sensor in await alert_membership.wanted_sensors(pool, rule, references(definition))
        if suits(definition, sensor.value_type)
    }


def references(definition: RuleDefinition) -> list[SourceReference]:
    return [
        SourceReference(each.sensor_id, each.field, each.component) for each in definition.sources
    ]


def suits(definition: RuleDefinition, value_type: str) -> bool:
    """Whether the rule says anything of such values."""
    operator = definition.operator
    if definition.kind == "NO_DATA" or operator == "CHANGED":
        return True
    if definition.kind != "VALUE":
        return value_type != "TEXT"
    if operator in ("IS_TRUE", "IS_FALSE"):
        return value_type == "BOOLEAN"
    is_text = isinstance(definition.levels[0].value, str)
    return value_type == "TEXT" if is_text else value_type in ("DOUBLE", "BIGINT")


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


# ---- ends ----------------------------------------------------------------------------------------


async def _end(pool: Pool, rule: DueRule, ended: Sequence[StandingPair], now: datetime) -> None:
    """The rule watches these no more: what is open ends now."""
    sensors = {(rule.org_id, pair.sensor_id) for pair in ended}
    sources = {(rule.org_id, id_) for pair in ended for id_ in pair.source_ids}
    async with pool.acquire() as connection, connection.transaction():
        latest = await alerting.lock_sensors(connection, sorted({*sensors, *sources}))
        await alert_connections.lock_devices(connection, sorted(sensors))
        pairs = await alerting.pairs_of(connection, list(latest))
        decisions = Decisions()
        keys = [(*sensor, rule.id) for sensor in sorted(sensors)]
        for known in (await alerting.open_alerts(connection, keys)).values():
            decisions.end(known, max(now, known.fired_at), rule.end_reason)
        for sensor, row in latest.items():
            others = [
                pair
                for pair in pairs.get(sensor, ())
                if pair.rule_id != rule.id or sensor not in sensors
            ]
            decisions.bands.append(_bands(sensor, row, others, None))
        await alert_membership.delete_pairs(connection, keys)
        await decisions.write(connection)


def _bands(
    sensor: SensorRef, latest: LatestRow, pairs: Sequence[PairRow], settled_to: int | None
) -> alerting.BandRow:
    """Of the pairs as they are."""
    machines = [machine_of(pair, pair.state) for pair in pairs if pair.state is not None]
    bands = [band_of(machine, number_of(latest)) for machine in machines]
    return band_row(sensor, bands, settled_to)


# ---- begins --------------------------------------------------------------------------------------


async def _begin(
    pool: Pool,
    rule: DueRule,
    wanted: Sequence[WantedSensor],
    now: datetime,
    limits: PairLimits,
) -> None:
    async with pool.acquire() as connection, connection.transaction():
        sensors = [(rule.org_id, sensor.sensor_id) for sensor in wanted]
        latest = await _lock(connection, sensors, is_of_device=wanted[0].is_device)
        crowded = await alert_membership.crowded(
            connection, sensors, rule.id, at_most=limits.of_sensor
        )
        pairs = await alerting.pairs_of(connection, sensors)
        decisions, rows = Decisions(), []
        for sensor in wanted:
            ref = rule.org_id, sensor.sensor_id
            if ref in crowded:
                log.warning("too many rules watch a sensor", sensor_id=str(sensor.sensor_id))
                continue
            others = pairs.get(ref, [])
            before = next((pair for pair in others if pair.rule_id == rule.id), None)
            pair = _new_pair(rule, sensor, before, now)
            others = [other for other in others if other.rule_id != rule.id]
            rows += _start(ref, [pair], others, latest.get(ref), now, decisions)
        if rows:
            await alert_membership.put_pairs(connection, rows)
        await decisions.write(connection)


async def _lock(
    connection: Connection, sensors: Sequence[SensorRef], *, is_of_device: bool
) -> dict[SensorRef, LatestRow]:
    """Devices have no readings: their pairs wait for connections.py to begin them."""
    if not is_of_device:
        return await alerting.lock_sensors(connection, sensors)
    await alert_connections.lock_devices(connection, sensors)
    return {}


def _new_pair(
    rule: DueRule, sensor: WantedSensor, before: PairRow | None, now: datetime
) -> PairRow:
    return PairRow(
        rule.org_id,
        sensor.sensor_id,
        rule.id,
        rule.version,
        _start_of(rule, sensor, before, now),
        sensor.zone,
        None,
        _handed_over(before),
        rule.definition,
        sensor.source_ids,
    )


def _start_of(
    rule: DueRule, sensor: WantedSensor, before: PairRow | None, now: datetime
) -> datetime:
    """A version is in force from its commit on, for a sensor that came since from its creation; one
    that was moved here, or whose zone changed, is watched from now on."""
    if before is not None and before.version == rule.version:
        return now
    is_moved = before is None and rule.synced_version == rule.version
    if is_moved and sensor.created_at < now - NEW_FOR:
        return now
    return max(rule.start_at, sensor.created_at)


def _handed_over(before: PairRow | None) -> str | None:
    """What the earlier version has open."""
    if before is None or before.state is None:
        return None if before is None else before.carried
    episode = decode_state(before.state).episode
    return None if episode is None else msgspec.json.encode(episode).decode()


def _start(
    sensor: SensorRef,
    pairs: Sequence[PairRow],
    others: Sequence[PairRow],
    latest: LatestRow | None,
    now: datetime,
    decisions: Decisions,
) -> list[NewPair]:
    """The sensor's pairs with their states as of their starts; `others` watch it already."""
    if latest is None:
        return [_row(pair, None, now) for pair in pairs]
    machines = [(pair, _begin_pair(pair, latest, decisions)) for pair in pairs]
    number = number_of(latest)
    bands = [band_of(machine, number) for _, machine in machines]
    bands += [
        band_of(machine_of(other, other.state), number)
        for other in others
        if other.state is not None
    ]
    # What comes from before a start is late.
    settled = max(microseconds(pair.start_at) for pair in pairs)
    decisions.bands.append(band_row(sensor, bands, settled))
    return [
        _row(pair, encode_state(machine.state).decode(), _due(machine))
        for pair, machine in machines
    ]


def _begin_pair(pair: PairRow, latest: LatestRow, decisions: Decisions) -> Machine:
    """What is stored since the start goes by the door of late readings."""
    logic, carried = logic_of_pair(pair), carried_by(pair)
    start, newest = microseconds(pair.start_at), microseconds(latest.at)
    if newest > start:
        decisions.late.append(LateRow(*pair.sensor, pair.start_at, latest.at))
        machine = begin(logic, start, empty_series())
        episodes = [] if carried is None else [open_outcome(carried)]
    else:
        machine = begin(logic, start, _series_of(latest), carried)
        episodes = machine.episodes
    decisions.log(pair, machine)
    decisions.first_episodes(pair, episodes, carried)
    return machine


def _row(pair: PairRow, state: str | None, due_at: datetime | None) -> NewPair:
    logic = logic_of_pair(pair)
    silence = logic.silence // SECOND if logic.kind is SignalKind.NO_DATA else None
    place = (*key_of(pair), pair.version, pair.start_at, pair.zone, pair.carried)
    is_of_device = logic.kind is SignalKind.CONNECTION
    return NewPair(*place, state, due_at, silence, pair.source_ids, is_of_device)


def _due(machine: Machine) -> datetime | None:
    due = machine.due_at()
    return None if due is None else moment_of(due)


def _series_of(latest: LatestRow) -> ValueSeries:
    at = np.array([microseconds(latest.at)], np.int64)
    if latest.text is None:
        return ValueSeries(at, np.array([number_of(latest)]))
    return ValueSeries(at, np.array([number_of_text(latest.text)]), [latest.text])


# ---- first readings ------------------------------------------------------------------------------


async def begin_waiting(pool: Pool, now: datetime) -> int:
    """Begin the pairs whose sensor has its first reading; how many were looked at."""
    keys = await alert_membership.due_without_state(pool, now, at_most=WAITING_AT_ONCE)
    for part in _parts(keys, SENSORS_AT_ONCE):
        async with pool.acquire() as connection, connection.transaction():
            await _begin_waiting(connection, part, now)
    return len(keys)


async def _begin_waiting(
    connection: Connection, keys: Sequence[alerting.PairKey], now: datetime
) -> None:
    sensors = sorted({(org_id, sensor_id) for org_id, sensor_id, _ in keys})
    latest = await alerting.lock_sensors(connection, sensors)
    still = [key for key in keys if (key[0], key[1]) not in latest]
    if still:
        await alert_membership.look_later(connection, still, now + LONGEST_WAIT)
    decisions, rows = Decisions(), []
    for sensor, watching in (await alerting.pairs_of(connection, list(latest))).items():
        waiting = [pair for pair in watching if pair.state is None]
        others = [pair for pair in watching if pair.state is not None]
        if waiting:
            rows += _start(sensor, waiting, others, latest[sensor], now, decisions)
    if rows:
        await alert_membership.put_pairs(connection, rows)
    await decisions.write(connection)

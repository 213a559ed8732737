"""Where rules stand, read from what the engine keeps of each rule and sensor."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import Select, func, literal_column, select

from app.alerting.alert_rule_states.schemas import (
    AlertRuleStateRead,
    AlertRuleTransition,
    RuleState,
)
from app.alerting.alert_rule_states.standing import RuleStanding, standing_of
from app.alerting.alert_rules.service import definition_in
from app.core import resource
from app.core.errors import Malformed
from app.core.wire import Instant, Page, decode_cursor, encode_cursor, instant
from db.connections.readers import Reader
from db.models import (
    Alert,
    AlertPair,
    AlertRule,
    AlertRuleVersion,
    AlertTransition,
    Sensor,
)
from db.readings.times import moment_of
from ingest.alerting.definition import RuleDefinition
from ingest.alerting.machine import MachineState

# Of a MachineState, whose false and missing parts are left out.
_IS_ON = "$.levels[*] ? (@.on == true)"
_HOLDS = "$.levels[*] ? (@.signal == true)"
_FIRES = "$.levels[*] ? (@.on == true && @.signal == true)"
_IS_OPEN = "$.episode"
VERSIONS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class TransitionFilter:
    """Of a sensor, or a device, before `end` and from `start` on."""

    sensor_id: UUID | None
    device_id: UUID | None
    start: datetime | None
    end: datetime | None

    @property
    def subject_id(self) -> UUID:
        """Raises Malformed unless it is of one of them."""
        if (self.sensor_id is None) == (self.device_id is None):
            raise Malformed("say of which sensorId, or of a rule about devices of which deviceId")
        return self.sensor_id or cast(UUID, self.device_id)


async def states(
    reader: Reader,
    rule_id: UUID,
    wanted: Sequence[RuleState],
    *,
    limit: int,
    cursor: str | None,
) -> Page[AlertRuleStateRead]:
    """By the ids of what is watched. Raises NotFound, Malformed."""
    await resource.get(reader, AlertRule, rule_id)
    statement = select(AlertPair).where(AlertPair.rule_id == rule_id)
    if wanted:
        statement = statement.where(_is_one_of(wanted))
    if cursor is not None:
        [after] = decode_cursor(cursor, tuple[UUID])
        statement = statement.where(AlertPair.sensor_id > after)
    pairs = await reader.rows(statement.order_by(AlertPair.sensor_id).limit(limit + 1))
    next_cursor = encode_cursor(pairs[limit - 1].sensor_id) if len(pairs) > limit else None
    return Page(await _read(reader, rule_id, pairs[:limit]), next_cursor)


def _is_one_of(wanted: Sequence[RuleState]) -> Any:
    """In SQL what `standing_of` says."""
    state = AlertPair.state

    def has(path: str) -> Any:
        return func.jsonb_path_exists(state, literal_column(f"'{path}'::jsonpath"))

    is_open = has(_IS_OPEN)
    conditions = {
        RuleState.WAITING: state.is_(None),
        RuleState.QUIET: state.is_not(None) & ~has(_IS_ON) & ~has(_HOLDS),
        RuleState.PENDING: ~is_open & (has(_IS_ON) | has(_HOLDS)),
        RuleState.FIRING: is_open & has(_FIRES),
        RuleState.RECOVERING: is_open & ~has(_FIRES),
    }
    found = conditions[wanted[0]]
    for each in wanted[1:]:
        found = found | conditions[each]
    return found


async def _read(
    reader: Reader, rule_id: UUID, pairs: Sequence[AlertPair]
) -> list[AlertRuleStateRead]:
    definitions = await _definitions(reader, rule_id, {pair.version for pair in pairs})
    ids = [pair.sensor_id for pair in pairs]
    devices = {
        row["id"]: row["device_id"]
        for row in await reader.records(
            select(Sensor.id, Sensor.device_id).where(Sensor.id.in_(ids))
        )
    }
    alerts = {
        row["subject_id"]: row["id"] for row in await reader.records(_open_alerts(rule_id, ids))
    }
    return [
        AlertRuleStateRead(
            sensor_id=None if pair.is_of_device else pair.sensor_id,
            device_id=devices.get(pair.sensor_id, pair.sensor_id),
            version=pair.version,
            alert_id=alerts.get(pair.sensor_id),
            **_standing(pair, definitions[pair.version]),
        )
        for pair in pairs
    ]


def _open_alerts(rule_id: UUID, ids: Sequence[UUID]) -> Select[UUID, UUID]:
    return select(Alert.subject_id, Alert.id).where(
        Alert.rule_id == rule_id,
        Alert.subject_id.in_(ids),
        Alert.ended_at.is_(None),
        Alert.refuted_at.is_(None),
    )


async def _definitions(
    reader: Reader, rule_id: UUID, numbers: Collection[int]
) -> dict[int, RuleDefinition]:
    """By version: while a new one is taken over, some sensors are still watched by the one
    before."""
    versions = await reader.rows(
        select(AlertRuleVersion).where(
            AlertRuleVersion.rule_id == rule_id, AlertRuleVersion.version.in_(numbers)
        )
    )
    return {row.version: definition_in(row) for row in versions}


def _standing(pair: AlertPair, definition: RuleDefinition) -> dict[str, Any]:
    if pair.state is None:
        return {"state": RuleState.WAITING, "severity": None, "since": pair.start_at, "due": None}
    found = standing_of(msgspec.convert(pair.state, MachineState), definition)
    return {
        "state": RuleState(found.state),
        "severity": _severity(found, definition),
        "since": moment_of(found.since),
        "due": None if found.due is None else moment_of(found.due),
    }


def _severity(found: RuleStanding, definition: RuleDefinition) -> Any:
    return None if found.level is None else definition.levels[found.level].severity


async def transitions(
    reader: Reader,
    rule_id: UUID,
    wanted: TransitionFilter,
    *,
    limit: int,
    cursor: str | None,
) -> Page[AlertRuleTransition]:
    """In the order of time, at the head of the first page the one that was in force at the range's
    start. Raises NotFound, Malformed."""
    await resource.get(reader, AlertRule, rule_id)
    start = None if wanted.start is None else instant(wanted.start, "from")
    end = None if wanted.end is None else instant(wanted.end, "to")
    of_pair = select(AlertTransition).where(
        AlertTransition.rule_id == rule_id, AlertTransition.sensor_id == wanted.subject_id
    )
    statement = of_pair if end is None else of_pair.where(AlertTransition.at < end)
    if cursor is not None:
        [after] = decode_cursor(cursor, tuple[Instant])
        statement = statement.where(AlertTransition.at > after)
    elif start is not None:
        first = await reader.value(_newest_before(of_pair, start))
        statement = statement.where(AlertTransition.at >= (first or start))
    rows = await reader.rows(statement.order_by(AlertTransition.at).limit(limit + 1))
    next_cursor = encode_cursor(rows[limit - 1].at) if len(rows) > limit else None
    return Page(await _read_transitions(reader, rule_id, rows[:limit]), next_cursor)


def _newest_before(of_pair: Select[AlertTransition], at: datetime) -> Select[Any]:
    return (
        of_pair.with_only_columns(AlertTransition.at)
        .where(AlertTransition.at <= at)
        .order_by(AlertTransition.at.desc())
        .limit(1)
    )


async def _read_transitions(
    reader: Reader, rule_id: UUID, rows: Sequence[AlertTransition]
) -> list[AlertRuleTransition]:
    """Each by the version that was in force then."""
    if not rows:
        return []
    versions = await reader.rows(
        select(AlertRuleVersion)
        .where(AlertRuleVersion.rule_id == rule_id, AlertRuleVersion.start_at <= rows[-1].at)
        .order_by(AlertRuleVersion.version.desc())
        .limit(VERSIONS_MAX)
    )
    definitions = [(row.start_at, definition_in(row)) for row in reversed(versions)]
    starts = [start for start, _ in definitions]
    return [
        _transition(row, definitions[max(bisect_right(starts, row.at) - 1, 0)][1]) for row in rows
    ]


def _transition(row: AlertTransition, definition: RuleDefinition) -> AlertRuleTransition:
    found = standing_of(msgspec.convert(row.state, MachineState), definition)
    return AlertRuleTransition(
        at=row.at, state=RuleState(found.state), severity=_severity(found, definition)
    )

"""Rules, sensors and readings for the engine of alerting, without a worker: a test says when time
passes, when late readings are taken in, and which transaction dies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec
import numpy as np

from db.connections.types import Pool
from db.queries import alert_news
from db.readings import store as writing
from db.readings.partitions import ensure_partitions
from db.readings.times import microseconds, moment_of
from ingest.alerting import clock, membership
from ingest.alerting import repair as late
from ingest.alerting.definition import SEVERITIES, RuleDefinition, encode_definition
from ingest.alerting.membership import PairLimits
from ingest.pipeline.directory import NO_READING, Sensor
from ingest.pipeline.rows import Rows
from ingest.pipeline.sort import sort_by_key
from ingest.pipeline.store import store_in
from ingest.pipeline.values import ValueColumns
from tests.make.alert_cases import source_ids
from tests.make.alert_history import AlertRecord, Value, history
from tests.make.ingest import new_device

LIMITS = PairLimits(of_organization=1_000_000, of_sensor=20)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
Newest = dict[UUID, int]
"""What a process knows of the newest reading of each sensor."""


class Died(Exception):
    """A transaction that ended before its commit."""


@dataclass(frozen=True)
class StandingRule:
    id: UUID
    definition: RuleDefinition
    start: int


@dataclass
class AlertStand:
    """An organization with a device and sensors; the readings that are stored, by sensor."""

    pool: Pool
    admin: asyncpg.Pool
    org_id: UUID
    device_id: UUID
    sensors: list[UUID] = field(default_factory=list)
    stored: dict[UUID, dict[int, Value]] = field(default_factory=dict)
    chunk: int = 3

    @classmethod
    async def new(cls, pool: Pool, admin: asyncpg.Pool) -> AlertStand:
        return cls(pool, admin, *await new_device(admin))

    async def add_component(self, key: str) -> UUID:
        component_id = uuid4()
        await self.admin.execute(
            "INSERT INTO platform.component (org_id, id, device_id, key, name) "
            "VALUES ($1, $2, $3, $4, $4)",
            self.org_id,
            component_id,
            self.device_id,
            key,
        )
        return component_id

    async def add_sensor(
        self,
        value_type: str = "DOUBLE",
        *,
        key: str | None = None,
        component_id: UUID | None = None,
    ) -> UUID:
        sensor_id = uuid4()
        await self.admin.execute(
            "INSERT INTO platform.sensor "
            "(org_id, id, device_id, key, name, value_type, created_at, component_id) "
            "VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
            self.org_id,
            sensor_id,
            self.device_id,
            key or f"sensor-{len(self.sensors)}",
            value_type,
            LONG_AGO,
            component_id,
        )
        self.sensors.append(sensor_id)
        self.stored[sensor_id] = {}
        return sensor_id

    async def add_rule(
        self,
        definition: RuleDefinition,
        target: Mapping[str, str],
        start: int,
        *,
        rule_id: UUID | None = None,
        version: int = 1,
    ) -> StandingRule:
        """A rule, or the next version of one, that membership will look at."""
        id_, start_at = rule_id or uuid4(), moment_of(start)
        await self.admin.execute(
            "INSERT INTO platform.alert_rule (org_id, id, name, version, sync_due_at, created_by, "
            "notify) VALUES ($1, $2, $3, $4, $5, 'test', $6) ON CONFLICT (org_id, id) DO UPDATE "
            "SET version = excluded.version, sync_due_at = excluded.sync_due_at",
            self.org_id,
            id_,
            str(id_),
            version,
            start_at,
            msgspec.json.encode([{"channelId": uuid4()}]).decode(),
        )
        await self.admin.execute(
            "INSERT INTO platform.alert_rule_version (org_id, rule_id, version, target, "
            "definition, start_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, 'test')",
            self.org_id,
            id_,
            version,
            msgspec.json.encode(target).decode(),
            encode_definition(definition).decode(),
            start_at,
        )
        await self.admin.execute(
            "UPDATE platform.alert_rule SET version = $3 WHERE (org_id, id) = ($1, $2)",
            self.org_id,
            id_,
            version,
        )
        return StandingRule(id_, definition, start)

    async def watch(self, definition: RuleDefinition, sensor_id: UUID, start: int) -> StandingRule:
        rule = await self.add_rule(definition, {"type": "SENSOR", "id": str(sensor_id)}, start)
        await self.synchronize(start)
        return rule

    async def watch_device(
        self,
        definition: RuleDefinition,
        start: int,
        rule_id: UUID | None = None,
        *,
        version: int = 1,
    ) -> StandingRule:
        await self.admin.execute(
            "UPDATE platform.device SET created_at = $2 WHERE id = $1", self.device_id, LONG_AGO
        )
        target = {"type": "DEVICE", "id": str(self.device_id)}
        rule = await self.add_rule(definition, target, start, rule_id=rule_id, version=version)
        await self.synchronize(start)
        return rule

    async def synchronize(self, now: int) -> None:
        await membership.synchronize(self.pool, moment_of(now), LIMITS)

    async def arrive(
        self,
        readings: Sequence[tuple[UUID, int, Value]],
        newest: Newest | None = None,
        *,
        dies: bool = False,
    ) -> int:
        """Store them in one transaction, as a process that knows this of the newest readings; how
        many were new. `dies`: the transaction does, before its commit."""
        known = newest if newest is not None else {}
        for is_trusted in (True, False):
            try:
                async with writing.transaction(self.pool) as connection:
                    outcome = await store_in(
                        connection, sort_by_key(self.table(readings, known)), is_trusted=is_trusted
                    )
                    if dies:
                        raise Died
                break
            except asyncpg.UniqueViolationError:
                assert is_trusted
        rows = outcome.stored.rows
        for row, at in enumerate(rows.ts.tolist()):
            sensor_id = rows.sensor_of(row).id
            value = rows.value(row)
            self.stored[sensor_id][at] = value if isinstance(value, str) else float(value)
            known[sensor_id] = max(known.get(sensor_id, NO_READING), at)
        return len(rows)

    def table(self, readings: Sequence[tuple[UUID, int, Value]], newest: Newest) -> Rows[Sensor]:
        ids = list(dict.fromkeys(id_ for id_, *_ in readings))
        sensors = [
            Sensor(
                id_,
                self.org_id,
                self.device_id,
                key="",
                value_type="DOUBLE",
                is_widenable=False,
                newest=newest.get(id_, NO_READING),
            )
            for id_ in ids
        ]
        table = Rows.of(
            sensors,
            np.array([ids.index(id_) for id_, *_ in readings], np.intp),
            np.array([at for _, at, _ in readings], np.int64),
            values=ValueColumns.of([value for *_, value in readings]),
        )
        one = np.zeros(len(table), np.intp)
        return replace(table, message=one, index=np.arange(len(table)), type=table.kind)

    async def tick(self, now: int) -> int:
        return await clock.tick(self.pool, moment_of(now))

    async def repair(self, now: int) -> int:
        return await late.repair(self.pool, moment_of(now), chunk=self.chunk)

    async def settle(self, now: int) -> None:
        """Until neither late readings nor time have anything to do."""
        for _ in range(60):
            repaired = await self.repair(now)
            begun = await membership.begin_waiting(self.pool, moment_of(now))
            await self.tick(now)
            due = await self.admin.fetchval(
                "SELECT (SELECT count(*) FROM platform.alert_pair WHERE org_id = $1 "
                "AND due_at <= $2 AND state IS NOT NULL) "
                "+ (SELECT count(*) FROM tsd.alert_late WHERE org_id = $1)",
                self.org_id,
                moment_of(now),
            )
            if not repaired and not begun and not due:
                return
        raise AssertionError("it never comes to rest")

    async def alerts(self, rule: StandingRule, sensor_id: UUID) -> list[AlertRecord]:
        """As they stand in the database, without those that are refuted."""
        rows = await self.admin.fetch(
            "SELECT started_at, fired_at, ended_at, steps FROM platform.alert "
            "WHERE (org_id, rule_id, subject_id) = ($1, $2, $3) AND refuted_at IS NULL "
            "ORDER BY fired_at",
            self.org_id,
            rule.id,
            sensor_id,
        )
        return [
            AlertRecord(
                microseconds(row["started_at"]),
                microseconds(row["fired_at"]),
                None if row["ended_at"] is None else microseconds(row["ended_at"]),
                tuple(_step(step) for step in msgspec.json.decode(row["steps"])),
            )
            for row in rows
        ]

    def expected(
        self, rule: StandingRule, sensor_id: UUID, now: int, zone: str = "UTC"
    ) -> list[AlertRecord]:
        """What the definition says of what is stored, once everything has settled at `now`."""
        readings = sorted(self.stored[sensor_id].items())
        if not readings:
            return []
        proved = now if rule.definition.kind == "NO_DATA" else now - grace_of(rule.definition)
        others = {id_: sorted(self.stored[id_].items()) for id_ in source_ids(rule.definition)}
        newest = [found[-1][0] if found else 0 for found in (readings, *others.values())]
        until = max(proved, min(newest), rule.start)
        return history(rule.definition, rule.start, readings, until, zone, others)

    async def be_a(self, profile: str) -> None:
        """The device has a profile of that name."""
        await self.admin.execute(
            "WITH p AS (INSERT INTO platform.device_profile (org_id, id, name, major, minor, "
            "description, changes, fields, commands, created_by) VALUES ($1, gen_random_uuid(), "
            "$3, 1, 0, '', '', '[]', '[]', 'test') RETURNING id) "
            "UPDATE platform.device SET device_profile_id = (SELECT id FROM p) WHERE id = $2",
            self.org_id,
            self.device_id,
            profile,
        )

    @asynccontextmanager
    async def muted(
        self,
        rule: StandingRule,
        *,
        rule_id: str | None = None,
        target: Mapping[str, str] | None = None,
        status: str | None = None,
    ) -> AsyncIterator[None]:
        """The rule, if `rule_id` is given, or a target is muted; or its device has this status."""
        mute_id = uuid4()
        if status is None:
            await self.admin.execute(
                "INSERT INTO platform.alert_mute (org_id, id, kind, rule_id, target, from_at, "
                "to_at, created_by) VALUES ($1, $2, 'MUTE', $3, $4, now(), "
                "now() + interval '1 day', 'test')",
                self.org_id,
                mute_id,
                None if rule_id is None else rule.id,
                None if target is None else msgspec.json.encode(target).decode(),
            )
        await self._be(status or "ACTIVE")
        yield
        await self.admin.execute("DELETE FROM platform.alert_mute WHERE id = $1", mute_id)
        await self._be("ACTIVE")

    async def _be(self, status: str) -> None:
        await self.admin.execute(
            "UPDATE platform.device SET status = $2 WHERE id = $1", self.device_id, status
        )

    async def end_mutes(self) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            await alert_news.tell_unmuted(connection, at_most=1_000)

    async def refuted(self) -> int:
        count: int = await self.admin.fetchval(
            "SELECT count(*) FROM platform.alert WHERE org_id = $1 AND refuted_at IS NOT NULL",
            self.org_id,
        )
        return count

    async def told(self) -> list[tuple[str, datetime]]:
        """The outbox, in order: causes and when they occurred."""
        rows = await self.admin.fetch(
            "SELECT cause, occurred_at FROM platform.alert_outbox WHERE org_id = $1 "
            "ORDER BY number",
            self.org_id,
        )
        return [(row["cause"], row["occurred_at"]) for row in rows]


def grace_of(definition: RuleDefinition) -> int:
    return definition.grace_seconds * 1_000_000


def _step(step: Mapping[str, str]) -> tuple[int, int]:
    at = datetime.fromisoformat(step["at"])
    return microseconds(at), SEVERITIES.index(step["severity"])  # type: ignore[arg-type]


async def open_days(pool: Pool, moments: Sequence[int], *, days: int = 4) -> None:
    """Partitions around these times."""
    wanted: set[date] = {
        (moment_of(at) + timedelta(days=number)).date()
        for at in moments
        for number in range(-1, days)
    }
    await ensure_partitions(pool, wanted)

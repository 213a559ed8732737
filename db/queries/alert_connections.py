"""Devices that rules watch: what brokers told of their connections, and the log of these; as
iot_ingest.

A device's row is the lock: brokers write it before they note what they tell of it, and who decides
about the device holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import Connection, Pool
from db.queries.alerting import SensorRef, columns

DeviceRef = SensorRef
"""An organization's id and its device's."""


class ConnectionNote(NamedTuple):
    """What a broker tells of a device is about the time from then on."""

    org_id: UUID
    device_id: UUID
    from_at: datetime


class ConnectedDevice(NamedTuple):
    """`changed_at` is when it last began or ceased to be connected, whether the log has that or
    not; None where it never was."""

    is_connected: bool
    changed_at: datetime | None
    is_deleted: bool


class LoggedSession(NamedTuple):
    connected_at: datetime
    disconnected_at: datetime | None
    reason: str | None


_NOTE = """
INSERT INTO tsd.connection_news (org_id, device_id, from_at)
SELECT n.* FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS n (org_id, device_id, from_at)
WHERE EXISTS (
  SELECT FROM platform.alert_pair p WHERE (p.org_id, p.sensor_id) = (n.org_id, n.device_id)
)
"""


async def note(connection: Connection, notes: Sequence[ConnectionNote]) -> None:
    """For the rules that watch these devices, whose rows the transaction has written."""
    if notes:
        await connection.execute(_NOTE, *columns(notes))


async def noted_devices(pool: Pool, *, at_most: int) -> list[DeviceRef]:
    """Those of the oldest notes."""
    rows = await pool.fetch(
        "SELECT DISTINCT org_id, device_id FROM "
        "(SELECT * FROM tsd.connection_news ORDER BY id LIMIT $1) AS n",
        at_most,
    )
    return [(row[0], row[1]) for row in rows]


async def due_devices(pool: Pool, now: datetime, *, at_most: int) -> list[DeviceRef]:
    """Those for which time has something to do."""
    rows = await pool.fetch(
        "SELECT org_id, sensor_id FROM platform.alert_pair "
        "WHERE due_at <= $1 AND is_of_device ORDER BY due_at LIMIT $2",
        now,
        at_most,
    )
    return [(row[0], row[1]) for row in rows]


_LOCK = """
SELECT d.org_id, d.id, d.is_connected, d.connection_changed_at, d.deleted_at IS NOT NULL
FROM unnest($1::uuid[], $2::uuid[]) AS k (org_id, id)
JOIN platform.device d ON (d.org_id, d.id) = (k.org_id, k.id)
ORDER BY d.org_id, d.id FOR NO KEY UPDATE OF d
"""


async def lock_devices(
    connection: Connection, devices: Sequence[DeviceRef]
) -> dict[DeviceRef, ConnectedDevice]:
    """Of the ids those that are devices'. Nobody tells of one until the transaction ends."""
    if not devices:
        return {}
    rows = await connection.fetch(_LOCK, *columns(devices))
    return {(row[0], row[1]): ConnectedDevice(*row[2:]) for row in rows}


async def take_notes(
    connection: Connection, devices: Sequence[DeviceRef]
) -> dict[DeviceRef, datetime]:
    """From when on there is news of each of which there is any. It is no longer noted."""
    rows = await connection.fetch(
        "WITH gone AS (DELETE FROM tsd.connection_news d "
        "USING unnest($1::uuid[], $2::uuid[]) AS k (org_id, device_id) "
        "WHERE (d.org_id, d.device_id) = (k.org_id, k.device_id) RETURNING d.*) "
        "SELECT org_id, device_id, min(from_at) FROM gone GROUP BY 1, 2",
        *columns(devices),
    )
    return {(row[0], row[1]): row[2] for row in rows}


# The newest session that had begun by then says what holds there: none before it matters.
_SESSIONS = """
SELECT k.place, c.connected_at, c.disconnected_at, c.reason
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[])
  WITH ORDINALITY AS k (org_id, device_id, at, place)
CROSS JOIN LATERAL (
  SELECT coalesce(max(h.connected_at), '-infinity') AS connected_at
  FROM platform.device_connection h
  WHERE (h.org_id, h.device_id) = (k.org_id, k.device_id) AND h.broker_id IS NOT NULL
    AND h.connected_at <= k.at
) held
JOIN platform.device_connection c
  ON (c.org_id, c.device_id) = (k.org_id, k.device_id) AND c.broker_id IS NOT NULL
  AND c.connected_at >= held.connected_at
ORDER BY k.place, c.connected_at, c.id
"""


async def sessions_from(
    connection: Connection, moments: Sequence[tuple[DeviceRef, datetime]]
) -> list[list[LoggedSession]]:
    """Of each device its sessions in the log, in order, from the one that counts at that time
    on."""
    found: list[list[LoggedSession]] = [[] for _ in moments]
    if moments:
        rows = [(*device, at) for device, at in moments]
        for place, *session in await connection.fetch(_SESSIONS, *columns(rows)):
            found[place - 1].append(LoggedSession(*session))
    return found


async def sessions_since(
    connection: Connection, device_id: UUID, at: datetime
) -> tuple[list[LoggedSession], ConnectedDevice]:
    """As `sessions_from`, as app, of a device of its tenant; and how it stands."""
    [row] = await connection.fetch(
        "SELECT org_id, is_connected, connection_changed_at, deleted_at IS NOT NULL "
        "FROM platform.device WHERE id = $1",
        device_id,
    )
    [found] = await sessions_from(connection, [((row[0], device_id), at)])
    return found, ConnectedDevice(*row[1:])


async def broker_starts(connection: Connection) -> list[datetime]:
    """Since when each broker that lives has been there."""
    rows = await connection.fetch("SELECT started_at FROM platform.broker")
    return [row[0] for row in rows]


async def postpone(pool: Pool, device: DeviceRef, until: datetime) -> None:
    """It can't be decided, and others wait: what is noted of it becomes the newest."""
    async with pool.acquire() as connection, connection.transaction():
        noted = await take_notes(connection, [device])
        await note(connection, [ConnectionNote(*ref, at) for ref, at in noted.items()])
        await connection.execute(
            "UPDATE platform.alert_pair SET due_at = $3 "
            "WHERE (org_id, sensor_id) = ($1, $2) AND due_at < $3",
            *device,
            until,
        )

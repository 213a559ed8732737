"""What a broker knows of devices, written into their rows with the journal's events, as iot_ingest.

A device's session is held by one broker, and no other one's word can end it. A broker says every
while that it lives; one that doesn't any more has died, and its sessions with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import Connection, Pool

ENDED_AT_ONCE = 2_000

# MAINTENANCE and INACTIVE are people's words and survive; only these two are the broker's.
_OWN_WORDS = "('ACTIVE', 'OFFLINE')"

_WRITE = f"""
UPDATE platform.device d
SET is_connected = CASE
      WHEN p.is_connected THEN true
      WHEN NOT p.is_connected AND d.broker_id = $1 THEN false
      ELSE d.is_connected END,
    broker_id = CASE
      WHEN p.is_connected THEN $1
      WHEN NOT p.is_connected AND d.broker_id = $1 THEN NULL
      ELSE d.broker_id END,
    connection_changed_at = CASE
      WHEN p.is_connected AND NOT d.is_connected THEN p.changed_at
      WHEN NOT p.is_connected AND d.is_connected AND d.broker_id = $1 THEN p.changed_at
      ELSE d.connection_changed_at END,
    last_seen_at = greatest(d.last_seen_at, p.seen_at),
    firmware_version = coalesce(p.firmware_version, d.firmware_version),
    status = CASE
      WHEN d.status NOT IN {_OWN_WORDS} THEN d.status
      WHEN NOT p.is_connected AND d.broker_id IS DISTINCT FROM $1 THEN d.status
      ELSE coalesce(p.status, d.status) END
FROM unnest($2::uuid[], $3::uuid[], $4::boolean[], $5::text[], $6::timestamptz[], $7::text[],
  $8::timestamptz[])
  AS p (org_id, device_id, is_connected, status, seen_at, firmware_version, changed_at)
WHERE d.org_id = p.org_id AND d.id = p.device_id AND d.deleted_at IS NULL
"""  # noqa: S608 - of constants

# Of a device as it is before the row above is written; `what` has the columns that stand here.
_INTO_JOURNAL = f"""
INSERT INTO platform.event (org_id, id, type, severity, title, details, site_id, device_id, actor,
  occurred_at)
SELECT d.org_id, what.event_id, 'DEVICE_STATUS', 'INFO', left(d.name || ' ' || what.told, 300),
  jsonb_strip_nulls(jsonb_build_object(
    'status', CASE WHEN d.status IN {_OWN_WORDS} THEN what.status ELSE d.status END,
    'connected', what.connected, 'reason', what.reason, 'address', what.address,
    'connectionId', what.connection_id)),
  d.site_id, d.id, 'device_' || d.id, what.at
FROM what JOIN platform.device d ON (d.org_id, d.id) = (what.org_id, what.device_id)
"""  # noqa: S608 - of constants

_TELL = f"""
WITH what AS (
  SELECT org_id, device_id, event_id, at, status, told, NULL::boolean AS connected,
    NULL AS reason, NULL AS address, NULL::uuid AS connection_id
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[])
    AS n (org_id, device_id, event_id, at, status, told)
)
{_INTO_JOURNAL}
WHERE d.deleted_at IS NULL AND (what.status IS NULL OR d.status IN {_OWN_WORDS})
"""  # noqa: S608 - of constants

# What was ended for a broker that had not died is open again. An event comes with a change alone,
# so that a batch whose answer was lost may come again.
_BEGIN = f"""
WITH new AS (
  SELECT b.* FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::boolean[],
    $7::timestamptz[], $8::text[], $9::text[], $10::text[]) AS b (org_id, device_id, id, event_id,
    is_told, connected_at, address, tls_version, serial)
  JOIN platform.device d ON (d.org_id, d.id) = (b.org_id, b.device_id) AND d.deleted_at IS NULL
), begun AS (
  INSERT INTO platform.device_connection AS c
    (org_id, id, device_id, broker_id, connected_at, address, tls_version, serial)
  SELECT org_id, id, device_id, $1, connected_at, address, tls_version, serial FROM new
  ON CONFLICT (org_id, id) DO UPDATE SET disconnected_at = NULL, reason = NULL
    WHERE c.reason = 'BROKER_DIED'
  RETURNING id
), what AS (
  SELECT n.org_id, n.device_id, n.event_id, n.connected_at AS at, 'ACTIVE' AS status,
    'connected' AS told, true AS connected, NULL AS reason, n.address, n.id AS connection_id
  FROM new n JOIN begun USING (id) WHERE n.is_told
)
{_INTO_JOURNAL}
"""  # noqa: S608 - of constants

_END = f"""
WITH what AS (
  UPDATE platform.device_connection c SET disconnected_at = e.ended_at, reason = e.reason
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[], $5::timestamptz[], $6::text[])
    AS e (org_id, id, event_id, is_told, ended_at, reason)
  WHERE (c.org_id, c.id) = (e.org_id, e.id) AND c.disconnected_at IS NULL
  RETURNING c.org_id, c.device_id, e.event_id, e.is_told, e.ended_at AS at, 'OFFLINE' AS status,
    'disconnected' AS told, false AS connected, e.reason, c.address, c.id AS connection_id
)
{_INTO_JOURNAL}
WHERE what.is_told
"""  # noqa: S608 - of constants

_REFUSE = """
INSERT INTO platform.device_connection AS c (org_id, id, device_id, connected_at, disconnected_at,
  address, tls_version, serial, reason, attempts)
SELECT r.* FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[],
  $6::text[], $7::text[], $8::text[], $9::text[], $10::integer[]) AS r (org_id, id, device_id)
JOIN platform.device d ON (d.org_id, d.id) = (r.org_id, r.device_id) AND d.deleted_at IS NULL
ON CONFLICT (org_id, id) DO UPDATE
  SET attempts = excluded.attempts, disconnected_at = excluded.disconnected_at
"""

_BEAT = "UPDATE platform.broker SET seen_at = now() WHERE id = $1 RETURNING true"

_DEAD = "SELECT id FROM platform.broker WHERE id <> $1"

# After the database was away, everybody has time to be seen again.
_SILENT = (
    "SELECT id FROM platform.broker WHERE seen_at < now() - make_interval(secs => $1) "
    "AND pg_postmaster_start_time() < now() - make_interval(secs => $1)"
)

_END_OF_DEAD = f"""
WITH gone AS (
  SELECT d.org_id, d.id, d.status, d.name, d.site_id, coalesce(b.seen_at, now()) AS at
  FROM platform.device d LEFT JOIN platform.broker b ON b.id = d.broker_id
  WHERE d.is_connected AND (d.broker_id = ANY ($1) OR d.broker_id IS NULL)
  ORDER BY d.id LIMIT {ENDED_AT_ONCE} FOR UPDATE OF d
), told AS (
  INSERT INTO platform.event (org_id, id, type, severity, title, details, site_id, device_id, actor,
    occurred_at)
  SELECT org_id, gen_random_uuid(), 'DEVICE_STATUS', 'INFO', left(name || ' disconnected', 300),
    jsonb_build_object('connected', false, 'reason', 'BROKER_DIED',
      'status', CASE WHEN status IN {_OWN_WORDS} THEN 'OFFLINE' ELSE status END),
    site_id, id, 'platform', at
  FROM gone
), noted AS (
  INSERT INTO tsd.connection_news (org_id, device_id, from_at) SELECT org_id, id, at FROM gone
)
UPDATE platform.device d SET is_connected = false, broker_id = NULL,
  connection_changed_at = gone.at,
  status = CASE WHEN d.status IN {_OWN_WORDS} THEN 'OFFLINE' ELSE d.status END
FROM gone WHERE (d.org_id, d.id) = (gone.org_id, gone.id)
RETURNING true
"""  # noqa: S608 - of constants

# Told whether anybody watches them or not: a rule may begin to at this moment.
_FORGET_DEAD = """
WITH ended AS (
  UPDATE platform.device_connection c SET disconnected_at = greatest(b.seen_at, c.connected_at),
    reason = 'BROKER_DIED'
  FROM platform.broker b
  WHERE b.id = c.broker_id AND b.id = ANY ($1) AND c.disconnected_at IS NULL
  RETURNING c.org_id, c.device_id, c.disconnected_at
), noted AS (
  INSERT INTO tsd.connection_news (org_id, device_id, from_at)
  SELECT org_id, device_id, disconnected_at FROM ended
)
DELETE FROM platform.broker WHERE id = ANY ($1)
"""

_DELETE_ENDED = """
DELETE FROM platform.device_connection WHERE (org_id, id) IN (
  SELECT org_id, id FROM platform.device_connection
  WHERE disconnected_at < now() - make_interval(days => $1) ORDER BY disconnected_at LIMIT $2)
RETURNING true
"""


class PresenceRow(NamedTuple):
    """What is None stays as it is. `status` is ACTIVE or OFFLINE; `changed_at` is when the device
    began or ceased to be connected, if it did."""

    org_id: UUID
    device_id: UUID
    is_connected: bool | None
    status: str | None
    seen_at: datetime | None
    firmware_version: str | None
    changed_at: datetime | None


class BegunSession(NamedTuple):
    """`is_told`: whether the journal says that the device has connected, under `event_id`."""

    org_id: UUID
    device_id: UUID
    id: UUID
    event_id: UUID
    is_told: bool
    connected_at: datetime
    address: str
    tls_version: str
    serial: str


class EndedSession(NamedTuple):
    org_id: UUID
    id: UUID
    event_id: UUID
    is_told: bool
    ended_at: datetime
    reason: str


class RefusedAttempts(NamedTuple):
    """Of one minute, for one reason: written again with the same id, `attempts` are all of them."""

    org_id: UUID
    id: UUID
    device_id: UUID
    first_at: datetime
    last_at: datetime
    address: str
    tls_version: str
    serial: str
    reason: str
    attempts: int


class StatusNote(NamedTuple):
    """For the journal. With a `status` it is of devices alone whose status isn't people's word."""

    org_id: UUID
    device_id: UUID
    event_id: UUID
    at: datetime
    status: str | None
    told: str


async def write_presence(
    connection: Connection, broker_id: UUID, rows: Sequence[PresenceRow]
) -> None:
    """Each device once, sorted by id: two writers then don't lock one another out."""
    await connection.execute(_WRITE, broker_id, *_columns(rows))


async def write_sessions(
    connection: Connection,
    broker_id: UUID,
    *,
    begun: Sequence[BegunSession],
    ended: Sequence[EndedSession],
    refused: Sequence[RefusedAttempts],
    notes: Sequence[StatusNote],
) -> None:
    """The log of connections and the journal, before `write_presence`, in its transaction."""
    if begun:
        await connection.execute(_BEGIN, broker_id, *_columns(begun))
    if notes:
        await connection.execute(_TELL, *_columns(notes))
    if ended:
        await connection.execute(_END, *_columns(ended))
    if refused:
        await connection.execute(_REFUSE, *_columns(refused))


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def begin_broker(pool: Pool, broker_id: UUID) -> None:
    """It is the only one there is: whoever else is known has died."""
    await _end_dead(pool, [row["id"] for row in await pool.fetch(_DEAD, broker_id)])
    await pool.execute("INSERT INTO platform.broker (id) VALUES ($1)", broker_id)


async def beat(pool: Pool, broker_id: UUID) -> bool:
    """The broker lives; False where it was taken for dead, and has to say who is connected."""
    if await pool.fetchval(_BEAT, broker_id):
        return True
    await pool.execute("INSERT INTO platform.broker (id) VALUES ($1)", broker_id)
    return False


async def end_broker(pool: Pool, broker_id: UUID) -> None:
    """It has written down all ends of its sessions, or they end here."""
    await _end_dead(pool, [broker_id])


async def end_silent_brokers(pool: Pool, *, after_seconds: float) -> int:
    """Those that weren't seen for so long, with their sessions; how many there were."""
    silent = [row["id"] for row in await pool.fetch(_SILENT, after_seconds)]
    if silent:
        await _end_dead(pool, silent)
    return len(silent)


async def _end_dead(pool: Pool, brokers: Sequence[UUID]) -> None:
    while len(await pool.fetch(_END_OF_DEAD, brokers)) == ENDED_AT_ONCE:
        pass
    await pool.execute(_FORGET_DEAD, brokers)


async def delete_ended_connections(pool: Pool, *, after_days: int, at_most: int) -> int:
    """Of the log, what ended so long ago; how many there were."""
    return len(await pool.fetch(_DELETE_ENDED, after_days, at_most))

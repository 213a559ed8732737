"""Commands to devices: how they are queued, what becomes of them, and when they end by themselves.

    PENDING ──on the wire──▶ SENT ──answer──▶ ACKNOWLEDGED ──answer──▶ SUCCESS or FAILED
       │                      └──────────────answer─────────────────▶ SUCCESS or FAILED
       ├── not sent by expiresAt, or not answered timeoutSeconds after SENT ──▶ TIMEOUT
       └── called off ──▶ FAILED

A command's message in the outbox (device_messages.py) has its id: it is sent while the command is
open, and ends with it. PUBACK says that the message won't be sent again, and nothing of the
command: the device itself answers, see ingest/devices/command_answers.py. Each change is recorded
in the journal in its transaction, and told by the table's triggers (COMMAND_CHANGED).

Rows are locked in one order: commands by their keys, then messages. What takes a connection works
in the transaction of its caller, as app in a tenant's or as iot_ingest; what takes a pool has its
own, as iot_ingest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec

from db.connections.types import AnyConnection, Pool
from db.queries.events import PLATFORM, EventRow, record

CommandStatus = Literal["PENDING", "SENT", "ACKNOWLEDGED", "SUCCESS", "FAILED", "TIMEOUT"]
EVENT_TYPE = "COMMAND"
CANCELED = "canceled"

_LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended('command ' || device_id, 0))
FROM (SELECT DISTINCT device_id FROM unnest($1::uuid[]) AS d (device_id) ORDER BY device_id) AS d
"""

_QUEUES = """
SELECT d.id AS device_id, clock_timestamp() AS now,
  (SELECT count(*) FROM platform.command c
    WHERE (c.org_id, c.device_id) = (d.org_id, d.id) AND c.due_at IS NOT NULL) AS open,
  (SELECT c.id FROM platform.command c
    WHERE (c.org_id, c.device_id) = (d.org_id, d.id) AND c.due_at IS NOT NULL
    ORDER BY c.id DESC LIMIT 1) AS newest_id
FROM platform.device d WHERE d.id = ANY ($1::uuid[]) AND d.deleted_at IS NULL
"""

_INSERT = """
INSERT INTO platform.command (org_id, id, device_id, run_id, method, params, status, error,
  timeout_seconds, expires_at, due_at, requested_by, created_at, completed_at)
SELECT c.org_id, c.id, c.device_id, c.run_id, c.method, c.params::jsonb,
  CASE WHEN c.error IS NULL THEN 'PENDING' ELSE 'FAILED' END, c.error, c.timeout_seconds,
  c.expires_at, CASE WHEN c.error IS NULL THEN c.expires_at END, c.requested_by, c.created_at,
  CASE WHEN c.error IS NOT NULL THEN c.created_at END
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[],
  $8::integer[], $9::timestamptz[], $10::text[], $11::timestamptz[])
  AS c (org_id, id, device_id, run_id, method, params, error, timeout_seconds, expires_at,
    requested_by, created_at)
"""

_INSERT_MESSAGES = """
INSERT INTO platform.device_message (org_id, id, device_id, topic, body, expires_at)
SELECT * FROM unnest(
  $1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bytea[], $6::timestamptz[])
"""


_END = """
WITH held AS (
  SELECT org_id, id FROM platform.command
  WHERE id = ANY ($1::uuid[]) AND due_at IS NOT NULL ORDER BY org_id, id FOR UPDATE
)
UPDATE platform.command c
SET status = $2, error = $3, due_at = NULL, completed_at = clock_timestamp()
FROM held WHERE (c.org_id, c.id) = (held.org_id, held.id)
RETURNING c.org_id, c.id, c.device_id, c.method, c.status, c.error
"""

# Whether or not it was sent: it isn't sent again.
_END_MESSAGES = """
WITH held AS (
  SELECT org_id, id FROM platform.device_message
  WHERE org_id = ANY ($1::uuid[]) AND id = ANY ($2::uuid[]) AND ended_at IS NULL
  ORDER BY org_id, id FOR UPDATE
)
UPDATE platform.device_message m SET state = $3, ended_at = now()
FROM held WHERE (m.org_id, m.id) = (held.org_id, held.id)
"""

_MARK_SENT = """
WITH held AS (
  SELECT org_id, id FROM platform.command
  WHERE org_id = ANY ($1::uuid[]) AND id = ANY ($2::uuid[]) AND status = 'PENDING'
  ORDER BY org_id, id FOR UPDATE
)
UPDATE platform.command c SET status = 'SENT', sent_at = statement_timestamp(),
  due_at = statement_timestamp() + make_interval(secs => c.timeout_seconds)
FROM held WHERE (c.org_id, c.id) = (held.org_id, held.id)
RETURNING c.org_id, c.id, c.device_id, c.method, c.status, c.error
"""

_END_DUE = """
WITH due AS (
  SELECT org_id, id FROM platform.command
  WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE platform.command c SET status = 'TIMEOUT', due_at = NULL, completed_at = clock_timestamp(),
  error = CASE c.status WHEN 'PENDING' THEN 'not sent before it expired'
    ELSE 'not answered within ' || c.timeout_seconds || ' s' END
FROM due WHERE (c.org_id, c.id) = (due.org_id, due.id)
RETURNING c.org_id, c.id, c.device_id, c.method, c.status, c.error
"""


class DeviceQueue(NamedTuple):
    """Of a device that is there: its open commands, the id of the newest of them, the time."""

    open: int
    newest_id: UUID | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRow:
    """A new command. One with an `error` has FAILED before it was ever sent, and has no message."""

    org_id: UUID
    id: UUID
    device_id: UUID
    run_id: UUID | None
    method: str
    params: Mapping[str, Any]
    error: str | None
    timeout_seconds: int
    expires_at: datetime
    requested_by: str
    created_at: datetime
    topic: str
    body: bytes


class CommandKey(NamedTuple):
    org_id: UUID
    id: UUID


class CommandChange(NamedTuple):
    """A command as a change has left it."""

    org_id: UUID
    id: UUID
    device_id: UUID
    method: str
    status: CommandStatus
    error: str | None

    @property
    def key(self) -> CommandKey:
        return CommandKey(self.org_id, self.id)

    def event(self, actor: str) -> EventRow:
        """Of the journal."""
        details: dict[str, Any] = {
            "commandId": str(self.id),
            "method": self.method,
            "status": self.status,
        }
        if self.error is not None:
            details["error"] = self.error
        return EventRow(
            org_id=self.org_id,
            type=EVENT_TYPE,
            title=f"{self.method}: {self.status}",
            severity="WARNING" if self.status in ("FAILED", "TIMEOUT") else "INFO",
            actor=actor,
            details=details,
            device_id=self.device_id,
        )


async def hold_queues(
    connection: AnyConnection, device_ids: Collection[UUID]
) -> dict[UUID, DeviceQueue]:
    """Nobody else queues a command for these devices until the transaction ends: so the order of
    their ids is the order of commits. Devices that aren't there are left out."""
    ids = list(device_ids)
    await connection.execute(_LOCK, ids)
    rows = await connection.fetch(_QUEUES, ids)  # in a snapshot that sees whom we waited for
    return {
        row["device_id"]: DeviceQueue(row["open"], row["newest_id"], row["now"]) for row in rows
    }


async def insert(connection: AnyConnection, rows: Sequence[CommandRow]) -> None:
    """Write them down with their messages and events. Their devices' queues are held."""
    columns = [
        (
            row.org_id,
            row.id,
            row.device_id,
            row.run_id,
            row.method,
            msgspec.json.encode(row.params).decode(),
            row.error,
            row.timeout_seconds,
            row.expires_at,
            row.requested_by,
            row.created_at,
        )
        for row in rows
    ]
    messages = [
        (row.org_id, row.id, row.device_id, row.topic, row.body, row.expires_at)
        for row in rows
        if row.error is None
    ]
    if columns:
        await connection.execute(_INSERT, *map(list, zip(*columns, strict=True)))
    if messages:
        await connection.execute(_INSERT_MESSAGES, *map(list, zip(*messages, strict=True)))
    await record(connection, [_created(row).event(row.requested_by) for row in rows])


def _created(row: CommandRow) -> CommandChange:
    status: CommandStatus = "PENDING" if row.error is None else "FAILED"
    return CommandChange(row.org_id, row.id, row.device_id, row.method, status, row.error)


async def cancel_open(
    connection: AnyConnection, ids: Collection[UUID], actor: str
) -> list[CommandChange]:
    """Those of them that haven't ended are FAILED now, and never sent again."""
    rows = await connection.fetch(_END, list(ids), "FAILED", CANCELED)
    changes = [CommandChange(*row) for row in rows]
    await end_messages(connection, [change.key for change in changes], "EXPIRED")
    await record(connection, [change.event(actor) for change in changes])
    return changes


async def mark_sent(pool: Pool, keys: Collection[CommandKey]) -> None:
    """Those of them that were PENDING have gone out to their devices."""
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(_MARK_SENT, *columns_of(keys))
        await record(connection, [CommandChange(*row).event(PLATFORM) for row in rows])


async def end_due(pool: Pool, *, at_most: int) -> int:
    """What wasn't sent or answered in time is a TIMEOUT; how many there were."""
    async with pool.acquire() as connection, connection.transaction():
        changes = [CommandChange(*row) for row in await connection.fetch(_END_DUE, at_most)]
        await end_messages(connection, [change.key for change in changes], "EXPIRED")
        await record(connection, [change.event(PLATFORM) for change in changes])
    return len(changes)


async def delete_completed(pool: Pool, *, after_days: int, at_most: int) -> int:
    """Delete the oldest of those that ended so long ago; how many there were."""
    deleted = await pool.fetch(
        "DELETE FROM platform.command WHERE (org_id, id) IN ("
        "  SELECT org_id, id FROM platform.command "
        "  WHERE completed_at < now() - make_interval(days => $1) "
        "  ORDER BY completed_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1",
        after_days,
        at_most,
    )
    return len(deleted)


async def end_messages(
    connection: AnyConnection, ended: Collection[CommandKey], state: str
) -> None:
    """Of commands that have ended: they aren't sent again."""
    if ended:
        await connection.execute(_END_MESSAGES, *columns_of(ended), state)


def columns_of(keys: Collection[CommandKey]) -> tuple[list[UUID], list[UUID]]:
    """Ids are nobody's twice, organizations once are enough."""
    return list({key.org_id for key in keys}), [key.id for key in keys]

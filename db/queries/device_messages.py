"""The outbox of messages to devices: what waits, who sends it, what became of it; as iot_ingest.

    PENDING ──claim──▶ SENT ──settle──▶ ACKNOWLEDGED    (a retained one waits for the device's next
       ▲  ▲             │ │                              subscription: claim makes it PENDING again)
       │  └── settle ───┘ └── expire ──▶ EXPIRED        from PENDING too
       └───── claim, on a new connection               SUPERSEDED: a newer retained one has come

A device's messages are sent by one broker at a time, whose process holds the device by a lease. Who
takes it over raises its fence; what was sent under an old one can't be settled any more. A broker
sends in the moment that it claims, so it never sends without a lease.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import asyncpg

from db.connections.types import Connection, Pool

LEASE_SECONDS = 15
# Of one claim: over all devices, and of each one.
CLAIM_MAX_BYTES = 4 * 1024 * 1024
CLAIM_MAX_MESSAGES = 16


class TopicListener(NamedTuple):
    """A device that is connected, and one of the topics that it listens to. `is_new`: nothing was
    sent to it on this topic since it does."""

    org_id: UUID
    device_id: UUID
    topic: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    org_id: UUID
    id: UUID
    device_id: UUID
    topic: str
    body: bytes
    is_retained: bool
    fence: int


@dataclass(frozen=True, slots=True)
class MessageClaim:
    """`due` are the devices for which anything waits, `held` those of them that are ours."""

    due: frozenset[UUID]
    held: frozenset[UUID]
    messages: Mapping[UUID, Sequence[ClaimedMessage]]
    """What was taken, by device, in the order in which it is to be sent."""

    def of_device(self, device_id: UUID) -> Sequence[ClaimedMessage]:
        return self.messages.get(device_id, ())


class Outcome(NamedTuple):
    """What became of a message that was claimed under this fence. If it wasn't acknowledged, it
    waits again."""

    org_id: UUID
    id: UUID
    fence: int
    is_acknowledged: bool


# In the order of keys: two brokers then don't lock one another out.
_HOLD = """
WITH due AS (
  SELECT DISTINCT m.org_id, m.device_id
  FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::boolean[])
    AS l (org_id, device_id, topic, is_new)
  JOIN platform.device_message m USING (org_id, device_id, topic)
  WHERE m.ended_at IS NULL AND (m.expires_at IS NULL OR m.expires_at > now())
    AND (m.state = 'PENDING' OR l.is_new)
), held AS (
  INSERT INTO platform.device_lease AS l (org_id, device_id, broker_id, lease_until)
  SELECT org_id, device_id, $1, now() + make_interval(secs => $2) FROM due
  ORDER BY org_id, device_id
  ON CONFLICT (org_id, device_id) DO UPDATE SET
    broker_id = excluded.broker_id,
    lease_until = excluded.lease_until,
    fence = l.fence + CASE WHEN l.broker_id = excluded.broker_id THEN 0 ELSE 1 END
  WHERE l.broker_id = excluded.broker_id OR l.lease_until <= now()
  RETURNING device_id
)
SELECT device_id, device_id IN (SELECT device_id FROM held) AS is_held FROM due
"""

_BEGIN_ANEW = """
UPDATE platform.device_message m SET state = 'PENDING'
FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS l (org_id, device_id, topic)
WHERE (m.org_id, m.device_id, m.topic) = (l.org_id, l.device_id, l.topic)
  AND m.ended_at IS NULL AND m.state IN ('SENT', 'ACKNOWLEDGED')
"""

# First of all devices their first message, then their second: bytes run out for all at once.
_CLAIM = """
WITH waiting AS (
  SELECT d.org_id, d.device_id, m.id, octet_length(m.body) AS size, d.fence,
    row_number() OVER (PARTITION BY d.org_id, d.device_id ORDER BY m.id) AS number
  FROM (
    SELECT l.org_id, l.device_id, h.fence, array_agg(l.topic) AS topics
    FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS l (org_id, device_id, topic)
    JOIN platform.device_lease h USING (org_id, device_id)
    GROUP BY l.org_id, l.device_id, h.fence
  ) d CROSS JOIN LATERAL (
    SELECT id, body FROM platform.device_message
    WHERE (org_id, device_id) = (d.org_id, d.device_id) AND ended_at IS NULL AND state = 'PENDING'
      AND topic = ANY (d.topics) AND (expires_at IS NULL OR expires_at > now())
    ORDER BY id LIMIT $4
  ) m
), chosen AS (
  SELECT org_id, id, fence,
    sum(size) OVER (ORDER BY number, org_id, device_id ROWS UNBOUNDED PRECEDING) - size AS before
  FROM waiting
)
UPDATE platform.device_message m SET state = 'SENT', fence = c.fence, sent_at = now()
FROM chosen c WHERE (m.org_id, m.id) = (c.org_id, c.id) AND c.before < $5
RETURNING m.org_id, m.id, m.device_id, m.topic, m.body, m.is_retained, m.fence
"""

_SETTLE = """
UPDATE platform.device_message m SET
  state = CASE WHEN o.is_acknowledged THEN 'ACKNOWLEDGED' ELSE 'PENDING' END,
  acknowledged_at = CASE WHEN o.is_acknowledged THEN now() ELSE m.acknowledged_at END,
  ended_at = CASE WHEN o.is_acknowledged AND NOT m.is_retained THEN now() END
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::boolean[])
  AS o (org_id, id, fence, is_acknowledged)
WHERE (m.org_id, m.id, m.fence) = (o.org_id, o.id, o.fence) AND m.state = 'SENT'
"""

_EXPIRE = """
UPDATE platform.device_message m SET state = 'EXPIRED', ended_at = now()
FROM (
  SELECT org_id, id FROM platform.device_message
  WHERE ended_at IS NULL AND expires_at <= now() ORDER BY expires_at LIMIT $1
  FOR UPDATE SKIP LOCKED
) e
WHERE (m.org_id, m.id) = (e.org_id, e.id) RETURNING m.id, m.device_id
"""


async def claim(pool: Pool, broker_id: UUID, listeners: Sequence[TopicListener]) -> MessageClaim:
    """Take the first messages that wait for each device, up to CLAIM_MAX_MESSAGES of one and about
    CLAIM_MAX_BYTES in all, where its lease is ours or can be.

    For a listener that is new, all that it didn't acknowledge on an earlier connection waits again,
    and what is retained.
    """
    async with pool.acquire() as connection, connection.transaction():
        found = await connection.fetch(_HOLD, broker_id, LEASE_SECONDS, *_columns(listeners))
        due = frozenset(row["device_id"] for row in found)
        held = frozenset(row["device_id"] for row in found if row["is_held"])
        ours = [listener for listener in listeners if listener.device_id in held]
        messages = await _claim(connection, ours) if ours else []
    by_device: dict[UUID, list[ClaimedMessage]] = {}
    for message in messages:
        by_device.setdefault(message.device_id, []).append(message)
    return MessageClaim(due, held, by_device)


async def _claim(
    connection: Connection, listeners: Sequence[TopicListener]
) -> list[ClaimedMessage]:
    new = [listener for listener in listeners if listener.is_new]
    if new:
        await connection.execute(_BEGIN_ANEW, *_columns(new)[:3])
    rows: list[asyncpg.Record] = await connection.fetch(
        _CLAIM, *_columns(listeners)[:3], CLAIM_MAX_MESSAGES, CLAIM_MAX_BYTES
    )
    return sorted((ClaimedMessage(**row) for row in rows), key=lambda message: message.id)


def _columns(listeners: Sequence[TopicListener]) -> list[list[object]]:
    return list(map(list, zip(*listeners, strict=True)))


async def settle(pool: Pool, outcomes: Sequence[Outcome]) -> None:
    """Write down what became of what was sent; nothing, where another broker has the device now."""
    await pool.execute(_SETTLE, *map(list, zip(*sorted(outcomes), strict=True)))


async def expire(pool: Pool, *, at_most: int) -> list[tuple[UUID, UUID]]:
    """End what nobody shall get any more; the ids of the messages and of their devices."""
    return [(row["id"], row["device_id"]) for row in await pool.fetch(_EXPIRE, at_most)]


async def renew_leases(pool: Pool, broker_id: UUID, device_ids: Sequence[UUID]) -> None:
    """Of those devices that are still ours."""
    await pool.execute(
        "UPDATE platform.device_lease SET lease_until = now() + make_interval(secs => $2) "
        "WHERE broker_id = $1 AND device_id = ANY ($3::uuid[])",
        broker_id,
        LEASE_SECONDS,
        device_ids,
    )


async def release_leases(pool: Pool, broker_id: UUID, device_ids: Sequence[UUID]) -> None:
    """Any broker may have these devices at once."""
    await pool.execute(
        "UPDATE platform.device_lease SET lease_until = now() "
        "WHERE broker_id = $1 AND device_id = ANY ($2::uuid[])",
        broker_id,
        device_ids,
    )


async def delete_ended(pool: Pool, *, after_days: int, at_most: int) -> int:
    """Delete the oldest of those that ended so long ago; how many there were."""
    deleted = await pool.fetch(
        "DELETE FROM platform.device_message WHERE (org_id, id) IN ("
        "  SELECT org_id, id FROM platform.device_message "
        "  WHERE ended_at < now() - make_interval(days => $1) "
        "  ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1",
        after_days,
        at_most,
    )
    return len(deleted)

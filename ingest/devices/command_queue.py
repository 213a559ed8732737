"""Queueing commands for devices, in the transaction of what asks for them.

Whoever asks over the API is checked first, see app/control/commands/queue.py; the platform's own
callers (workers, as iot_ingest) come here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from db.connections.types import AnyConnection
from db.ids import new_id
from db.queries.commands import CommandRow, DeviceQueue, hold_queues, insert
from db.queries.events import PLATFORM
from ingest.mqtt.topics import Topic, topic_of

# Of one device: what waits to be sent, or to be answered.
OPEN_MAX = 1_000
TIMEOUT_SECONDS = 60
TIMEOUT_MAX_SECONDS = 7 * 86_400
# For how long one waits for its device where nobody says.
WAIT = timedelta(days=30)
TOO_MANY = f"{OPEN_MAX:,} commands wait for this device already"
DEVICE_GONE = "the device was deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOrder:
    """What a device is to be told. `refusal` says why it can't be: then the command has FAILED."""

    org_id: UUID
    device_id: UUID
    method: str
    params: Mapping[str, Any]
    requested_by: str = PLATFORM
    timeout_seconds: int = TIMEOUT_SECONDS
    expires_at: datetime | None = None
    run_id: UUID | None = None
    refusal: str | None = None


class _Message(msgspec.Struct):
    """As it travels on the device's topic `commands`."""

    id: UUID
    method: str
    params: Mapping[str, Any]
    timestamp: datetime


async def queue_commands(
    connection: AnyConnection, orders: Sequence[CommandOrder], *, open_max: int = OPEN_MAX
) -> list[CommandRow]:
    """Write each down with its message and its event; as they are written, in the same order.

    The device gets them after the commit, in the order in which they are here. For one that was
    deleted, or has `open_max` open commands, the command is written down as FAILED.
    """
    queues = await hold_queues(connection, {order.device_id for order in orders})
    rows: list[CommandRow] = []
    for order in orders:
        row = _row(order, queues.get(order.device_id), open_max)
        rows.append(row)
        if row.error is None:
            queue = queues[order.device_id]
            queues[order.device_id] = queue._replace(open=queue.open + 1, newest_id=row.id)
    await insert(connection, rows)
    return rows


def _row(order: CommandOrder, queue: DeviceQueue | None, open_max: int) -> CommandRow:
    now = queue.now if queue is not None else datetime.now(UTC)
    id_ = _id_after(queue.newest_id if queue is not None else None)
    message = _Message(id_, order.method, order.params, now)
    return CommandRow(
        org_id=order.org_id,
        id=id_,
        device_id=order.device_id,
        run_id=order.run_id,
        method=order.method,
        params=order.params,
        error=order.refusal or _refusal(queue, open_max),
        timeout_seconds=order.timeout_seconds,
        expires_at=order.expires_at or now + WAIT,
        requested_by=order.requested_by,
        created_at=now,
        topic=topic_of(Topic.COMMANDS, order.org_id, order.device_id),
        body=msgspec.json.encode(message),
    )


def _refusal(queue: DeviceQueue | None, open_max: int) -> str | None:
    if queue is None:
        return DEVICE_GONE
    return TOO_MANY if queue.open >= open_max else None


def _id_after(newest: UUID | None) -> UUID:
    """Messages are sent in the order of ids, and another process's clock may be ahead."""
    id_ = new_id()
    if newest is not None and id_.int <= newest.int:
        return UUID(int=newest.int + 1)
    return id_

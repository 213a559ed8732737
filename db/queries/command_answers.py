"""Devices' answers to commands, written down: as iot_ingest, in the transaction of who decides what
they mean (ingest/devices/command_answers.py)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from db.connections.types import AnyConnection
from db.queries.commands import (
    EVENT_TYPE,
    CommandChange,
    CommandKey,
    CommandStatus,
    columns_of,
    end_messages,
)
from db.queries.events import PLATFORM, EventRow, device_actor, record

_HOLD = """
SELECT org_id, id, device_id, method, status, error, late_answer_at IS NOT NULL AS had_late_answer
FROM platform.command WHERE org_id = ANY ($1::uuid[]) AND id = ANY ($2::uuid[])
ORDER BY org_id, id FOR UPDATE
"""

_WRITE_ANSWERS = """
UPDATE platform.command c SET status = a.status, result = a.result, error = a.error,
  sent_at = coalesce(c.sent_at, statement_timestamp()),
  acknowledged_at = coalesce(c.acknowledged_at,
    CASE WHEN a.is_acknowledged THEN statement_timestamp() END),
  completed_at = CASE WHEN a.is_final THEN statement_timestamp() END,
  due_at = CASE WHEN NOT a.is_final THEN coalesce(c.sent_at, statement_timestamp())
    + make_interval(secs => c.timeout_seconds) END
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::boolean[],
  $7::boolean[]) AS a (org_id, id, status, result, error, is_acknowledged, is_final)
WHERE (c.org_id, c.id) = (a.org_id, a.id)
"""

_NOTE_LATE_ANSWERS = """
UPDATE platform.command SET late_answer_at = clock_timestamp()
WHERE org_id = ANY ($1::uuid[]) AND id = ANY ($2::uuid[])
"""


class HeldCommand(NamedTuple):
    """A command as it is, locked."""

    org_id: UUID
    id: UUID
    device_id: UUID
    method: str
    status: CommandStatus
    error: str | None
    had_late_answer: bool

    @property
    def key(self) -> CommandKey:
        return CommandKey(self.org_id, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredCommand:
    """What its device's answers made of a command that was open."""

    command: HeldCommand
    steps: Sequence[CommandStatus]
    """The statuses that it came through, the last one being what it is now; none where an answer
    only brought another result."""
    result: str | None
    error: str | None

    @property
    def is_final(self) -> bool:
        return bool(self.steps) and self.steps[-1] in ("SUCCESS", "FAILED")

    def events(self) -> list[EventRow]:
        command, found = self.command, []
        for status in self.steps:
            error = self.error if status == "FAILED" else None
            change = CommandChange(*command[:4], status, error)
            is_devices = status != "SENT"
            found.append(change.event(device_actor(command.device_id) if is_devices else PLATFORM))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class LateAnswer:
    """The first final answer to a command that had ended without it. It changes nothing."""

    command: HeldCommand
    status: CommandStatus
    result: str | None
    error: str | None

    def event(self) -> EventRow:
        command = self.command
        details = {
            "commandId": str(command.id),
            "method": command.method,
            "status": command.status,
            # The result as text: the journal's own JSON takes less than devices may send.
            "lateAnswer": {"status": self.status, "result": self.result, "error": self.error},
        }
        return EventRow(
            org_id=command.org_id,
            type=EVENT_TYPE,
            title=f"{command.method}: answered after its end",
            severity="WARNING",
            actor=device_actor(command.device_id),
            details=details,
            device_id=command.device_id,
        )


async def hold(
    connection: AnyConnection, keys: Collection[CommandKey]
) -> dict[CommandKey, HeldCommand]:
    """Those that are there, locked, by organization and id."""
    rows = await connection.fetch(_HOLD, *columns_of(keys))
    return {command.key: command for command in (HeldCommand(*row) for row in rows)}


async def write_answers(connection: AnyConnection, answered: Sequence[AnsweredCommand]) -> None:
    """What devices' answers made of commands that are held and open; an event for each step."""
    if not answered:
        return
    columns = [
        (
            each.command.org_id,
            each.command.id,
            each.steps[-1] if each.steps else each.command.status,
            each.result,
            each.error,
            "ACKNOWLEDGED" in each.steps,
            each.is_final,
        )
        for each in answered
    ]
    await connection.execute(_WRITE_ANSWERS, *map(list, zip(*columns, strict=True)))
    ended = [each.command.key for each in answered if each.is_final]
    await end_messages(connection, ended, "ACKNOWLEDGED")
    await record(connection, [event for each in answered for event in each.events()])


async def note_late_answers(connection: AnyConnection, late: Sequence[LateAnswer]) -> None:
    """Of commands that are held, and ended without their device: the first answer all the same."""
    if late:
        keys = [each.command.key for each in late]
        await connection.execute(_NOTE_LATE_ANSWERS, *columns_of(keys))
        await record(connection, [each.event() for each in late])

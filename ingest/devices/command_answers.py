"""What devices answer to commands: gathered, and written together with what it means.

    answer ─▶ read ─▶ gathered by command ─▶ decided on the locked command ─▶ committed ─▶ PUBACK
                └─ malformed: quarantine            └─ none of this device's: quarantine

Answers come at least once, in any order, and from connections that have ended. The first final one
counts; what comes after it is the same told again, and changes nothing. One that comes after the
command has ended without its device (TIMEOUT, or called off) is kept as an event, once.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal
from uuid import UUID

import msgspec
import structlog

from db.connections.faults import is_fault_of_data
from db.connections.types import Pool
from db.queries.command_answers import (
    AnsweredCommand,
    HeldCommand,
    LateAnswer,
    hold,
    note_late_answers,
    write_answers,
)
from db.queries.commands import CANCELED, CommandKey, CommandStatus
from ingest.pipeline.rejection import Reason, Rejection
from ingest.write_behind import WriteBehind

log = structlog.get_logger()

RESULT_MAX_BYTES = 64 * 1024
ERROR_MAX_BYTES = 2 * 1024
COMMANDS_AT_ONCE = 500

DeviceKey = tuple[UUID, UUID]  # organization, device


class _AnswerBody(msgspec.Struct):
    """As it travels. Unknown fields are ignored."""

    id: UUID
    status: Literal["ACKNOWLEDGED", "SUCCESS", "FAILED"]
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: str | None = None


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """`result` is JSON, None where there is none."""

    command_id: UUID
    status: CommandStatus
    result: str | None
    error: str | None


_decoder = msgspec.json.Decoder(_AnswerBody)


def read_answer(body: bytes) -> CommandAnswer | Rejection:
    """The answer, or why it is none."""
    try:
        answer = _decoder.decode(body)
        result = bytes(answer.result).decode()
        has_result = msgspec.json.decode(result) is not None
    except (ValueError, RecursionError) as error:
        return _malformed(str(error)[:500])
    if len(answer.result) > RESULT_MAX_BYTES:
        return _malformed(f"result may hold {RESULT_MAX_BYTES:,} bytes")
    if len((answer.error or "").encode()) > ERROR_MAX_BYTES:
        return _malformed(f"error may hold {ERROR_MAX_BYTES:,} bytes")
    if "\0" in (answer.error or ""):
        return _malformed("NUL in error")
    return CommandAnswer(
        answer.id, answer.status, result.strip() if has_result else None, answer.error
    )


def _malformed(why: str) -> Rejection:
    return Rejection(Reason.MALFORMED, f"not an answer to a command: {why}")


def decide(
    command: HeldCommand, answers: Sequence[CommandAnswer]
) -> AnsweredCommand | LateAnswer | None:
    """What a command becomes by answers in the order in which they came; None where nothing."""
    final = next((each for each in answers if each.status != "ACKNOWLEDGED"), None)
    if command.status in ("SUCCESS", "FAILED", "TIMEOUT"):
        return _late(command, final) if final is not None else None
    steps: list[CommandStatus] = ["SENT"] if command.status == "PENDING" else []
    counted = answers if final is None else answers[: answers.index(final) + 1]
    if counted[0].status == "ACKNOWLEDGED" and command.status != "ACKNOWLEDGED":
        steps.append("ACKNOWLEDGED")
    if final is not None:
        steps.append(final.status)
    last = counted[-1]
    return AnsweredCommand(command=command, steps=steps, result=last.result, error=last.error)


def _late(command: HeldCommand, answer: CommandAnswer) -> LateAnswer | None:
    has_ended_without = command.status == "TIMEOUT" or command.error == CANCELED
    if command.had_late_answer or not has_ended_without:
        return None
    return LateAnswer(
        command=command, status=answer.status, result=answer.result, error=answer.error
    )


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An answer whose device waits to hear that it is written."""

    device: DeviceKey
    answer: CommandAnswer
    written: Callable[[], None]
    refused: Callable[[Rejection], None]


_Answered = tuple[CommandKey, list[_Waiting]]


class CommandAnswers:
    """Takes answers without waiting. Memory is bounded by what devices may have unacknowledged,
    also while the database is away."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: defaultdict[CommandKey, list[_Waiting]] = defaultdict(list)
        self._writer = WriteBehind(
            "command answers",
            gather_seconds=0,  # what comes while others are written is gathered
            take=self._take,
            write=self._write,
            is_hopeless=is_fault_of_data,
            give_up=_give_up,
        )

    def answered(
        self,
        device: DeviceKey,
        answer: CommandAnswer,
        *,
        written: Callable[[], None],
        refused: Callable[[Rejection], None],
    ) -> None:
        """What `read_answer` has let pass. One of the two is called: `written` after the commit."""
        key = CommandKey(device[0], answer.command_id)
        self._waiting[key].append(_Waiting(device, answer, written, refused))
        self._writer.wake()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write what comes while the block runs, and what is left at its end."""
        async with self._writer.running():
            yield

    def _take(self) -> list[_Answered]:
        keys = list(islice(self._waiting, COMMANDS_AT_ONCE))
        taken = [(key, self._waiting.pop(key)) for key in keys]
        if self._waiting:
            self._writer.wake()
        return taken

    async def _write(self, answered: Sequence[_Answered]) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            held = await hold(connection, [key for key, _ in answered])
            decisions = [
                decide(held[key], answers)
                for key, waiting in answered
                if key in held and (answers := _of_device(held[key].device_id, waiting))
            ]
            await write_answers(
                connection, [each for each in decisions if isinstance(each, AnsweredCommand)]
            )
            await note_late_answers(
                connection, [each for each in decisions if isinstance(each, LateAnswer)]
            )
        for key, waiting in answered:
            command = held.get(key)
            for each in waiting:
                _tell(each, is_known=command is not None and command.device_id == each.device[1])


def _of_device(device_id: UUID, waiting: Sequence[_Waiting]) -> list[CommandAnswer]:
    return [each.answer for each in waiting if each.device[1] == device_id]


def _tell(waiting: _Waiting, *, is_known: bool) -> None:
    """An error there is that device's alone."""
    try:
        if is_known:
            waiting.written()
        else:
            waiting.refused(Rejection(Reason.UNKNOWN_COMMAND, "this device has no such command"))
    except Exception:
        log.exception("a device can't be told that its answer is written")


def _give_up(answered: _Answered) -> None:
    """Or the device would send it for ever."""
    for waiting in answered[1]:
        waiting.refused(Rejection(Reason.MALFORMED, "the answer can't be stored"))

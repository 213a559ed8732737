"""Commands between the outbox and the device's answer: one result, whatever comes when."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from db.connections.types import Pool
from db.queries import commands
from db.queries.command_answers import AnsweredCommand, HeldCommand, LateAnswer
from db.queries.command_runs import delete_runs
from db.queries.commands import CANCELED, CommandKey, CommandStatus
from ingest.devices.command_answers import (
    ERROR_MAX_BYTES,
    RESULT_MAX_BYTES,
    CommandAnswer,
    CommandAnswers,
    decide,
    read_answer,
)
from ingest.devices.command_queue import CommandOrder, queue_commands
from ingest.pipeline.rejection import Reason, Rejection
from tests.make.ingest import Device, new_device

ID = uuid4()


def held(status: CommandStatus, **more: Any) -> HeldCommand:
    fields: dict[str, Any] = {"error": None, "had_late_answer": False} | more
    return HeldCommand(uuid4(), ID, uuid4(), "REBOOT", status, **fields)


def answer(status: CommandStatus, result: str | None = None) -> CommandAnswer:
    return CommandAnswer(ID, status, result, None)


ACK, SUCCESS, FAILED = answer("ACKNOWLEDGED", "1"), answer("SUCCESS", "2"), answer("FAILED", "3")


@pytest.mark.parametrize(
    ("status", "answers", "steps", "result"),
    [
        ("SENT", [ACK], ["ACKNOWLEDGED"], "1"),
        ("SENT", [SUCCESS], ["SUCCESS"], "2"),
        ("SENT", [ACK, SUCCESS], ["ACKNOWLEDGED", "SUCCESS"], "2"),
        ("SENT", [SUCCESS, ACK], ["SUCCESS"], "2"),
        ("SENT", [FAILED, SUCCESS], ["FAILED"], "3"),
        ("SENT", [ACK, ACK, FAILED, ACK, SUCCESS], ["ACKNOWLEDGED", "FAILED"], "3"),
        ("PENDING", [ACK], ["SENT", "ACKNOWLEDGED"], "1"),
        ("PENDING", [SUCCESS], ["SENT", "SUCCESS"], "2"),
        ("ACKNOWLEDGED", [ACK], [], "1"),
        ("ACKNOWLEDGED", [ACK, SUCCESS], ["SUCCESS"], "2"),
    ],
)
def test_the_first_final_answer_counts(
    status: CommandStatus, answers: list[CommandAnswer], steps: list[str], result: str
) -> None:
    found = decide(held(status), answers)
    assert isinstance(found, AnsweredCommand)
    assert (found.steps, found.result) == (steps, result)


@pytest.mark.parametrize(
    ("command", "answers", "is_kept"),
    [
        (held("TIMEOUT"), [SUCCESS], True),
        (held("FAILED", error=CANCELED), [ACK, SUCCESS, FAILED], True),
        (held("TIMEOUT"), [ACK], False),
        (held("TIMEOUT", had_late_answer=True), [SUCCESS], False),
        (held("SUCCESS"), [FAILED], False),
        (held("FAILED", error="broken"), [SUCCESS], False),
    ],
)
def test_an_answer_after_the_end_changes_nothing(
    command: HeldCommand, answers: list[CommandAnswer], is_kept: bool
) -> None:
    found = decide(command, answers)
    assert isinstance(found, LateAnswer) is is_kept
    assert not isinstance(found, AnsweredCommand)


@pytest.mark.parametrize(
    ("body", "result", "error"),
    [
        (b'{"id": "%s", "status": "SUCCESS"}', None, None),
        (b'{"id": "%s", "status": "SUCCESS", "result": null}', None, None),
        (b'{"id": "%s", "status": "FAILED", "error": "no power"}', None, "no power"),
        (b'{"id": "%s", "status": "SUCCESS", "result": {"a": [1, "\\u0000"]}, "x": 1}',
         '{"a": [1, "\\u0000"]}', None),
    ],
)  # fmt: skip
def test_an_answer_is_read(body: bytes, result: str | None, error: str | None) -> None:
    found = read_answer(body % str(ID).encode())
    assert isinstance(found, CommandAnswer)
    assert (found.command_id, found.result, found.error) == (ID, result, error)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"status": "SUCCESS"}',
        b'{"id": "1", "status": "SUCCESS"}',
        b'{"id": "%s", "status": "PENDING"}',
        b'{"id": "%s", "status": "TIMEOUT"}',
        b'{"id": "%s", "status": "SUCCESS", "result": tru}',
        b'{"id": "%s", "status": "SUCCESS", "result": "\xff"}',
        b'{"id": "%s", "status": "SUCCESS", "result": "' + b"x" * RESULT_MAX_BYTES + b'"}',
        b'{"id": "%s", "status": "FAILED", "error": "' + b"x" * ERROR_MAX_BYTES + b'x"}',
        b'{"id": "%s", "status": "FAILED", "error": "\\u0000"}',
        b'{"id": "%s", "status": "SUCCESS", "result": ' + b"[" * 60_000 + b"]" * 60_000 + b"}",
    ],
    ids=range(13),
)
def test_what_is_no_answer_is_told_why(body: bytes) -> None:
    found = read_answer(body.replace(b"%s", str(ID).encode()))
    assert isinstance(found, Rejection)
    assert found.reason is Reason.MALFORMED


async def queue(pool: Pool, device: Device, count: int = 1, **more: Any) -> list[CommandKey]:
    order = CommandOrder(org_id=device[0], device_id=device[1], method="REBOOT", params={}, **more)
    async with pool.acquire() as connection, connection.transaction():
        rows = await queue_commands(connection, [order] * count)
    return [CommandKey(row.org_id, row.id) for row in rows]


async def state_of(admin: asyncpg.Pool, key: CommandKey) -> dict[str, Any]:
    """The command with the state of its message."""
    row = await admin.fetchrow(
        "SELECT c.*, m.state FROM platform.command c JOIN platform.device_message m "
        "USING (org_id, id) WHERE (c.org_id, c.id) = ($1, $2)",
        *key,
    )
    assert row is not None
    return dict(row)


async def events_of(admin: asyncpg.Pool, device: Device) -> list[str]:
    rows = await admin.fetch(
        "SELECT title FROM platform.event WHERE device_id = $1 AND type = 'COMMAND' "
        "ORDER BY recorded_at, id",
        device[1],
    )
    return [row["title"].removeprefix("REBOOT: ") for row in rows]


async def tell(
    answers: CommandAnswers, device: Device, command_id: UUID, status: str, **more: Any
) -> str:
    """What became of a device's answer: written, or the reason why it was refused."""
    read = read_answer(msgspec.json.encode({"id": command_id, "status": status, **more}))
    assert isinstance(read, CommandAnswer)
    heard: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    answers.answered(
        device,
        read,
        written=lambda: heard.set_result("written"),
        refused=lambda rejection: heard.set_result(rejection.reason),
    )
    async with asyncio.timeout(20):
        return await heard


async def test_a_command_goes_from_pending_to_its_result_with_an_event_for_each_step(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    device = await new_device(admin)
    [key] = await queue(pool, device, timeout_seconds=60)
    answers = CommandAnswers(pool)
    async with answers.running():
        await commands.mark_sent(pool, [key])
        sent = await state_of(admin, key)
        assert sent["status"] == "SENT"
        assert sent["due_at"] - sent["sent_at"] > timedelta(seconds=59)
        assert await tell(answers, device, key.id, "ACKNOWLEDGED", result={"at": 1}) == "written"
        begun = await state_of(admin, key)
        assert (begun["status"], begun["result"]) == ("ACKNOWLEDGED", '{"at":1}')
        assert begun["due_at"] == sent["due_at"], "acknowledging wins no time"
        assert await tell(answers, device, key.id, "SUCCESS", result=[1]) == "written"
        for status in ("SUCCESS", "FAILED", "ACKNOWLEDGED"):
            assert await tell(answers, device, key.id, status, result="other") == "written"
    ended = await state_of(admin, key)
    assert (ended["status"], ended["result"], ended["due_at"]) == ("SUCCESS", "[1]", None)
    assert ended["state"] == "ACKNOWLEDGED", "what was answered isn't sent again"
    assert ended["created_at"] <= ended["sent_at"] <= ended["acknowledged_at"]
    assert ended["acknowledged_at"] <= ended["completed_at"]
    assert await events_of(admin, device) == ["PENDING", "SENT", "ACKNOWLEDGED", "SUCCESS"]


async def test_an_answer_that_overtakes_the_note_of_sending_stands(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    device = await new_device(admin)
    [key] = await queue(pool, device)
    answers = CommandAnswers(pool)
    async with answers.running():
        await tell(answers, device, key.id, "FAILED", error="no power")
    await commands.mark_sent(pool, [key])
    ended = await state_of(admin, key)
    assert (ended["status"], ended["error"]) == ("FAILED", "no power")
    assert ended["sent_at"] is not None
    assert await events_of(admin, device) == ["PENDING", "SENT", "FAILED"]


async def test_another_devices_command_and_one_that_nobody_has_are_refused(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    device, stranger = await new_device(admin), await new_device(admin)
    [key] = await queue(pool, device)
    in_same_organization = device[0], stranger[1]
    answers = CommandAnswers(pool)
    async with answers.running():
        for who, command_id in [
            (stranger, key.id),
            (in_same_organization, key.id),
            (device, uuid4()),
        ]:
            assert await tell(answers, who, command_id, "SUCCESS") == Reason.UNKNOWN_COMMAND
    assert (await state_of(admin, key))["status"] == "PENDING"


async def test_an_answer_of_a_stranger_costs_no_other_one(pool: Pool, admin: asyncpg.Pool) -> None:
    device, stranger = await new_device(admin), await new_device(admin)
    keys = await queue(pool, device, 3)
    answers = CommandAnswers(pool)
    async with answers.running():
        told = await asyncio.gather(
            tell(answers, (device[0], stranger[1]), keys[0].id, "FAILED"),
            *(tell(answers, device, key.id, "SUCCESS", result="\0") for key in keys),
        )
    assert told == [Reason.UNKNOWN_COMMAND, "written", "written", "written"]
    assert {(await state_of(admin, key))["status"] for key in keys} == {"SUCCESS"}


async def due(admin: asyncpg.Pool, *keys: CommandKey) -> None:
    await admin.execute(
        "UPDATE platform.command SET due_at = now() - interval '1 s' WHERE id = ANY ($1::uuid[])",
        [key.id for key in keys],
    )


async def test_what_is_not_sent_or_not_answered_in_time_ends_once_whoever_looks(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    device = await new_device(admin)
    waiting, sent, other = await queue(pool, device, 3)
    await commands.mark_sent(pool, [sent])
    await due(admin, waiting, sent)
    ended = await asyncio.gather(*(commands.end_due(pool, at_most=10) for _ in range(4)))
    assert sum(ended) >= 2
    errors = [(await state_of(admin, key))["error"] for key in (waiting, sent)]
    assert errors == ["not sent before it expired", "not answered within 60 s"]
    assert {(await state_of(admin, key))["state"] for key in (waiting, sent)} == {"EXPIRED"}
    assert (await state_of(admin, other))["status"] == "PENDING"
    assert (await events_of(admin, device)).count("TIMEOUT") == 2


async def test_a_late_answer_is_kept_as_one_event_and_changes_nothing(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    device = await new_device(admin)
    [key] = await queue(pool, device)
    await commands.mark_sent(pool, [key])
    await due(admin, key)
    await commands.end_due(pool, at_most=10)
    before = await state_of(admin, key)
    answers = CommandAnswers(pool)
    async with answers.running():
        for _ in range(3):
            assert await tell(answers, device, key.id, "SUCCESS", result="\0") == "written"
    after = await state_of(admin, key)
    assert after["late_answer_at"] is not None
    assert after | {"late_answer_at": None} == before
    assert await events_of(admin, device) == [
        "PENDING",
        "SENT",
        "TIMEOUT",
        "answered after its end",
    ]


async def test_answers_wait_for_the_database_and_are_then_written(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    device = await new_device(admin)
    keys = await queue(pool, device, 3)
    answers = CommandAnswers(pool)
    async with admin.acquire() as locking, answers.running():
        transaction = locking.transaction()
        await transaction.start()
        await locking.execute("LOCK TABLE platform.command IN ACCESS EXCLUSIVE MODE")
        waiting = [asyncio.create_task(tell(answers, device, key.id, "SUCCESS")) for key in keys]
        done, _ = await asyncio.wait(waiting, timeout=0.3)
        assert not done, "nothing is acknowledged that isn't written"
        await transaction.rollback()
        assert await asyncio.gather(*waiting) == ["written"] * 3


async def test_what_ended_long_ago_is_deleted_and_its_run_after_it(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    device = await new_device(admin)
    group, run = uuid4(), uuid4()
    await admin.execute(
        "INSERT INTO platform.device_group (org_id, id, name, tags, match) "
        "VALUES ($1, $2, 'group', '{a}', 'ALL')",
        device[0],
        group,
    )
    long_ago = datetime.now(UTC) - timedelta(days=91)
    await admin.execute(
        "INSERT INTO platform.command_run (org_id, id, group_id, method, params, timeout_seconds, "
        "expires_at, rate_per_second, device_ids, requested_by, created_at) "
        "VALUES ($1, $2, $3, 'REBOOT', '{}', 60, now(), 1, $4, 'x', $5)",
        device[0],
        run,
        group,
        [device[1]],
        long_ago,
    )
    old, new = await queue(pool, device, 2, run_id=run)
    await due(admin, old, new)
    await commands.end_due(pool, at_most=10)
    await admin.execute(
        "UPDATE platform.command SET completed_at = $2 WHERE id = $1", old.id, long_ago
    )

    async def left() -> list[int]:
        counted = "SELECT count(*) FROM platform.{} WHERE org_id = $1"
        tables = ("command", "command_run")
        return [await admin.fetchval(counted.format(table), device[0]) for table in tables]

    assert await commands.delete_completed(pool, after_days=90, at_most=10) == 1
    assert await delete_runs(pool, after_days=90, at_most=10) == 0
    assert await left() == [1, 1]
    await admin.execute(
        "UPDATE platform.command SET completed_at = $2 WHERE id = $1", new.id, long_ago
    )
    assert await commands.delete_completed(pool, after_days=90, at_most=10) == 1
    assert await delete_runs(pool, after_days=90, at_most=10) == 1
    assert await left() == [0, 0]

"""What the pipeline remembers of devices must not outlive a change that it was told of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.queries.profiles import DevicePart
from ingest.pipeline.registry import Registry


class ChangingDatabase:
    """Stands in for the database while a device is deleted between a question and its answer."""

    def __init__(self, device: UUID) -> None:
        self.device = device
        self.org_id = uuid4()
        self.exists = True
        self.retention_days: int | None = None
        self.questions = 0
        self.while_answering: Callable[[], None] = lambda: None
        self.before_answering: Callable[[], Awaitable[None]] | None = None

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[ChangingDatabase]:
        yield self

    async def fetch(self, query: str, ids: list[UUID]) -> list[dict[str, Any]]:
        if "platform.device" not in query:
            return []
        self.questions += 1
        found = DevicePart(self.org_id, self.device, None, None, None, self.retention_days)
        answer = [found._asdict()] if self.exists and self.device in ids else []
        self.while_answering()
        if self.before_answering:
            await self.before_answering()
        return answer


@pytest.mark.parametrize("told", ["of this device", "of everything"])
async def test_a_device_deleted_while_it_is_read_is_not_remembered(told: str) -> None:
    database = ChangingDatabase(uuid4())
    registry = Registry(database, sensors_per_device=1)  # type: ignore[arg-type]

    def delete() -> None:
        if database.exists:
            database.exists = False
            if told == "of this device":
                registry.forget(database.device)
            else:
                registry.forget_all()

    database.while_answering = delete
    await registry.load({database.device}, ())
    assert registry.device(database.device) is None
    assert database.questions == 2


@pytest.mark.parametrize(("before", "after"), [(None, 30), (30, None), (30, 7)])
async def test_a_retention_that_changes_while_a_device_is_read_is_read_again(
    before: int | None, after: int | None
) -> None:
    database = ChangingDatabase(uuid4())
    database.retention_days = before
    registry = Registry(database, sensors_per_device=1)  # type: ignore[arg-type]

    def change() -> None:
        if database.questions == 1:
            database.retention_days = after
            registry.forget_organization(database.org_id)

    database.while_answering = change
    await registry.load({database.device}, ())
    assert registry.retention_days(database.org_id) == after
    assert database.questions == 2


async def test_a_device_that_does_not_change_is_asked_for_once() -> None:
    database = ChangingDatabase(uuid4())
    registry = Registry(database, sensors_per_device=1)  # type: ignore[arg-type]
    for _ in range(3):
        await registry.load({database.device}, ())
    assert registry.device(database.device) is not None
    assert database.questions == 1


async def test_a_device_that_changes_while_another_is_read_is_read_again() -> None:
    known, new = uuid4(), uuid4()
    database = ChangingDatabase(known)
    registry = Registry(database, sensors_per_device=1)  # type: ignore[arg-type]
    await registry.load({known}, ())

    def change() -> None:
        if database.questions == 2:
            registry.forget(known)

    database.while_answering = change
    await registry.load({known, new}, ())
    assert registry.device(known) is not None
    assert database.questions == 3


async def test_a_change_told_of_while_two_read_the_same_device_is_read_by_both() -> None:
    """The second one's beginning must not make the first one forget what it was told."""
    database = ChangingDatabase(uuid4())
    registry = Registry(database, sensors_per_device=1)  # type: ignore[arg-type]
    first_may_go_on, second_is_done = asyncio.Event(), asyncio.Event()

    async def answer() -> None:
        if database.questions == 1:
            first_may_go_on.set()
            await second_is_done.wait()

    database.before_answering = answer
    first = asyncio.create_task(registry.load({database.device}, ()))
    await first_may_go_on.wait()
    registry.forget(database.device)
    await registry.load({database.device}, ())
    assert database.questions == 2
    second_is_done.set()
    await first
    assert database.questions == 3
    assert registry.device(database.device) is not None

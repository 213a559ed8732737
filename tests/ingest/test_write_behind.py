"""What is written behind is gathered, tried until it is stored, and no item holds up another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest
from structlog.testing import capture_logs

from ingest.write_behind import WriteBehind


class Away(Exception):
    pass


class Store:
    """Takes numbers. `away` times it isn't there; a `poison` number it never takes."""

    def __init__(self, *, away: int = 0, poison: int | None = None) -> None:
        self.waiting: list[int] = []
        self.asked: list[list[int]] = []
        self.stored: list[int] = []
        self.given_up: list[int] = []
        self.has_turned = asyncio.Event()
        self._away = away
        self._poison = poison
        self.behind: WriteBehind[int] = WriteBehind(
            "numbers",
            gather_seconds=0,
            take=self._take,
            write=self._write,
            is_hopeless=lambda error: not isinstance(error, Away),
            give_up=self._give_up,
        )

    def put(self, number: int) -> None:
        self.waiting.append(number)
        self.behind.wake()

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not holds():
                self.has_turned.clear()
                await self.has_turned.wait()

    def _give_up(self, number: int) -> None:
        self.given_up.append(number)
        self.has_turned.set()

    def _take(self) -> list[int]:
        taken, self.waiting = self.waiting, []
        return taken

    async def _write(self, numbers: Sequence[int]) -> None:
        self.asked.append(list(numbers))
        self.has_turned.set()
        await asyncio.sleep(0)
        if self._away:
            self._away -= 1
            raise Away
        if self._poison in numbers:
            raise ValueError(self._poison)
        self.stored += numbers
        self.has_turned.set()


async def test_what_comes_together_is_written_together_and_at_the_end_what_is_left() -> None:
    store = Store()
    async with store.behind.running():
        for number in range(3):
            store.put(number)
        assert not store.behind.is_drained
    assert store.behind.is_drained
    assert store.asked == [[0, 1, 2]]
    assert store.stored == [0, 1, 2]


async def test_while_its_store_is_away_the_same_is_tried_and_what_comes_waits_behind_it() -> None:
    store = Store(away=2)
    async with store.behind.running():
        store.put(1)
        await store.until(lambda: store.asked)
        store.put(2)
        store.put(3)
        await store.until(lambda: len(store.stored) == 3)
    assert store.asked == [[1], [1], [1], [2, 3]]
    assert store.stored == [1, 2, 3]


async def test_an_item_that_is_refused_for_itself_costs_no_other() -> None:
    store = Store(poison=1)
    with capture_logs() as logs:
        async with store.behind.running():
            for number in range(4):
                store.put(number)
            await store.until(lambda: store.given_up and len(store.stored) == 3)
    assert sorted(store.stored) == [0, 2, 3]
    assert store.given_up == [1]
    assert [entry["what"] for entry in logs if entry["log_level"] == "error"] == ["numbers"]


async def test_an_error_of_who_gathers_ends_the_block() -> None:
    def fail() -> list[int]:
        raise KeyError("gathered")

    async def write(_: Sequence[int]) -> None:
        raise AssertionError

    behind: WriteBehind[int] = WriteBehind(
        "numbers",
        gather_seconds=0,
        take=fail,
        write=write,
        is_hopeless=lambda _: False,
        give_up=lambda _: None,
    )

    async def run() -> None:
        async with behind.running():
            behind.wake()
            await asyncio.Event().wait()

    with pytest.raises(KeyError, match="gathered"):
        await run()

"""Blocks with tasks: in every order of ends no task, no error and no cancellation is lost."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator, AsyncIterator

import pytest
from structlog.testing import capture_logs

from db.connections.background import (
    Ahead,
    Loop,
    LoopEnded,
    TaskOwner,
    Turns,
    in_background,
    standing_still,
)

LONG = 3600


class Broken(Exception):
    pass


class AlsoBroken(Exception):
    pass


class Stage:
    """A loop and a block that end when they are told to; `raised` is what they raised."""

    def __init__(self) -> None:
        self.has_begun = asyncio.Event()
        self.loop_ends: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.block_ends: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.loop_is_over = False
        self.error_of_tidying: Exception | None = None
        self.raised: list[Exception] = []

    async def loop(self, _turns: Turns) -> None:
        try:
            await self._told(self.loop_ends)
        except asyncio.CancelledError:
            if self.error_of_tidying:
                raise self.error_of_tidying from None
            raise
        finally:
            self.loop_is_over = True

    async def play(self) -> str:
        async with in_background(Loop("loop", self.loop, LONG)):
            self.has_begun.set()
            await self._told(self.block_ends)
        assert self.loop_is_over
        return "the end"

    async def _told(self, end: asyncio.Future[None]) -> None:
        try:
            await end
        except Exception as error:
            self.raised.append(error)
            raise


@contextlib.asynccontextmanager
async def playing() -> AsyncIterator[tuple[Stage, asyncio.Task[str]]]:
    stage = Stage()
    task = asyncio.ensure_future(stage.play())
    await stage.has_begun.wait()
    await turn()
    yield stage, task
    assert task.done()
    assert stage.loop_is_over
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def turn(count: int = 1) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def outcome(task: asyncio.Task[str]) -> str:
    """How it ended, in a word."""
    async with asyncio.timeout(5):
        await asyncio.wait([task])
    if task.cancelled():
        return "cancelled"
    error = task.exception()
    return task.result() if error is None else type(error).__name__


async def test_a_block_that_ends_ends_its_loops() -> None:
    async with playing() as (stage, task):
        stage.block_ends.set_result(None)
        assert await outcome(task) == "the end"


async def test_an_error_of_the_block_is_raised_when_its_loops_have_ended() -> None:
    async with playing() as (stage, task):
        stage.block_ends.set_exception(Broken())
        assert await outcome(task) == "Broken"


async def test_an_error_of_a_loop_interrupts_the_block_and_is_what_it_raises() -> None:
    async with playing() as (stage, task):
        stage.loop_ends.set_exception(Broken("why"))
        assert await outcome(task) == "Broken"
        error = task.exception()
        assert error is not None
        assert error.__notes__ == ["in the background: loop"]
        assert (error.__cause__, error.__context__) == (None, None)


async def test_a_loop_that_just_ends_ends_the_block_with_an_error() -> None:
    async with playing() as (stage, task):
        stage.loop_ends.set_result(None)
        assert await outcome(task) == "LoopEnded"


async def test_a_loop_that_somebody_cancelled_has_ended_too() -> None:
    async with playing() as (stage, task):
        stage.loop_ends.cancel()
        assert await outcome(task) == "LoopEnded"


async def test_a_cancellation_from_outside_ends_the_loops_and_stays_one() -> None:
    async with playing() as (_, task):
        task.cancel()
        assert await outcome(task) == "cancelled"


def tell(stage: Stage, task: asyncio.Task[str], step: str) -> None:
    """Some of it may have ended, or been cancelled, already."""
    match step:
        case "cancel":
            task.cancel()
        case "loop fails" if not stage.loop_ends.done():
            stage.loop_ends.set_exception(Broken())
        case "block fails" if not stage.block_ends.done():
            stage.block_ends.set_exception(AlsoBroken())
        case "block ends" if not stage.block_ends.done():
            stage.block_ends.set_result(None)


@pytest.mark.parametrize("turns_between", range(5))
@pytest.mark.parametrize(
    "steps", list(itertools.permutations(("cancel", "loop fails", "block fails", "block ends"), 2))
)
async def test_two_ends_at_about_the_same_time_lose_neither_error_nor_cancellation(
    steps: tuple[str, str], turns_between: int
) -> None:
    is_cancelled = False
    with capture_logs() as logs:
        async with playing() as (stage, task):
            for step in steps:
                is_cancelled |= step == "cancel" and not task.done()
                tell(stage, task, step)
                await turn(turns_between)
            found = await outcome(task)
    assert (found == "cancelled") is is_cancelled
    told = [entry["exc_info"] for entry in logs]
    if found not in ("cancelled", "the end"):
        told.append(task.exception())
    assert sorted(map(id, told)) == sorted(map(id, stage.raised)), "each is raised or logged, once"


async def test_a_time_limit_around_a_block_whose_loop_fails_at_that_moment_is_still_one() -> None:
    stage = Stage()

    async def play() -> None:
        async with asyncio.timeout(LONG) as limit, in_background(Loop("loop", stage.loop, LONG)):
            stage.has_begun.set()
            limit.reschedule(asyncio.get_running_loop().time())
            stage.loop_ends.set_exception(Broken())
            await stage.block_ends

    with capture_logs() as logs, pytest.raises((TimeoutError, Broken)) as raised:
        await play()
    current = asyncio.current_task()
    assert current is not None
    assert current.cancelling() == 0
    if raised.type is TimeoutError:
        assert [type(entry["exc_info"]) for entry in logs] in ([], [Broken])


async def test_a_cancellation_while_the_loops_tidy_up_is_not_forgotten() -> None:
    tidying, is_tidy = asyncio.Event(), asyncio.Event()

    async def slow(_turns: Turns) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            tidying.set()
            await is_tidy.wait()

    async def play() -> str:
        async with in_background(Loop("slow", slow, LONG)):
            await turn()
        return "the end"

    task = asyncio.ensure_future(play())
    await tidying.wait()
    task.cancel()
    await turn(3)
    assert not task.done(), "it has left a loop behind"
    is_tidy.set()
    assert await outcome(task) == "cancelled"


async def test_an_error_while_tidying_up_is_raised_where_there_is_no_other() -> None:
    async with playing() as (stage, task):
        stage.error_of_tidying = Broken()
        stage.block_ends.set_result(None)
        assert await outcome(task) == "Broken"


async def test_an_error_while_tidying_up_is_logged_where_there_is_another() -> None:
    with capture_logs() as logs:
        async with playing() as (stage, task):
            stage.error_of_tidying = Broken()
            stage.block_ends.set_exception(AlsoBroken())
            assert await outcome(task) == "AlsoBroken"
    assert [type(entry["exc_info"]) for entry in logs] == [Broken]


async def test_of_two_loops_that_fail_the_first_is_raised_and_the_second_logged() -> None:
    async def fail(error: Exception) -> None:
        raise error

    async def play() -> None:
        async with in_background(
            Loop("one", lambda _: fail(Broken()), LONG),
            Loop("two", lambda _: fail(AlsoBroken()), LONG),
        ):
            await asyncio.Event().wait()

    with capture_logs() as logs, pytest.raises(Broken):
        await play()
    assert [type(entry["exc_info"]) for entry in logs] == [AlsoBroken]


async def test_a_loop_that_swallows_its_cancellation_is_asked_again() -> None:
    asked = 0

    async def stubborn() -> None:
        nonlocal asked
        while asked < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                asked += 1

    async with asyncio.timeout(5), TaskOwner("test", cancel_again_seconds=0.01) as owner:
        owner.keep(stubborn(), name="stubborn")
        await turn()
    assert asked == 3


async def test_an_inner_block_is_left_when_an_outer_ones_loop_fails() -> None:
    outer, inner = Stage(), Stage()

    async def play() -> None:
        async with in_background(Loop("outer", outer.loop, LONG)):
            try:
                async with in_background(Loop("inner", inner.loop, LONG)):
                    outer.loop_ends.set_exception(Broken())
                    await inner.block_ends
            finally:
                assert inner.loop_is_over

    with pytest.raises(Broken):
        await play()
    current = asyncio.current_task()
    assert current is not None
    assert current.cancelling() == 0


async def test_an_outer_ones_loop_that_fails_while_the_inner_block_ends_is_not_forgotten() -> None:
    outer, inner = Stage(), Stage()

    async def slow(_turns: Turns) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            outer.loop_ends.set_exception(Broken())
            await turn(5)
            inner.loop_is_over = True

    async def play() -> None:
        async with in_background(Loop("outer", outer.loop, LONG)):
            async with in_background(Loop("inner", slow, LONG)):
                await turn()
            pytest.fail("the block went on")

    with pytest.raises(Broken):
        await play()
    assert inner.loop_is_over


async def test_whoever_has_a_task_may_wait_for_it() -> None:
    async def answer() -> int:
        await turn()
        return 42

    async with TaskOwner("test") as owner:
        assert await owner.start(answer()) == 42


async def test_a_task_that_ends_or_is_cancelled_ends_nothing_else() -> None:
    async with TaskOwner("test") as owner:
        owner.start(turn())
        endless = owner.start(asyncio.Event().wait())
        endless.cancel()
        await turn(5)
        assert endless.cancelled()


async def test_an_error_of_a_task_interrupts_the_block() -> None:
    async def fail() -> None:
        raise Broken

    async def play() -> None:
        async with TaskOwner("test") as owner:
            owner.start(fail())
            await asyncio.Event().wait()

    with pytest.raises(Broken):
        await play()


async def test_a_task_that_tasks_start_at_the_end_is_ended_too() -> None:
    ended: list[str] = []
    owner = TaskOwner("test")

    async def late() -> None:
        ended.append("late ran")

    async def first() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            owner.start(late())
            ended.append("first")

    async with owner:
        owner.start(first())
        await turn()
    assert ended == ["first"]


async def test_outside_of_its_block_an_owner_starts_nothing() -> None:
    owner = TaskOwner("test")
    with pytest.raises(RuntimeError):
        owner.start(turn())
    async with owner:
        pass
    with pytest.raises(RuntimeError):
        owner.start(turn())


async def test_a_loop_that_takes_longer_than_it_should_is_named() -> None:
    is_free = asyncio.Event()

    async def stuck(turns: Turns) -> None:
        turns.next()
        await is_free.wait()
        turns.next()
        await asyncio.Event().wait()

    async with in_background(Loop("stuck", stuck, 0.001), Loop("well", stuck, LONG)):
        async with asyncio.timeout(5):
            while "stuck" not in standing_still():  # noqa: ASYNC110 - it is time that passes
                await asyncio.sleep(0.001)
        assert "well" not in standing_still()
        assert standing_still()["stuck"] > 0.001
    assert "stuck" not in standing_still()


async def test_a_loop_that_has_nothing_to_do_stands_not_still() -> None:
    rests = asyncio.Event()

    async def idle(turns: Turns) -> None:
        turns.rest()
        rests.set()
        await asyncio.Event().wait()

    async with in_background(Loop("idle", idle, 0)):
        await rests.wait()
        assert "idle" not in standing_still()


async def numbers(ahead: Ahead[int], fail_at: int = 10**9) -> AsyncGenerator[int, None]:
    async def make(number: int) -> int:
        await turn()
        if number == fail_at:
            raise Broken
        return number

    ahead.begin(make(0))
    try:
        while True:
            number = await ahead.result()
            ahead.begin(make(number + 1))
            yield number
    finally:
        await ahead.end()


async def test_what_is_made_ahead_is_ended_with_its_generator() -> None:
    ahead: Ahead[int] = Ahead()
    async with contextlib.aclosing(numbers(ahead)) as made:
        assert [await anext(made) for _ in range(3)] == [0, 1, 2]
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_an_error_of_what_is_made_ahead_is_raised_by_who_asks() -> None:
    made = numbers(Ahead(), fail_at=1)
    assert await anext(made) == 0
    await turn(5)
    with pytest.raises(Broken):
        await anext(made)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_an_error_that_nobody_asks_for_is_nobodys() -> None:
    ahead: Ahead[int] = Ahead()
    async with contextlib.aclosing(numbers(ahead, fail_at=1)) as made:
        assert await anext(made) == 0
        await turn(5)


def test_the_error_of_a_loop_that_ended_says_which() -> None:
    async def play() -> None:
        async with in_background(Loop("the one", lambda _: turn(), LONG)):
            await asyncio.Event().wait()

    with pytest.raises(LoopEnded, match="the one"):
        asyncio.run(play())

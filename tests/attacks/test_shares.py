"""What many take of what is there for all: who is alone may have much, a newcomer finds some."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.actor import Actor
from app.core.errors import Unauthenticated
from app.core.fresh import FreshValue
from app.core.running_responses import RunningResponse, RunningResponses
from db.connections.background import in_background
from db.connections.bulkhead import Bulkhead
from db.connections.shares import Shares
from db.connections.statements import TEXTS_MAX_CHARACTERS, StatementCache
from tests.make.actors import actor_of


@given(st.integers(1, 60), st.integers(1, 60), st.lists(st.integers(0, 5), max_size=80))
def test_none_has_more_than_its_cap_and_all_comes_back(
    in_all: int, each: int, takers: list[int]
) -> None:
    shares, held = Shares[int](in_all, each=each), list[int]()
    for taker in takers:
        if shares.take(taker):
            held.append(taker)
        assert held.count(taker) <= each
        assert shares.free == in_all - len(held) >= 0
    for taker in held:
        shares.give_back(taker)
    assert shares.free == in_all


def test_who_is_alone_has_two_thirds_and_the_next_two_thirds_of_what_is_left() -> None:
    shares = Shares[str](90)
    taken = []
    for asker in "abc":
        count = 0
        while shares.take(asker):
            count += 1
        taken.append(count)
    assert taken == [60, 20, 7]
    assert shares.free > 0


async def test_a_newcomer_has_a_connection_at_once_however_many_another_asks_for() -> None:
    bulkhead, greedy, modest = Bulkhead(10), uuid4(), uuid4()
    waiting = [asyncio.create_task(bulkhead.acquire(greedy)) for _ in range(50)]
    await asyncio.sleep(0)
    await asyncio.wait_for(bulkhead.acquire(modest), 1)
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_what_comes_back_goes_to_who_has_least() -> None:
    bulkhead, orgs, order = Bulkhead(4), [uuid4() for _ in range(4)], list[UUID]()
    for org in (orgs[0], orgs[0], orgs[1], orgs[2]):
        await asyncio.wait_for(bulkhead.acquire(org), 1)

    async def ask(org: UUID) -> None:
        await bulkhead.acquire(org)
        order.append(org)

    asking = [asyncio.create_task(ask(org)) for org in (orgs[0], orgs[0], orgs[3])]
    await asyncio.sleep(0)
    for org in (orgs[0], orgs[1]):
        bulkhead.release(org)
        await asyncio.sleep(0.01)
    assert order[0] == orgs[3]
    for each in asking:
        each.cancel()
    await asyncio.gather(*asking, return_exceptions=True)


async def test_what_runs_ends_with_its_credential_and_nothing_else_does() -> None:
    good, known = actor_of(uuid4()), {"one", "other"}
    ended: dict[str, str] = {}
    has_ended = asyncio.Event()

    async def confirm(credential: str) -> Actor:
        if credential not in known:
            raise Unauthenticated("revoked")
        return good

    def end(name: str, reason: str) -> None:
        ended[name] = reason
        has_ended.set()

    responses = RunningResponses(confirm)
    one, other = (
        RunningResponse(good, "readings:read", lambda reason, name=name: end(name, reason), name)
        for name in ("one", "other")
    )
    async with in_background(responses.loop):
        with responses.registered(one), responses.registered(other):
            known.remove("one")
            responses.credential_changed()
            await asyncio.wait_for(has_ended.wait(), 2)
    assert ended == {"one": "UNAUTHENTICATED"}


async def test_a_value_is_made_once_however_many_ask_and_again_when_it_is_old() -> None:
    now, made = [0.0], list[int]()

    async def make() -> int:
        await asyncio.sleep(0)
        made.append(len(made))
        return len(made)

    value = FreshValue(make, clock=lambda: now[0])
    assert await asyncio.gather(*(value.get() for _ in range(50))) == [1] * 50
    now[0] = 1.1
    assert await value.get() == 2


@pytest.mark.parametrize("length", [100, 10_000])
def test_compiled_statements_are_kept_up_to_so_many_characters(length: int) -> None:
    cache = StatementCache()
    for number in range(20_000 if length < 1000 else 500):
        cache.keep(number, f"{number:010}" + "x" * (length - 10))
    assert cache.characters == len(cache) * length <= TEXTS_MAX_CHARACTERS
    cache.keep("long", "x" * 100_000)
    assert cache.find("long") is None

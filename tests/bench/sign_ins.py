"""Signing in: how many a second, held against argon2id alone in as many threads.

Hashing is what a sign-in costs, on purpose; the row says what else it does.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx
from argon2 import PasswordHasher

from app.accounts.auth.passwords import THREADS
from tests.bench.cpu import metered
from tests.bench.results import Pair, Run, Topic
from tests.bench.stand import Stand

NAME = "sign-ins"
# As many as keep the threads busy, without the queue becoming full.
CLIENTS = 2 * THREADS


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        seconds = stand.sizes.request_seconds

        async def sign_ins() -> Run:
            async with metered(stand.admin, stand.platform.program("api")) as spent:
                counts = await asyncio.gather(
                    *(_sign_in(stand, number, seconds) for number in range(CLIENTS))
                )
            return Run(sum(counts) / spent.wall, spent.details(sum(counts)))

        async def hashes() -> Run:
            began = time.perf_counter()
            with ThreadPoolExecutor(THREADS) as pool:
                counts = await asyncio.gather(
                    *(asyncio.wrap_future(pool.submit(_verify, seconds)) for _ in range(THREADS))
                )
            return Run(sum(counts) / (time.perf_counter() - began))

        title = f"POST /auth/login, {CLIENTS} clients"
        limit = f"argon2id, threads: {THREADS}"
        yield [Pair(NAME, title, "sign-ins/s", sign_ins, limit, hashes)]

    return Topic([NAME], stand.sizes.short_repetitions, pairs)


async def _sign_in(stand: Stand, number: int, seconds: float) -> int:
    """The same person again and again; how often they were let in."""
    owner = stand.tenants[number % len(stand.tenants)].organization
    body = {"email": owner.email, "password": owner.password}
    count, end = 0, time.perf_counter() + seconds
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        while time.perf_counter() < end:
            answer = await http.post(f"{stand.platform.base_url}/api/v1/auth/login", json=body)
            count += answer.status_code == httpx.codes.OK
    return count


def _verify(seconds: float) -> int:
    hasher = PasswordHasher(parallelism=1)
    hash_ = hasher.hash("correct horse battery")
    count, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        hasher.verify(hash_, "correct horse battery")
        count += 1
    return count

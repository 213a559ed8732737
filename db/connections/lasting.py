"""A connection that is kept for as long as a loop runs: for what is heard or held at any time.

It is asked now and then whether it still answers. Otherwise one of which only this side is left,
after a failover or behind a router that has forgotten it, would look well for hours.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NoReturn

import asyncpg
import structlog

from db.connections.background import Turns

if TYPE_CHECKING:
    Kept = asyncpg.Connection[asyncpg.Record]

log = structlog.get_logger()

CONNECT_SECONDS = 5
RETRY_SECONDS = 0.2
ASK_SECONDS = 5
ANSWER_SECONDS = 5
# To find out that it doesn't answer, and to connect anew a few times.
LONGEST_TURN_SECONDS = 60


async def keep_connected(
    url: str,
    name: str,
    prepare: Callable[[Kept], Awaitable[None]],
    prepared: Callable[[], None],
    turns: Turns,
) -> NoReturn:
    """Keep a connection, a new one whenever it is lost: each by `prepare`, then `prepared`.

    Whatever goes wrong with the connection is waited for; an error of `prepared` is the caller's.
    """
    while True:
        try:
            connection = await asyncpg.connect(
                url, timeout=CONNECT_SECONDS, server_settings={"application_name": name}
            )
        except Exception as error:  # of whatever kind: there must be one again
            await _wait(name, error)
            continue
        lost = asyncio.Event()
        connection.add_termination_listener(lambda *_, lost=lost: lost.set())
        try:
            await prepare(connection)
        except Exception as error:
            await _wait(name, error)
        else:
            prepared()
            await _until_lost(connection, lost, turns)
        finally:
            connection.terminate()


async def _wait(name: str, error: Exception) -> None:
    log.warning("waits for the database", connection=name, error=type(error).__name__)
    await asyncio.sleep(RETRY_SECONDS)


async def _until_lost(connection: Kept, lost: asyncio.Event, turns: Turns) -> None:
    while not lost.is_set():
        turns.next()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ASK_SECONDS):
                await lost.wait()
                return
        try:
            await connection.execute("SELECT", timeout=ANSWER_SECONDS)
        except Exception as error:
            log.warning("doesn't answer any more", error=type(error).__name__)
            return

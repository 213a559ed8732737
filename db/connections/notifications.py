"""PostgreSQL's NOTIFY: how one process tells the others, at the moment of its commit, what changed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import asyncpg
import structlog

log = structlog.get_logger()

# The payload is the id of the device of which something changed: deleted, a sensor, a profile, a
# certificate; sent by the tables' triggers.
DEVICE_CHANGED = "device_changed"
# The payload is the id of the organization that changed how long it keeps readings; sent by the table's trigger.
ORGANIZATION_CHANGED = "organization_changed"
# The payload is the id of an API key that was revoked, deleted or given other rights; sent by the table's trigger.
KEY_CHANGED = "api_key_changed"
# The payload is the id of an organization in which devices or sensors came, went, or moved between sites and groups;
# sent by the tables' triggers.
FLEET_CHANGED = "fleet_changed"
# The payload is empty for a job that was recorded, and the id of one that was stopped.
JOBS_CHANGED = "jobs_changed"

RECONNECT_SECONDS = 0.5


@contextlib.asynccontextmanager
async def listening(
    url: str, channel: str, heard: Callable[[str], None], missed: Callable[[], None]
) -> AsyncIterator[None]:
    """Call `heard` with each payload, and `missed` after every (re)connection: what was sent before is unknown."""
    connected = asyncio.Event()
    task = asyncio.create_task(_listen(url, channel, heard, missed, connected))
    try:
        await connected.wait()
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _listen(
    url: str,
    channel: str,
    heard: Callable[[str], None],
    missed: Callable[[], None],
    connected: asyncio.Event,
) -> None:
    while True:
        try:
            connection = await asyncpg.connect(
                url, timeout=5, server_settings={"application_name": f"holdfast {channel}"}
            )
        except (
            Exception
        ) as error:  # of whatever kind: to stop listening would be to miss revocations
            log.warning("notifications unreachable", channel=channel, error=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)
            continue
        lost = asyncio.Event()
        connection.add_termination_listener(lambda *_, lost=lost: lost.set())
        try:
            await connection.add_listener(
                channel, lambda _c, _pid, _channel, payload: heard(payload)
            )
            missed()
            connected.set()
            await lost.wait()
        except Exception as error:
            log.warning("notifications unreachable", channel=channel, error=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)
        finally:
            connection.terminate()

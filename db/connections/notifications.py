"""PostgreSQL's NOTIFY: how one process tells the others, at the moment of its commit, what changed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import structlog

from db.connections.background import Loop, Turns, in_background
from db.connections.lasting import ANSWER_SECONDS, LONGEST_TURN_SECONDS, keep_connected

if TYPE_CHECKING:
    from db.connections.lasting import Kept

log = structlog.get_logger()

# The payload is the id of the device of which something changed: deleted, a sensor, a profile, a
# certificate; sent by the tables' triggers.
DEVICE_CHANGED = "device_changed"
# The payload is the id of the organization that changed how long it keeps readings; sent by the table's trigger.
ORGANIZATION_CHANGED = "organization_changed"
# The payload is the id of an API key that was revoked, deleted or given other rights; sent by the table's trigger.
KEY_CHANGED = "api_key_changed"
# The payload is the ids of a session that has ended and of its person; sent by the table's
# triggers.
SESSION_ENDED = "session_ended"
# The payload is empty: there are other keys to sign access tokens with, or one has ended; sent by
# the table's trigger.
SIGNING_KEYS = "signing_keys"
# The payload is the id of an organization in which devices or sensors came, went, or moved between sites and groups;
# sent by the tables' triggers.
FLEET_CHANGED = "fleet_changed"
# The payload is empty for a job that was recorded, and the id of one that was stopped.
JOBS_CHANGED = "jobs_changed"
# The payload is the id of a device for which there are new messages; sent by the table's trigger.
DEVICE_MESSAGE = "device_message"
# The payload is the ids of a device and of one of its commands that is new or changed, and the
# status that the command has now; sent by the table's triggers.
COMMAND_CHANGED = "command_changed"
# The payload is empty: the broker's certificate, or what it trusts, is another one now.
BROKER_CERTIFICATE = "broker_certificate"
# The payload is the id of an organization in whose journal there is something new; sent by the
# table's trigger.
EVENT_RECORDED = "event_recorded"
# The payload is empty: something became of alerts that is to be told; sent by the table's trigger.
ALERT_OUTBOX = "alert_outbox"


@contextlib.asynccontextmanager
async def listening(
    url: str, channel: str, heard: Callable[[str], None], missed: Callable[[], None]
) -> AsyncIterator[None]:
    """Call `heard` with each payload, and `missed` after every (re)connection: what was sent before
    is unknown. So it is after a payload that `heard` can't take. An error of `missed` ends the
    block.
    """
    connected = asyncio.Event()

    async def listen(turns: Turns) -> None:
        async def begin(connection: Kept) -> None:
            def hear(_connection: object, _pid: int, _channel: str, payload: object) -> None:
                try:
                    heard(str(payload))
                except Exception:
                    log.exception("a notification can't be taken", channel=channel)
                    connection.terminate()

            async with asyncio.timeout(ANSWER_SECONDS):
                await connection.add_listener(channel, hear)

        def begun() -> None:
            missed()
            connected.set()

        await keep_connected(url, f"holdfast {channel}", begin, begun, turns)

    async with in_background(Loop(channel, listen, LONGEST_TURN_SECONDS)):
        await connected.wait()
        yield

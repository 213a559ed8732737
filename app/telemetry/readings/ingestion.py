"""Readings on their way in over HTTP: from a body, whatever its format, to the receipt after the
commit."""

from __future__ import annotations

import asyncio
import time

from app.core.actor import Actor
from app.core.errors import Malformed, TooLarge, Unavailable
from app.core.platform import Platform
from app.telemetry.readings.schemas import ItemErrorRead, ReceiptRead
from ingest.formats.parsed import Parsed, Sent
from ingest.formats.reader_processes import ReadersBusy
from ingest.pipeline.decode import NotReadings, TooManyElements
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.receipts import Receipt

# Bodies that wait to be read or for the database, in all requests together; no organization's are
# more than is left. Beyond it a client is asked to come back.
WAITING_BYTES_MAX = 256 * 1024 * 1024
COMMIT_WAIT_SECONDS = 25
RETRY_SECONDS = 5


async def take_in(platform: Platform, actor: Actor, sent: Sent) -> ReceiptRead:
    """Store what the body holds and say, after the commit, what became of each reading."""
    _check_waiting(platform, actor)
    parsed = await _read(platform, actor, sent)
    _check_waiting(platform, actor)
    message = _message(actor, parsed)
    if not len(message):
        return ReceiptRead(0, 0, 0, [])
    most = platform.settings.limits.batch_max_readings
    if message.readings > most:
        raise TooLarge(f"a request holds at most {most} readings, not {message.readings}")
    receipt = await committed(platform, message)
    return ReceiptRead(
        receipt.accepted,
        receipt.duplicates,
        receipt.quarantined,
        [ItemErrorRead(error.index, error.code, error.message) for error in receipt.errors],
    )


def _check_waiting(platform: Platform, actor: Actor) -> None:
    left = WAITING_BYTES_MAX - platform.readers.waiting_bytes
    if not platform.inbox.has_room(actor.org_id, left):
        raise Unavailable(
            "more readings are waiting to be stored than fit; send these again",
            retry_after_seconds=RETRY_SECONDS,
        )


async def _read(platform: Platform, actor: Actor, sent: Sent) -> Parsed:
    try:
        return await platform.readers.read(actor.org_id, sent)
    except TooManyElements as error:
        raise TooLarge(str(error)) from None
    except NotReadings as error:
        raise Malformed(str(error)) from None
    except ReadersBusy as error:
        raise Unavailable(str(error), retry_after_seconds=RETRY_SECONDS) from None


def _message(actor: Actor, parsed: Parsed) -> Message:
    return Message(
        actor.org_id,
        None,
        Via.HTTP,
        parsed.body,
        time.perf_counter(),
        parsed.elements,
        parsed.rows,
        parsed.texts,
        parsed.weights,
        parsed.body_hash,
    )


async def committed(platform: Platform, message: Message) -> Receipt:
    """What became of the message, after its commit. Raises Unavailable where that takes too
    long."""
    try:
        async with asyncio.timeout(COMMIT_WAIT_SECONDS):
            return await platform.inbox.submit(message)
    except TimeoutError:
        raise Unavailable(
            "the database did not answer in time, so these readings may or may not be stored; send them again: "
            "what was stored is recognised",
            retry_after_seconds=5,
        ) from None

"""Readings on their way in over HTTP: from a body, whatever its format, to the receipt after the
commit."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from app.core.actor import Actor
from app.core.errors import Malformed, TooLarge, Unavailable
from app.core.platform import Platform
from app.settings import Settings
from app.telemetry.readings.schemas import ItemErrorRead, ReceiptRead
from ingest.formats.compression import TooLargeUnpacked, unpack
from ingest.formats.media_types import MEDIA_TYPES, reader_of
from ingest.formats.parsed import Parsed, Question
from ingest.pipeline.decode import NotReadings, TooManyElements, decode
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.receipts import Receipt

# Bodies that wait for the database, in all requests together; no organization's are more than is
# left. Beyond it a client is asked to come back.
WAITING_BYTES_MAX = 256 * 1024 * 1024
COMMIT_WAIT_SECONDS = 25
# Larger ones that aren't plain JSON are read in a thread, so that nobody else waits for the reading
# of one.
READ_HERE_MAX_BYTES = 64 * 1024


@dataclass(frozen=True)
class Sent:
    """A body as it was sent. `precision` is the unit of line protocol's times: ns, us, ms or s."""

    body: bytes
    media_type: str
    encoding: str = "identity"
    precision: str | None = None

    @property
    def is_plain_json(self) -> bool:
        return self.media_type not in MEDIA_TYPES and self.encoding == "identity"


async def take_in_one(platform: Platform, actor: Actor, body: bytes) -> ReceiptRead:
    """Store the one reading of a JSON object, and say after the commit what became of it."""
    if body.lstrip()[:1] != b"{":
        raise Malformed("the body must be a JSON object: one reading")
    try:
        return await _take_in(platform, actor, body, Parsed(elements=decode(body)))
    except NotReadings as error:
        raise Malformed(f"the body is not JSON: {error}") from None


async def take_in(platform: Platform, actor: Actor, sent: Sent) -> ReceiptRead:
    """Store what the body holds and say, after the commit, what became of each reading."""
    try:
        if sent.is_plain_json or len(sent.body) <= READ_HERE_MAX_BYTES:
            body, parsed = _read(sent, platform.settings)
        else:
            body, parsed = await asyncio.to_thread(_read, sent, platform.settings)
    except (TooManyElements, TooLargeUnpacked) as error:
        raise TooLarge(str(error)) from None
    except NotReadings as error:
        raise Malformed(str(error)) from None
    return await _take_in(platform, actor, body, parsed)


def _read(sent: Sent, settings: Settings) -> tuple[bytes, Parsed]:
    body = sent.body
    if sent.encoding != "identity":
        body = unpack(body, sent.encoding, bytes_max=settings.limits.batch_max_bytes)
    if sent.media_type not in MEDIA_TYPES:
        match body.lstrip()[:1]:
            case b"[":
                return body, Parsed(
                    elements=decode(body, elements_max=settings.limits.batch_max_readings)
                )
            case b"{":
                pass
            case _:
                raise NotReadings(
                    "the body must be JSON: an array of readings, or an object of columns"
                )
    question = Question(settings.limits.batch_max_readings, datetime.now(UTC), sent.precision)
    return body, reader_of(sent.media_type)(body, question)


async def _take_in(platform: Platform, actor: Actor, body: bytes, parsed: Parsed) -> ReceiptRead:
    if not platform.inbox.has_room(actor.org_id, WAITING_BYTES_MAX):
        raise Unavailable(
            "more readings are waiting to be stored than fit; send these again",
            retry_after_seconds=5,
        )
    message = Message(
        actor.org_id,
        None,
        Via.HTTP,
        body,
        time.perf_counter(),
        parsed.elements,
        parsed.rows,
        parsed.texts,
    )
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

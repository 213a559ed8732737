"""From a body to its readings: unpacked, and read by the reader of its media type."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ingest.formats.budget import Budget
from ingest.formats.media_types import BINARY, reader_of
from ingest.formats.parsed import Parsed, Question, Sent
from ingest.pipeline.decode import NotReadings, TooManyElements
from ingest.pipeline.leniency import BYTE_ORDER_MARK


class OutOfMemory(TooManyElements):
    """Reading the body takes more memory than the process may have."""


class ReaderFault(NotReadings):
    """A reader failed in a way that none should: ours to mend, and the cost of this body alone."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most readings that a body may hold, and the most bytes that it may have, unpacked."""

    readings_max: int
    bytes_max: int


def read(sent: Sent, bounds: Bounds) -> Parsed:
    """What the body holds. Raises NotReadings, TooManyElements."""
    budget = Budget(bounds.readings_max, bounds.bytes_max)
    question = Question(budget, datetime.now(UTC), sent.precision, sent.device_tags)
    with no_other_errors():
        body = _unpacked(sent, bounds)
        if sent.media_type not in BINARY:
            body = body.removeprefix(BYTE_ORDER_MARK)
        if not body or body.isspace():
            raise NotReadings("the body is empty")
        return replace(reader_of(sent.media_type)(body, question), body=body)


def _unpacked(sent: Sent, bounds: Bounds) -> bytes:
    if sent.encoding == "identity":
        return sent.body
    from ingest.formats.compression import unpack  # with pyarrow

    return unpack(sent.body, sent.encoding, bytes_max=bounds.bytes_max)


@contextlib.contextmanager
def no_other_errors() -> Iterator[None]:
    """Whatever goes wrong in the block is a NotReadings."""
    try:
        yield
    except NotReadings:
        raise
    except MemoryError:
        raise OutOfMemory("reading the body takes more memory than a body may") from None
    except Exception as error:
        raise ReaderFault("the body can't be read") from error

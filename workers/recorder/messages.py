"""What a child tells its parent, over one pipe: lengths, a head in JSON, and bytes if any."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

HEAD_MAX_BYTES = 256 * 1024
BODY_MAX_BYTES = 64 * 1024 * 1024


class StreamSource(msgspec.Struct, frozen=True):
    """What the child is given, by its standard input: where the relay listens, and for whom.
    Without a port what follows there are segments."""

    port: int | None
    target: str
    user: str | None
    password: str | None
    segment_seconds: int


class FedSegment(msgspec.Struct, frozen=True):
    """Its bytes are a file. `taken` is Unix time; `breaks` that its time begins anew."""

    taken: float
    breaks: bool


class RunBegun(msgspec.Struct, frozen=True, tag="run"):
    """Its bytes are the head of every segment of the run."""

    run: int
    codecs: list[str]
    width: int
    height: int


class PartMade(msgspec.Struct, frozen=True, tag="part"):
    """Its bytes are a fragment. Times in seconds; `taken` is Unix time."""

    number: int
    run: int
    is_key: bool
    seconds: float
    taken: float


class SegmentEnded(msgspec.Struct, frozen=True, tag="segment"):
    """The parts [first, last] are a segment, of [start, end) in Unix time."""

    run: int
    first: int
    last: int
    start: float
    end: float
    clock: str


class StreamLost(msgspec.Struct, frozen=True, tag="lost"):
    """The stream has ended; why, for people, without addresses."""

    reason: str


Message = RunBegun | PartMade | SegmentEnded | StreamLost
_DECODER = msgspec.json.Decoder(Message)
_FED_DECODER = msgspec.json.Decoder(FedSegment)


def write_message(out: BinaryIO, message: Message, data: bytes = b"") -> None:
    head = msgspec.json.encode(message)
    out.write(struct.pack(">II", len(head), len(data)) + head + data)
    out.flush()


async def read_message(reader: asyncio.StreamReader) -> tuple[Message, bytes]:
    """Raises IncompleteReadError at the end, ValueError for what no child of ours says."""
    head_size, size = struct.unpack(">II", await reader.readexactly(8))
    if head_size > HEAD_MAX_BYTES or size > BODY_MAX_BYTES:
        raise ValueError("the child says too much")
    head: Any = await reader.readexactly(head_size)
    return _DECODER.decode(head), await reader.readexactly(size)


async def feed(to: asyncio.StreamWriter, told: FedSegment, data: bytes) -> None:
    head = msgspec.json.encode(told)
    to.write(struct.pack(">II", len(head), len(data)) + head)
    to.write(data)
    await to.drain()


def fed_segments(source: BinaryIO) -> Iterator[tuple[FedSegment, bytes]]:
    """Until its end."""
    while len(lengths := source.read(8)) == 8:
        head_size, size = struct.unpack(">II", lengths)
        head = source.read(head_size)
        yield _FED_DECODER.decode(head), source.read(size)

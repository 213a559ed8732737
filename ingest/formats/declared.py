"""What an Arrow IPC stream says of its batches, read before anything of them is made: how many rows
they have, and how many bytes their compressed buffers become.

Arrow allocates what a buffer declares and then unpacks it, whether somebody asked for the column or
not: 46 KB become a terabyte. The declarations stand in front of each compressed buffer; where it
stands, a flatbuffer says (format/Message.fbs of Apache Arrow: Message, RecordBatch,
DictionaryBatch). pyarrow shows neither.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow

# Fields of the tables, by number.
_HEADER = 2
_LENGTH, _BUFFERS, _COMPRESSION = 0, 2, 3
_DATA = 1
_BUFFER_BYTES = 16
_PREFIX_BYTES = 8


class Declaration(NamedTuple):
    """Of one message: its rows, which a dictionary has none of, and its bytes when unpacked."""

    rows: int
    unpacked: int


class _Table(NamedTuple):
    """A table of a flatbuffer, and where it stands. Raises struct.error where it points outside."""

    data: memoryview
    at: int

    def field(self, number: int) -> int | None:
        """Where the field stands, if it does."""
        vtable = self.at - self._int("<i", self.at)
        place = 4 + 2 * number
        if place >= self._int("<H", vtable):
            return None
        offset = self._int("<H", vtable + place)
        return self.at + offset if offset else None

    def table(self, number: int) -> _Table | None:
        at = self.field(number)
        return None if at is None else _Table(self.data, at + self._int("<I", at))

    def long(self, number: int) -> int:
        at = self.field(number)
        return 0 if at is None else self._int("<q", at)

    def buffers(self, number: int) -> np.ndarray[Any, Any]:
        """A vector of offsets and lengths."""
        at = self.field(number)
        if at is None:
            return np.empty((0, 2), np.int64)
        vector = at + self._int("<I", at)
        count = self._int("<I", vector)
        piece = self.data[vector + 4 : vector + 4 + count * _BUFFER_BYTES]
        return np.frombuffer(piece, "<i8").reshape(-1, 2)

    def _int(self, code: str, at: int) -> int:
        if at < 0:
            raise struct.error("outside")
        value: int = struct.unpack_from(code, self.data, at)[0]
        return value


def declared(body: pyarrow.Buffer) -> Iterator[Declaration]:
    """Of each message with a body. Raises ArrowException, OSError, ValueError, struct.error."""
    for message in pyarrow.ipc.MessageReader.open_stream(body):
        if message.type in ("record batch", "dictionary"):
            yield _declared(message)


def _declared(message: Any) -> Declaration:
    data = memoryview(message.metadata)
    header = _Table(data, struct.unpack_from("<I", data, 0)[0]).table(_HEADER)
    is_dictionary = message.type == "dictionary"
    batch = header.table(_DATA) if header and is_dictionary else header
    if batch is None:
        return Declaration(0, 0)
    rows = 0 if is_dictionary else batch.long(_LENGTH)
    if batch.field(_COMPRESSION) is None:
        return Declaration(rows, 0)
    return Declaration(rows, _unpacked(memoryview(message.body), batch.buffers(_BUFFERS)))


def _unpacked(body: memoryview, buffers: np.ndarray[Any, Any]) -> int:
    """A buffer that wasn't worth compressing declares -1."""
    size = 0
    for offset, length in buffers.tolist():
        if length >= _PREFIX_BYTES and offset >= 0:
            size += max(struct.unpack_from("<q", body, offset)[0], 0)
    return size

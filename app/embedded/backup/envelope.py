"""The outer tar: a head that anybody may read, the sealed stream, and the checksum of that."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, TYPE_CHECKING, NamedTuple, cast

import msgspec
import pyarrow as pa

from app.embedded.backup.format import CHECKSUM, DATA, FORMAT, HEAD, KEY, Checksum, Head, decoded
from app.embedded.backup.pieces import Members, PieceReader, PieceWriter, add_member
from app.embedded.backup.seal import opening, sealing
from app.embedded.errors import EmbeddedError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

COMPRESSION = pa.Codec("zstd", compression_level=3)

AskKey = Callable[[Head, bytes | None], str]
"""Given the head, and the sealed key where there is a passphrase: the key."""


class Lock(NamedTuple):
    """How the data is closed."""

    public_keys: tuple[str, ...] = ()
    """None of them: it isn't encrypted."""
    sealed_key: bytes | None = None


class _Hashed(io.RawIOBase):
    """Counts what passes into the checksum."""

    def __init__(self, stream: io.RawIOBase) -> None:
        self._stream = stream
        self.hash = hashlib.sha256()

    def readable(self) -> bool:
        return self._stream.readable()

    def writable(self) -> bool:
        return self._stream.writable()

    def write(self, data: ReadableBuffer) -> int:
        self.hash.update(data)
        self._stream.write(data)
        return memoryview(data).nbytes

    def readinto(self, buffer: WriteableBuffer) -> int:
        count = self._stream.readinto(buffer) or 0
        self.hash.update(memoryview(buffer)[:count])
        return count

    @property
    def checksum(self) -> Checksum:
        return Checksum(sha256=self.hash.hexdigest())


@contextmanager
def writing(target: IO[bytes], head: Head, lock: Lock) -> Iterator[tarfile.TarFile]:
    """The inner tar, to be filled within the block."""
    with tarfile.open(fileobj=target, mode="w|") as outer:
        add_member(outer, HEAD, msgspec.json.encode(head))
        if lock.sealed_key is not None:
            add_member(outer, KEY, lock.sealed_key)
        pieces = PieceWriter(outer, DATA)
        hashed = _Hashed(pieces)
        with ExitStack() as stack:
            stack.callback(pieces.close)
            stored = cast(IO[bytes], hashed)
            if lock.public_keys:
                stored = stack.enter_context(sealing(stored, lock.public_keys))
            packed = stack.enter_context(
                pa.CompressedOutputStream(pa.PythonFile(stored, mode="w"), COMPRESSION.name)
            )
            yield stack.enter_context(tarfile.open(fileobj=packed, mode="w|"))
        add_member(outer, CHECKSUM, msgspec.json.encode(hashed.checksum))


@contextmanager
def reading(source: IO[bytes], ask_key: AskKey) -> Iterator[tuple[Head, Members]]:
    """The members of the inner tar. All that was read is true when the block has ended. Raises
    EmbeddedError for what is no backup, is closed to this key, or was changed."""
    try:
        with tarfile.open(fileobj=source, mode="r|") as outer:
            members = Members(outer)
            head = _head(members)
            sealed_key = members.take(KEY)
            pieces = PieceReader(members, DATA)
            hashed = _Hashed(pieces)
            stored = cast(IO[bytes], io.BufferedReader(hashed, 1024 * 1024))
            with ExitStack() as stack:
                if head.encryption == "age":
                    stored = stack.enter_context(opening(stored, ask_key(head, sealed_key)))
                unpacked = stack.enter_context(pa.CompressedInputStream(stored, COMPRESSION.name))
                with tarfile.open(fileobj=unpacked, mode="r|") as inner:
                    yield head, Members(inner)
                while unpacked.read(1024 * 1024):
                    pass
            while stored is not None and hashed.read(1024 * 1024):
                pass
            checksum = members.take(CHECKSUM)
            if checksum is None or decoded(checksum, Checksum) != hashed.checksum:
                raise EmbeddedError("the backup is damaged: its checksum is another")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise EmbeddedError(f"the backup is damaged or incomplete: {error}") from None


def read_head(source: IO[bytes]) -> Head:
    """Raises EmbeddedError for what is no backup."""
    try:
        with tarfile.open(fileobj=source, mode="r|") as outer:
            return _head(Members(outer))
    except (tarfile.TarError, EOFError, OSError):
        raise EmbeddedError("this is no backup of Holdfast") from None


def _head(members: Members) -> Head:
    content = members.take(HEAD)
    if content is None:
        raise EmbeddedError("this is no backup of Holdfast")
    head = decoded(content, Head)
    if head.format != FORMAT:
        raise EmbeddedError(f"this version can't read {head.format}: it writes {FORMAT}")
    return head

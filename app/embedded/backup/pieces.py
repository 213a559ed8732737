"""A stream of unknown length as members of a tar, `folder/00000000` and on, and back."""

from __future__ import annotations

import io
import tarfile
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

PIECE_BYTES = 4 * 1024 * 1024
SMALL_MAX_BYTES = 1024 * 1024  # of what is read at once: whoever made the file may have made it so


def add_member(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))


class PieceWriter(io.RawIOBase):
    """Whole pieces leave at once, the rest when it is closed."""

    def __init__(self, tar: tarfile.TarFile, folder: str) -> None:
        self._tar, self._folder = tar, folder
        self._waiting = bytearray()
        self._number = 0

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer) -> int:
        view = memoryview(data)
        self._waiting += view
        while len(self._waiting) >= PIECE_BYTES:
            self._add(PIECE_BYTES)
        return view.nbytes

    def close(self) -> None:
        if not self.closed and self._waiting:
            self._add(len(self._waiting))
        super().close()

    def _add(self, size: int) -> None:
        add_member(self._tar, f"{self._folder}/{self._number:08}", bytes(self._waiting[:size]))
        del self._waiting[:size]
        self._number += 1


class Members:
    """The members of a tar that is read once, from its beginning to its end."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.next = tar.next()

    def step(self) -> None:
        self.next = self._tar.next()

    def stream(self) -> IO[bytes]:
        """The content of the next member; read it before `step`."""
        assert self.next is not None  # noqa: S101 - the caller looked
        content = self._tar.extractfile(self.next)
        if content is None:
            raise tarfile.ReadError(f"{self.next.name} is no file")
        return content

    def take(self, name: str) -> bytes | None:
        """The next member where it is of that name; None where it isn't."""
        if self.next is None or self.next.name != name:
            return None
        if self.next.size > SMALL_MAX_BYTES:
            raise tarfile.ReadError(f"{name} is too large")
        content = self.stream().read()
        self.step()
        return content


class PieceReader(io.RawIOBase):
    """What a PieceWriter has written, up to the first member that isn't of its folder."""

    def __init__(self, members: Members, folder: str) -> None:
        self._members, self._folder = members, folder + "/"
        self._piece: IO[bytes] | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        while True:
            if self._piece is None:
                if self._members.next is None or not self._is_ours(self._members.next):
                    return 0
                self._piece = self._members.stream()
            data = self._piece.read(view.nbytes)
            if data:
                view[: len(data)] = data
                return len(data)
            self._piece = None
            self._members.step()

    def _is_ours(self, member: tarfile.TarInfo) -> bool:
        return member.name.startswith(self._folder)

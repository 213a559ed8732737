"""What one statement carries: rows of a large batch go in several, each of so many bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

# PostgreSQL refuses a message of a gigabyte by closing the connection, and takes several times a
# statement's size while it works on it. Larger ones are no faster.
STATEMENT_BYTES = 8 * 1024 * 1024
# What an item is counted with besides: an id, a number, a pointer.
ITEM_BYTES = 64

Item = TypeVar("Item")


def in_statements(
    items: Iterable[Item], *, size_of: Callable[[Item], int], bytes_max: int = STATEMENT_BYTES
) -> Iterator[list[Item]]:
    """The items in order, in pieces of `bytes_max` or, at its end, one item more; none where there
    are none. An item is asked for when its piece is."""
    piece: list[Item] = []
    size = 0
    for item in items:
        piece.append(item)
        size += size_of(item) + ITEM_BYTES
        if size >= bytes_max:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece

"""A table is columns by name, all of one length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.integer[Any]]


class Kind(Enum):
    """What the cells of a column are, and how they are held."""

    TIME = "time"  # an array of microseconds since 1970, UTC
    NUMBER = "number"  # an array of doubles, NaN where there is none
    INTEGER = "integer"  # an array of int64
    FLAG = "flag"  # an array of booleans
    TEXT = "text"  # a list of texts
    NAME = "name"  # a few texts that repeat: `Names`
    JSON = "json"  # a list of JSON texts; None is left out of objects


@dataclass(frozen=True, slots=True)
class Names:
    """The distinct texts, and which of them each row has."""

    codes: Codes
    texts: Sequence[str]

    @classmethod
    def alike(cls, text: str, size: int) -> Names:
        return cls(np.zeros(size, np.int16), [text])


@dataclass(frozen=True, slots=True)
class Column:
    kind: Kind
    cells: Any
    is_missing: NDArray[np.bool_] | None = None  # of integers, and only where a format has types

    def __len__(self) -> int:
        return len(self.cells.codes) if isinstance(self.cells, Names) else len(self.cells)


Table = Mapping[str, Column]
# The columns of an answer before its first row is known; a table may lack those of JSON.
Layout = Mapping[str, Kind]


def size_of(table: Table) -> int:
    return max(map(len, table.values()), default=0)

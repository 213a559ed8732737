"""Dictionary encoding: the distinct items, and which of them each row has."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

import numpy as np

from db.readings.columns import Positions

T = TypeVar("T", bound=Hashable)


def numbered(items: Iterable[T]) -> tuple[list[T], Positions]:
    """The distinct items in the order in which they come, and the number of each item among
    them."""
    numbers: dict[T, int] = {}
    number = [numbers.setdefault(item, len(numbers)) for item in items]
    return list(numbers), np.array(number, np.intp)

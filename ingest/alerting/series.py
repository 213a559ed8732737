"""Values by event time: what rules look at, of readings or of windows over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from db.readings.columns import Floats, Integers


@dataclass(frozen=True, slots=True)
class ValueSeries:
    """In order of `at`, microseconds since 1970, one value each. `number` holds them as doubles: an
    integer beyond 2^53 is the nearest, a text is `number_of_text`; `texts` is None for numbers."""

    at: Integers
    number: Floats
    texts: Sequence[str] | None = None

    def __len__(self) -> int:
        return len(self.at)

    def after(self, at: int) -> ValueSeries:
        return self._from(int(np.searchsorted(self.at, at, side="right")))

    def up_to(self, at: int) -> ValueSeries:
        place = int(np.searchsorted(self.at, at, side="right"))
        texts = None if self.texts is None else self.texts[:place]
        return ValueSeries(self.at[:place], self.number[:place], texts)

    def _from(self, place: int) -> ValueSeries:
        texts = None if self.texts is None else self.texts[place:]
        return ValueSeries(self.at[place:], self.number[place:], texts)


def number_of_text(text: str) -> float:
    """A double that stands for the text where only equality counts: 53 bits of a hash."""
    return float(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 11)


def empty_series() -> ValueSeries:
    return ValueSeries(np.empty(0, np.int64), np.empty(0))

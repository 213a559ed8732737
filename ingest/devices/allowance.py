"""How much is written down of one device in an hour: one that comes and goes without pause fills
neither the journal nor the log of connections. What is left out is counted, and told when the hour
is over."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

TOLD_PER_HOUR = 30
WINDOW = timedelta(hours=1)

Key = TypeVar("Key")


@dataclass(slots=True)
class _Window:
    begun_at: datetime
    told: int = 0
    untold: int = 0


class HourlyAllowance(Generic[Key]):
    """Memory is bounded by the number of devices of which anything was told within an hour."""

    def __init__(self, at_most: int = TOLD_PER_HOUR) -> None:
        self._at_most = at_most
        self._windows: OrderedDict[Key, _Window] = OrderedDict()  # the oldest first

    def may_tell(self, key: Key, now: datetime) -> bool:
        """Whether one thing more of it is written down; else it is counted."""
        window = self._windows.setdefault(key, _Window(now))
        if window.told < self._at_most:
            window.told += 1
            return True
        window.untold += 1
        return False

    def over(self, now: datetime) -> Iterator[tuple[Key, int]]:
        """Whose hour is over, and how much of it wasn't told."""
        while self._windows:
            key, window = next(iter(self._windows.items()))
            if now - window.begun_at < WINDOW:
                return
            del self._windows[key]
            if window.untold:
                yield key, window.untold

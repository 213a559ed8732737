"""When pictures were taken.

The time of a frame is its media time plus an offset. The camera says which, by RTCP sender reports;
it is believed where that lies near the arrival of the frame that came with the least delay, and
otherwise that arrival is what counts. So a clock that is an hour off, or is set while we look,
changes nothing, and a burst of old frames at the beginning doesn't either. Pure but for the clocks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

BEHIND_SECONDS = 1.0
AHEAD_SECONDS = 0.2
SET_SECONDS = 0.5


class SteadyClock:
    """This machine's: steady, and it knows when it was set."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._steady = wall, steady
        self._offset = wall() - steady()

    def now(self) -> float:
        return self._steady() + self._offset

    def was_set(self) -> bool:
        """Whether it was since the last question."""
        before, self._offset = self._offset, self._wall() - self._steady()
        return abs(self._offset - before) > SET_SECONDS


class ToldClock(SteadyClock):
    """When the picture was taken that is looked at, as somebody says who knows."""

    def __init__(self) -> None:
        self._told = 0.0
        super().__init__(self.now, self.now)

    def tell(self, begin: float, seconds: float) -> None:
        """So long after the beginning of its file, which was then."""
        self._told = begin + seconds

    def now(self) -> float:
        return self._told


@dataclass
class Sighting:
    """What frames tell of the offset: wall time minus media time."""

    by_arrival: list[float] = field(default_factory=list)
    by_camera: list[float] = field(default_factory=list)

    def note(self, taken: float | None, media: float, arrived: float) -> None:
        self.by_arrival.append(arrived - media)
        if taken is not None:
            self.by_camera.append(taken - media)

    def offset(self) -> tuple[float, str]:
        """And whose word it is: CAMERA or ARRIVAL."""
        arrival = min(self.by_arrival)
        if len(self.by_camera) * 2 > len(self.by_arrival):
            camera = sorted(self.by_camera)[len(self.by_camera) // 2]
            if -BEHIND_SECONDS <= camera - arrival <= AHEAD_SECONDS:
                return camera, "CAMERA"
        return arrival, "ARRIVAL"

"""Spans in which a series was beyond a limit: the machine of alert rules on history, and what such
spans weigh. A value holds until the next reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from app.journal.figures.comparison import Values
from app.journal.figures.finding import Finding
from db.readings.columns import Integers
from db.readings.times import moment_of
from ingest.alerting.definition import RuleDefinition, RuleLevel, RuleOperator
from ingest.alerting.fold import begin, fold
from ingest.alerting.logic import RuleLogic, logic_of
from ingest.alerting.series import ValueSeries

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceedanceLimits:
    """Over `above`, under `below`, or either. A span goes on until the value is back at `clear`,
    where that is given; it lasts `min_seconds`, and pauses up to `merge_seconds` are part of it."""

    above: float | None
    below: float | None
    clear: float | None
    min_seconds: int
    merge_seconds: int

    @property
    def merge(self) -> int:
        return self.merge_seconds * 1_000_000

    def definition(self) -> RuleDefinition:
        """As an alert rule says it."""
        operator: RuleOperator = "OUTSIDE"
        if self.below is None:
            operator = "GT"
        elif self.above is None:
            operator = "LT"
        level = RuleLevel(
            severity="INFO",
            value=self.above if self.below is None else self.below,
            low=self.below,
            high=self.above,
            clear_value=self.clear,
            for_seconds=self.min_seconds,
            clear_for_seconds=self.merge_seconds,
        )
        return RuleDefinition(kind="VALUE", operator=operator, levels=(level,))

    def logic(self) -> RuleLogic:
        return logic_of(self.definition())

    def holds(self, numbers: Values) -> bool:
        """Whether a span may go on with one of these values."""
        test = self.logic().levels[0].test
        assert test is not None  # noqa: S101 - of VALUE
        series = ValueSeries(np.zeros(len(numbers), np.int64), numbers)
        return bool(test.holds(series).any())

    def excess(self, numbers: Values) -> Values:
        """How far each is beyond."""
        beyond = np.zeros(len(numbers))
        if self.above is not None:
            beyond = np.maximum(beyond, numbers - self.above)
        if self.below is not None:
            beyond = np.maximum(beyond, self.below - numbers)
        return beyond


class ExceedanceFold:
    """Readings in, in order, from `start` on; spans out. `held` has the newest at or before it, or
    none."""

    def __init__(self, limits: ExceedanceLimits, start: int, held: ValueSeries) -> None:
        self._limits = limits
        self._machine = begin(limits.logic(), start, held)
        self.spans: list[Span] = []

    @property
    def is_idle(self) -> bool:
        """Nothing that is to come has begun already."""
        [level] = self._machine.state.levels
        return self._machine.state.episode is None and not level.raw and not level.signal

    def feed(self, values: ValueSeries) -> None:
        fold(self._machine, values)
        self._gather()

    def advance(self, to: int) -> None:
        """There are no more before that."""
        self._machine.advance(to, inclusive=False)
        self._gather()

    def finish(self, end: int) -> None:
        """What is open then ends there, or where it was last beyond."""
        self.advance(end)
        episode, [level] = self._machine.state.episode, self._machine.state.levels
        if episode is not None:
            last = end if level.signal else level.turned_at
            self.spans.append((episode.started_at, last))

    def _gather(self) -> None:
        self._machine.log.clear()  # nothing is ever decided anew here
        for outcome in self._machine.ended:
            assert outcome.ended_at is not None  # noqa: S101 - it has ended
            self.spans.append((outcome.started_at, outcome.ended_at - self._limits.merge))
        self._machine.ended.clear()


@dataclass(slots=True)
class _Weight:
    seconds: float = 0.0
    integral: float = 0.0
    farthest: float = -1.0
    peak: float | None = None
    peak_at: int = 0


@dataclass
class ExceedanceScale:
    """Weighs spans, which are in order and don't overlap: readings in, in order; pages of them need
    not be of one size, and those between spans may be left out."""

    limits: ExceedanceLimits
    spans: Sequence[Span]
    _weights: list[_Weight] = field(init=False)
    _last: tuple[int, float] | None = None

    def __post_init__(self) -> None:
        self._weights = [_Weight() for _ in self.spans]

    def feed(self, at: Integers, numbers: Values) -> None:
        if self._last is not None:
            at = np.concatenate([[self._last[0]], at])
            numbers = np.concatenate([[self._last[1]], numbers])
        if len(at):
            self._last = int(at[-1]), float(numbers[-1])
            self._weigh(at, numbers[:-1])

    def skip(self) -> None:
        """The next readings don't follow the last ones."""
        self._last = None

    def findings(self, end: int) -> list[Finding]:
        if self._last is not None and self._last[0] < end:
            self.feed(np.array([end], np.int64), np.array([np.nan]))
        return [
            Finding(*span, self._figures(weight))
            for span, weight in zip(self.spans, self._weights, strict=True)
        ]

    def _figures(self, weight: _Weight) -> dict[str, float | str | None]:
        at: datetime | None = None if weight.peak is None else moment_of(weight.peak_at)
        return {
            "peak": weight.peak,
            "at": None if at is None else at.isoformat().replace("+00:00", "Z"),
            "seconds": weight.seconds,
            "integral": weight.integral,
        }

    def _weigh(self, edges: Integers, numbers: Values) -> None:
        """Each value holds from its edge to the next one."""
        if not len(numbers):
            return
        excess = self.limits.excess(numbers)
        first = np.searchsorted([end for _, end in self.spans], edges[0], side="right")
        for span, weight in zip(self.spans[first:], self._weights[first:], strict=True):
            start, end = span
            if start >= edges[-1]:
                return
            low = max(int(np.searchsorted(edges, start, side="right")) - 1, 0)
            high = min(int(np.searchsorted(edges, end)), len(numbers))
            if low >= high:
                continue
            inside = np.clip(edges[low : high + 1], start, end)
            beyond, seconds = excess[low:high], np.diff(inside) / 1e6
            weight.seconds += float(seconds[beyond > 0].sum())
            weight.integral += float(beyond @ seconds)
            place = int(np.argmax(beyond))
            if beyond[place] > weight.farthest:
                weight.farthest = float(beyond[place])
                weight.peak = float(numbers[low + place])
                weight.peak_at = int(inside[place])

"""A rule on one sensor's history: the same machine that decides as readings come, fed with columns.

Pure, and in bounded memory: pages of readings in, episodes out. Of windows the readings that the
next one may still need are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from db.readings.columns import Floats
from db.readings.series import Series
from ingest.alerting.definition import RuleDefinition, RuleOperator
from ingest.alerting.fold import begin, fold
from ingest.alerting.logic import RuleLogic, logic_of
from ingest.alerting.machine import EpisodeOutcome, Machine
from ingest.alerting.series import ValueSeries, empty_series, number_of_text


class ReplayedAlert(NamedTuple):
    """An episode, and the value of it that went farthest; times in microseconds since 1970."""

    episode: EpisodeOutcome
    peak: float | None


def value_series(found: Series) -> ValueSeries:
    """As machines take them."""
    if not isinstance(found.values, list):
        return ValueSeries(found.ts, found.values.astype(np.float64))
    texts = [str(value) if isinstance(value, str) else "" for value in found.values]
    numbers = [
        number_of_text(value) if isinstance(value, str) else float(value) for value in found.values
    ]
    return ValueSeries(found.ts, np.array(numbers, np.float64), texts)


@dataclass
class RuleReplay:
    """`start` is when the rule begins, in microseconds; `held` the newest reading at or before
    `reads_after`, after which it wants all of them. What is calculated of other sensors, too, goes
    as far as all of them are known."""

    definition: RuleDefinition
    zone: str
    start: int
    held: ValueSeries
    peaks_max: int
    found: list[ReplayedAlert] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.logic: RuleLogic = logic_of(self.definition, self.zone)
        self.machine: Machine = begin(self.logic, self.start, self.held)
        sources = 0 if self.logic.window is None else self.logic.window.sources
        self._readings: list[ValueSeries] = [self.held, *(empty_series() for _ in range(sources))]
        self._known_to: list[int | None] = [self.start] * (sources + 1)
        self._peak: float | None = None

    def feed(self, readings: ValueSeries, place: int = 0) -> None:
        """The next ones in order, of the watched sensor, or of a source by its place from 1."""
        readings = readings.after(reads_after(self.definition, self.start))
        if not len(readings):
            return
        if self.logic.window is None:
            self._take(readings)
            return
        self._readings[place] = _joined(self._readings[place], readings)
        self._know(place, int(readings.at[-1]))

    def end(self, place: int = 0) -> None:
        """There are no more of that one."""
        if self.logic.window is not None:
            self._know(place, None)

    def _know(self, place: int, at: int | None) -> None:
        self._known_to[place] = at
        known = [each for each in self._known_to if each is not None]
        if known:
            self._close(min(known))

    def finish(self, end: int) -> None:
        """There are no more of any before `end`; what is open then stays open."""
        if self.logic.window is not None:
            self._close(end - 1)
        self.machine.advance(end, inclusive=False)
        self._gather(empty_series())
        for outcome in self.machine.episodes:
            self.found.append(ReplayedAlert(outcome, self._peak))

    def _close(self, at: int) -> None:
        """All windows that end by then: a reading at their end is none of theirs."""
        window, state = self.logic.window, self.machine.state
        assert window is not None  # noqa: S101 - its callers have looked
        assert state.closed_to is not None  # noqa: S101 - set where it begins
        closed = window.closed(at)
        if closed <= state.closed_to:
            return
        own, *others = self._readings
        values = window.values(own, state.closed_to, closed, others)
        self._take(values)
        self.machine.state.closed_to = closed
        since = closed + window.step - window.width
        self._readings = [_needed(each, since) for each in self._readings]

    def _take(self, values: ValueSeries) -> None:
        fold(self.machine, values)
        self.machine.log.clear()  # nothing is ever decided anew here
        self._gather(values)

    def _gather(self, values: ValueSeries) -> None:
        """The episodes that have ended, with their peaks; of the open one the peak so far."""
        for outcome in self.machine.ended:
            self.found.append(ReplayedAlert(outcome, self._peak_in(values, outcome)))
            self._peak = None
        self.machine.ended.clear()
        if self.machine.state.episode is not None:
            self._peak = self._peak_in(values, self.machine.episodes[-1])

    def _peak_in(self, values: ValueSeries, outcome: EpisodeOutcome) -> float | None:
        if len(self.found) >= self.peaks_max:
            return None
        first = np.searchsorted(values.at, outcome.started_at)
        last = len(values)
        if outcome.ended_at is not None:
            last = int(np.searchsorted(values.at, outcome.ended_at))
        part = values.number[first:last]
        known = part if self._peak is None else np.append(part, self._peak)
        return _farthest(self.definition, known)


def reads_after(definition: RuleDefinition, start: int) -> int:
    """A rule's first window begins before it does."""
    window = logic_of(definition).window
    return start if window is None else start - window.width


_UP: frozenset[RuleOperator] = frozenset({"GT", "GTE"})
_DOWN: frozenset[RuleOperator] = frozenset({"LT", "LTE"})


def _farthest(definition: RuleDefinition, numbers: Floats) -> float | None:
    """None where the operator knows no farther."""
    if not len(numbers):
        return None
    if definition.operator in _UP:
        return float(numbers.max())
    if definition.operator in _DOWN:
        return float(numbers.min())
    if definition.operator == "OUTSIDE":
        level = definition.levels[0]
        beyond = np.maximum((level.low or 0) - numbers, numbers - (level.high or 0))
        return float(numbers[int(beyond.argmax())])
    return None


def _joined(one: ValueSeries, other: ValueSeries) -> ValueSeries:
    return ValueSeries(
        np.concatenate([one.at, other.at]), np.concatenate([one.number, other.number])
    )


def _needed(readings: ValueSeries, since: int) -> ValueSeries:
    """From then on, and the one that was held then."""
    place = max(int(np.searchsorted(readings.at, since, side="right")) - 1, 0)
    return ValueSeries(readings.at[place:], readings.number[place:])


class ReplayDifference(NamedTuple):
    """How many alerts one replay has that another has not, the other way round, and how many both
    have at another time."""

    added: int
    removed: int
    moved: int


def difference(
    new: Sequence[ReplayedAlert], old: Sequence[ReplayedAlert], end: int
) -> ReplayDifference:
    """Of one sensor, each in the order of time; two that overlap are the same one."""
    moved = same = 0
    place = 0
    for alert in new:
        while place < len(old) and _end(old[place], end) < alert.episode.fired_at:
            place += 1
        if place < len(old) and old[place].episode.fired_at <= _end(alert, end):
            is_same = _times(alert) == _times(old[place])
            same, moved, place = same + is_same, moved + (not is_same), place + 1
    paired = same + moved
    return ReplayDifference(len(new) - paired, len(old) - paired, moved)


def _end(alert: ReplayedAlert, end: int) -> int:
    return end if alert.episode.ended_at is None else alert.episode.ended_at


def _times(alert: ReplayedAlert) -> tuple[object, ...]:
    episode = alert.episode
    return episode.started_at, episode.fired_at, episode.ended_at, episode.steps

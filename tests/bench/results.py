"""What is measured: runs in pairs, what they have in common, and how far they lie apart."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import msgspec


@dataclass(frozen=True)
class Run:
    """One repetition: its figure in the pair's unit, and what else was seen while it ran."""

    value: float
    details: dict[str, float] = field(default_factory=dict)


Measure = Callable[[], Awaitable[Run]]


@dataclass(frozen=True)
class Pair:
    """Something of the platform's and the limit that it is held against, measured in turns."""

    name: str
    title: str
    unit: str
    measure: Measure | None
    limit_title: str = ""
    limit: Measure | None = None
    is_lower_better: bool = False
    skipped: str | None = None


@dataclass(frozen=True)
class Topic:
    """Pairs that share a set-up: `open` makes it, and ends it with the block."""

    names: Sequence[str]
    repetitions: int
    open: Callable[[], AbstractAsyncContextManager[Sequence[Pair]]]


Turn = tuple[Run | None, Run]
"""What the limit and the platform came to, one after the other."""


class Spread(msgspec.Struct, frozen=True):
    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values))


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the table. `ratio` is measured / limit, turn by turn; `details` are medians."""

    name: str
    title: str
    unit: str
    limit_title: str
    is_lower_better: bool
    repetitions: int
    measured: Spread | None = None
    limit: Spread | None = None
    ratio: Spread | None = None
    details: dict[str, float] = {}
    limit_details: dict[str, float] = {}
    skipped: str | None = None
    failure: str | None = None
    """Why it was measured less often than it should have been, or not at all."""


def summarise(pair: Pair, turns: Sequence[Turn], failure: str | None = None) -> Row:
    measured = [run.value for _, run in turns]
    limits = [limit.value for limit, _ in turns if limit]
    ratios = [run.value / limit.value for limit, run in turns if limit]
    return Row(
        name=pair.name,
        title=pair.title,
        unit=pair.unit,
        limit_title=pair.limit_title,
        is_lower_better=pair.is_lower_better,
        repetitions=len(turns),
        measured=Spread.of(measured) if measured else None,
        limit=Spread.of(limits) if limits else None,
        ratio=Spread.of(ratios) if ratios else None,
        details=_medians(run.details for _, run in turns),
        limit_details=_medians(limit.details for limit, _ in turns if limit),
        skipped=pair.skipped,
        failure=failure,
    )


def missing(name: str) -> Row:
    """A row of which not even the set-up came about."""
    return Row(name=name, title="", unit="", limit_title="", is_lower_better=False, repetitions=0)


def aim(value: float) -> Measure:
    """A limit that is wanted instead of measured."""

    async def measure() -> Run:
        return Run(value)

    return measure


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values doesn't exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _medians(details: Iterable[dict[str, float]]) -> dict[str, float]:
    by_name: dict[str, list[float]] = {}
    for detail in details:
        for name, value in detail.items():
            by_name.setdefault(name, []).append(value)
    return {name: statistics.median(values) for name, values in by_name.items()}

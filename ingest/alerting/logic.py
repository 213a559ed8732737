"""What a rule's definition comes to: tests of values, spans in microseconds, a clock for its
schedule, a function over windows."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np

from db.readings.columns import Flags, Floats
from ingest.alerting import intervals
from ingest.alerting.definition import (
    SEVERITIES,
    RuleDefinition,
    RuleLevel,
    RuleOperator,
    default_step,
)
from ingest.alerting.intervals import Interval
from ingest.alerting.schedule import SECOND, WallClock, clock_of
from ingest.alerting.series import ValueSeries
from ingest.alerting.windows import Calculation, GridWindow, WindowInput
from ingest.expressions.parsing import parse
from ingest.expressions.values import evaluate


class SignalKind(Enum):
    """What changes a rule's signal: a value, a value that is another one, silence, a window's
    value, which the clock closes, or what brokers tell of a device."""

    VALUE = 0
    CHANGED = 1
    NO_DATA = 2
    WINDOW = 3
    CONNECTION = 4


class ValueTest(Protocol):
    """Where a level begins (`acts`) and where it goes on (`holds`, which takes in all of that)."""

    def acts(self, values: ValueSeries) -> Flags: ...
    def holds(self, values: ValueSeries) -> Flags: ...
    def band(self, value: float, *, is_raw: bool) -> Interval:
        """The values around this one that change nothing."""
        ...


@dataclass(frozen=True, slots=True)
class NumberTest:
    acting: tuple[Interval, ...]
    holding: tuple[Interval, ...]

    def acts(self, values: ValueSeries) -> Flags:
        return intervals.inside(self.acting, values.number)

    def holds(self, values: ValueSeries) -> Flags:
        return intervals.inside(self.holding, values.number)

    def band(self, value: float, *, is_raw: bool) -> Interval:
        quiet = self.holding if is_raw else intervals.rest(self.acting)
        # None: a late reading waits for its repair.
        return intervals.around(quiet, value) or intervals.NOTHING


@dataclass(frozen=True, slots=True)
class TextTest:
    matches: Callable[[str], bool]

    def acts(self, values: ValueSeries) -> Flags:
        return np.fromiter(map(self.matches, values.texts or ()), bool, len(values))

    def holds(self, values: ValueSeries) -> Flags:
        return self.acts(values)

    def band(self, value: float, *, is_raw: bool) -> Interval:
        return value, value


@dataclass(frozen=True, slots=True)
class LevelLogic:
    severity: int  # its place in SEVERITIES
    test: ValueTest | None  # None where not a value decides
    for_us: int
    clear_for_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLogic:
    """`silence` is of NO_DATA, `window` of WINDOW. All spans are in microseconds."""

    kind: SignalKind
    levels: tuple[LevelLogic, ...]
    grace: int
    cooldown: int
    silence: int = 0
    clock: WallClock | None = None
    window: GridWindow | None = None

    def is_active(self, at: int) -> bool:
        return self.clock is None or self.clock.is_active(at)


def logic_of(definition: RuleDefinition, site_zone: str = "UTC") -> RuleLogic:
    kind = _kind(definition)
    schedule = definition.schedule
    return RuleLogic(
        kind=kind,
        levels=tuple(_level(definition, level, kind) for level in definition.levels),
        grace=definition.grace_seconds * SECOND,
        cooldown=definition.cooldown_seconds * SECOND,
        silence=(definition.window_seconds or 0) * SECOND if kind is SignalKind.NO_DATA else 0,
        clock=None if schedule is None else clock_of(schedule, site_zone),
        window=_window(definition) if kind is SignalKind.WINDOW else None,
    )


def _kind(definition: RuleDefinition) -> SignalKind:
    if definition.kind == "NO_DATA":
        return SignalKind.NO_DATA
    if definition.kind == "DISCONNECTED":
        return SignalKind.CONNECTION
    if definition.kind != "VALUE":
        return SignalKind.WINDOW
    return SignalKind.CHANGED if definition.operator == "CHANGED" else SignalKind.VALUE


def _window(definition: RuleDefinition) -> GridWindow:
    seconds = definition.window_seconds or 0
    inputs, calculation = _calculated(definition)
    return GridWindow(
        width=seconds * SECOND,
        step=(definition.step_seconds or default_step(seconds)) * SECOND,
        inputs=inputs,
        calculation=calculation,
    )


def _calculated(
    definition: RuleDefinition,
) -> tuple[tuple[WindowInput, ...], Calculation | None]:
    """The windows that a rule looks at, and what becomes of them."""
    least = definition.min_count or 1
    match definition.kind:
        case "RATE_OF_CHANGE":
            return (WindowInput(function="RATE"),), None
        case "STUCK":
            return (WindowInput(function="RANGE", least=definition.min_count or 2),), None
        case "DEVIATION":
            own = WindowInput(function="AVG", least=least)
            other = WindowInput(function="AVG", least=least, source=0)
            return (own, other), _relative if definition.relative else _difference
        case "EXPRESSION":
            return _inputs(definition, least), _expression(definition)
    return (WindowInput(function=definition.aggregate or "AVG", least=least),), None


def _inputs(definition: RuleDefinition, least: int) -> tuple[WindowInput, ...]:
    """By name; the sources in the order of RuleDefinition.sources."""
    place = itertools.count()
    return tuple(
        WindowInput(
            function=each.aggregate, least=least, source=next(place) if each.is_other else None
        )
        for _, each in sorted(definition.inputs.items())
    )


def _expression(definition: RuleDefinition) -> Calculation:
    tree, names = parse(definition.expression or ""), sorted(definition.inputs)

    def calculated(values: Sequence[Floats]) -> Floats:
        rows = len(values[0])
        return evaluate(tree, dict(zip(names, values, strict=True)), rows)

    return calculated


def _difference(values: Sequence[Floats]) -> Floats:
    own, other = values
    return own - other


def _relative(values: Sequence[Floats]) -> Floats:
    """In percent of the other's size: more is more, below 0 too."""
    own, other = values
    with np.errstate(all="ignore"):
        return 100 * (own - other) / np.abs(other)


def _level(definition: RuleDefinition, level: RuleLevel, kind: SignalKind) -> LevelLogic:
    decides = kind in (SignalKind.VALUE, SignalKind.WINDOW, SignalKind.CONNECTION)
    return LevelLogic(
        severity=SEVERITIES.index(level.severity),
        test=_test(definition, level) if decides else None,
        for_us=level.for_seconds * SECOND,
        clear_for_us=level.clear_for_seconds * SECOND,
    )


def _test(definition: RuleDefinition, level: RuleLevel) -> ValueTest:
    if definition.kind == "STUCK":
        within = ((-math.inf, definition.tolerance),)
        return NumberTest(within, within)
    if definition.kind == "DISCONNECTED":
        is_gone = intervals.taken("IS_FALSE", 0, 0)
        return NumberTest(is_gone, is_gone)
    if definition.kind == "EXPRESSION" and definition.operator is None:
        is_true = intervals.taken("NEQ", 0, 0)
        return NumberTest(is_true, is_true)
    operator = definition.operator
    assert operator is not None  # noqa: S101 - of all kinds that compare
    if isinstance(level.value, str):
        return TextTest(_matches(operator, level.value, ignore_case=definition.ignore_case))
    return NumberTest(_acting(operator, level), _holding(operator, level))


def _acting(operator: RuleOperator, level: RuleLevel) -> tuple[Interval, ...]:
    return intervals.taken(operator, *_bounds(level.value, level.low, level.high))


def _holding(operator: RuleOperator, level: RuleLevel) -> tuple[Interval, ...]:
    value = level.value if level.clear_value is None else level.clear_value
    low = level.low if level.clear_low is None else level.clear_low
    high = level.high if level.clear_high is None else level.clear_high
    return intervals.taken(operator, *_bounds(value, low, high))


def _bounds(
    value: float | str | None, low: float | None, high: float | None
) -> tuple[float, float]:
    first = value if isinstance(value, (float, int)) else low
    return float(first or 0), float(high or 0)


def _matches(operator: RuleOperator, wanted: str, *, ignore_case: bool) -> Callable[[str], bool]:
    if ignore_case:
        folded = wanted.casefold()
        exact = _matches(operator, folded, ignore_case=False)
        return lambda text: exact(text.casefold())
    tests: dict[str, Callable[[str], bool]] = {
        "EQ": lambda text: text == wanted,
        "NEQ": lambda text: text != wanted,
        "CONTAINS": lambda text: wanted in text,
        "NOT_CONTAINS": lambda text: wanted not in text,
    }
    return tests[operator]

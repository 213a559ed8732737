"""What is made of columns of aggregates: transformations along time, and arithmetic. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import numpy as np

from app.telemetry.aggregates.functions import Column
from app.telemetry.influxql.aggregates import is_aggregate
from app.telemetry.influxql.statements import (
    Arithmetic,
    Call,
    Duration,
    Expression,
    InfluxError,
    Number,
)

_SECOND = timedelta(seconds=1)
_TRANSFORMED = {
    "derivative",
    "non_negative_derivative",
    "difference",
    "non_negative_difference",
    "moving_average",
    "cumulative_sum",
}
_EACH: dict[str, Callable[[Column], Column]] = {
    "abs": np.abs,
    "ceil": np.ceil,
    "floor": np.floor,
    "round": np.round,
    "sqrt": np.sqrt,
}
WINDOW_MAX = 1_000


def calls_of(expression: Expression) -> Iterator[Call]:
    """The aggregates in it. Raises InfluxError for what is nothing of columns."""
    match expression:
        case Call() if is_aggregate(expression):
            yield expression
        case Call(name, [inner, *_]) if name in _TRANSFORMED or name in _EACH:
            yield from calls_of(inner)
        case Call(name, _):
            raise InfluxError(f"the function {name}() isn't supported")
        case Arithmetic(first, rest):
            for each in (first, *(each for _, each in rest)):
                yield from calls_of(each)
        case Number():
            return
        case _:
            raise InfluxError("values and aggregates of them can't be mixed in one statement")


def is_transformed(expression: Expression) -> bool:
    """Whether it says something only where there is a value, and not of a single one."""
    match expression:
        case Call(name, arguments):
            return name in _TRANSFORMED or any(map(is_transformed, arguments))
        case Arithmetic(first, rest):
            return any(map(is_transformed, (first, *(each for _, each in rest))))
        case _:
            return False


def name_of(expression: Expression) -> str:
    """As InfluxDB calls a column without an alias."""
    match expression:
        case Call(name, _):
            return name
        case Arithmetic(first, rest):
            return (
                "_".join(
                    name_of(each)
                    for each in (first, *(each for _, each in rest))
                    if isinstance(each, Call | Arithmetic)
                )
                or "value"
            )
        case _:
            return "value"


def column_of(
    expression: Expression, aggregate: Callable[[Call], Column], seconds: Column
) -> Column:
    """`seconds` are the buckets' times. Raises InfluxError."""
    match expression:
        case Call() if is_aggregate(expression):
            return aggregate(expression)
        case Call(name, [inner, *arguments]):
            values = column_of(inner, aggregate, seconds)
            if name in _EACH:
                return _EACH[name](values)
            known = np.flatnonzero(~np.isnan(values))
            made = np.full(len(values), np.nan)
            of_known = _along(name, values[known], seconds[known], arguments)
            made[known[len(known) - len(of_known) :]] = of_known
            return made
        case Number(value):
            return np.full(len(seconds), value)
        case Arithmetic(first, rest):
            made = column_of(first, aggregate, seconds)
            for operator, each in rest:
                made = _calculated(made, operator, column_of(each, aggregate, seconds))
            return made
        case _:
            raise InfluxError("values and aggregates of them can't be mixed in one statement")


def _calculated(left: Column, operator: str, right: Column) -> Column:
    with np.errstate(all="ignore"):
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case _:
                return np.where(right == 0, np.nan, left / right)


def _along(name: str, values: Column, seconds: Column, arguments: list[Expression]) -> Column:
    """Of values one after the other; the first ones may have nothing."""
    match name:
        case "cumulative_sum":
            return np.cumsum(values)
        case "moving_average":
            window = _window(arguments)
            if len(values) < window:
                return np.zeros(0)
            return np.convolve(values, np.ones(window) / window, mode="valid")
    steps = np.diff(values)
    if name.endswith("derivative"):
        steps = steps / np.diff(seconds) * _unit(arguments, _SECOND)
    return np.where(steps < 0, np.nan, steps) if name.startswith("non_negative") else steps


def _unit(arguments: list[Expression], default: timedelta) -> float:
    match arguments:
        case []:
            return default.total_seconds()
        case [Duration(value)] if value > timedelta():
            return value.total_seconds()
    raise InfluxError("the unit of a derivative is a duration, as in 1s")


def _window(arguments: list[Expression]) -> int:
    match arguments:
        case [Number(value)] if value.is_integer() and 2 <= value <= WINDOW_MAX:
            return int(value)
    raise InfluxError(f"moving_average() takes 2 to {WINDOW_MAX} values together")

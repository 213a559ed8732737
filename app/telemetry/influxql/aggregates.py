"""InfluxQL's aggregates of one sensor's buckets, and of several sensors' together. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from app.telemetry.aggregates.functions import Column
from app.telemetry.influxql.statements import Call, Expression, InfluxError, Number

Parts = Sequence[Mapping[str, Column]]
"""Of each sensor, by function, a value for each bucket; `count` among them. NaN where there is
none."""


class Aggregate(NamedTuple):
    """Functions of ours that it is made of; of several sensors' buckets, where that can be told."""

    needs: tuple[str, ...]
    of: Callable[[Parts], Column]
    takes_many: bool = True


def _total(parts: Parts, name: str) -> Column:
    found = np.array([part[name] for part in parts])
    return np.where(np.isnan(found).all(axis=0), np.nan, np.nansum(found, axis=0))


def _counts(parts: Parts) -> Column:
    counts: Column = np.array([part["count"] for part in parts]).sum(axis=0)
    return counts


def _mean(parts: Parts) -> Column:
    counts = _counts(parts)
    return np.where(counts > 0, _total(parts, "sum") / counts, np.nan)


def _least(parts: Parts) -> Column:
    least: Column = np.fmin.reduce([part["min"] for part in parts])
    return least


def _most(parts: Parts) -> Column:
    most: Column = np.fmax.reduce([part["max"] for part in parts])
    return most


def _deviation(parts: Parts) -> Column:
    """Of all readings together: within each sensor, and between their means."""
    counts, mean = _counts(parts), _mean(parts)
    squares = np.zeros(len(counts))
    for part in parts:
        own, count = part["sum"] / part["count"], part["count"]
        within = np.where(count > 1, np.square(part["stddev"]) * (count - 1), 0.0)
        squares += np.where(count > 0, within + count * np.square(own - mean), 0.0)
    return np.where(counts > 1, np.sqrt(squares / (counts - 1)), np.nan)


def _only(name: str) -> Aggregate:
    return Aggregate((name,), lambda parts: parts[0][name], takes_many=False)


_AGGREGATES: dict[str, Aggregate] = {
    "count": Aggregate((), _counts),
    "sum": Aggregate(("sum",), lambda parts: _total(parts, "sum")),
    "mean": Aggregate(("sum",), _mean),
    "min": Aggregate(("min",), _least),
    "max": Aggregate(("max",), _most),
    "spread": Aggregate(("min", "max"), lambda parts: _most(parts) - _least(parts)),
    "stddev": Aggregate(("sum", "stddev"), _deviation),
    "first": _only("first"),
    "last": _only("last"),
    "median": _only("p50"),
}
_PERCENTILES = {50.0: "p50", 95.0: "p95", 99.0: "p99"}


def is_aggregate(expression: Expression) -> bool:
    return isinstance(expression, Call) and expression.name in (*_AGGREGATES, "percentile")


def aggregate_of(call: Call) -> Aggregate:
    """Raises InfluxError."""
    if call.name == "percentile":
        match call.arguments:
            case [_, Number(value)] if value in _PERCENTILES:
                return _only(_PERCENTILES[value])
        raise InfluxError("percentile() is of 50, 95 or 99")
    return _AGGREGATES[call.name]


def combined(call: Call, parts: Parts) -> Column:
    """Raises InfluxError for what can't be told of several sensors' buckets."""
    aggregate = aggregate_of(call)
    if len(parts) > 1 and not aggregate.takes_many:
        raise InfluxError(
            f"{call.name}() of several series at once isn't supported; tell them apart, as in "
            'GROUP BY "device", or GROUP BY *'
        )
    with np.errstate(all="ignore"):
        return aggregate.of(parts)

"""InfluxDB's JSON: what clients of InfluxDB 1 read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from app.telemetry.influxql.statements import InfluxError, RowBounds
from db.readings.times import moment_of

Cell = float | int | bool | str | None
EPOCHS = {"ns": 1_000, "u": 1, "µ": 1, "ms": 1e-3, "s": 1e-6, "m": 1e-6 / 60, "h": 1e-6 / 3600}


class InfluxSeries(msgspec.Struct, omit_defaults=True):
    """Rows of one series; the first column is `time` where it is a SELECT's."""

    name: str
    columns: list[str]
    values: list[list[Cell]]
    tags: dict[str, str] = {}


class InfluxResult(msgspec.Struct, omit_defaults=True):
    """Of one statement: series, or why there are none."""

    statement_id: int = msgspec.field(default=-1)
    series: list[InfluxSeries] = []
    error: str = ""


class InfluxAnswer(msgspec.Struct):
    results: list[InfluxResult]


def times_of(microseconds: Sequence[int], epoch: str | None) -> list[Cell]:
    """Without an epoch RFC 3339, as InfluxDB has it. Raises InfluxError for one unknown."""
    if epoch is None:
        return [moment_of(each).isoformat().replace("+00:00", "Z") for each in microseconds]
    if epoch not in EPOCHS:
        raise InfluxError(f"epoch must be one of {', '.join(EPOCHS)}")
    if epoch in ("ns", "u", "µ"):
        return [each * int(EPOCHS[epoch]) for each in microseconds]
    divisor = round(1 / EPOCHS[epoch])
    return [each // divisor for each in microseconds]


def cut(series: InfluxSeries, bounds: RowBounds) -> InfluxSeries:
    end = None if bounds.limit is None else bounds.offset + bounds.limit
    series.values = series.values[bounds.offset : end]
    return series


def cut_series(series: list[InfluxSeries], bounds: RowBounds) -> list[InfluxSeries]:
    end = None if bounds.slimit is None else bounds.soffset + bounds.slimit
    return series[bounds.soffset : end]


def body_of(answer: Any) -> bytes:
    return msgspec.json.encode(answer) + b"\n"

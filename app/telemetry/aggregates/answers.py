"""Buckets as they are answered, in every format."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
from litestar import Response
from msgspec import Raw

from app.core.wire import encode_cursor
from app.telemetry.aggregates.functions import COUNT
from app.telemetry.aggregates.schemas import (
    AggregatedColumns,
    AggregatedReadings,
    BucketColumns,
    ReadingQueryAnswer,
    ReadingQueryColumns,
    SeriesAnswer,
    SeriesColumns,
)
from app.telemetry.aggregates.series import Answer, Wanted
from app.telemetry.aggregates.service import Aggregated, Queried
from app.telemetry.readings import tiers
from app.telemetry.tables.formats import Format, ResponseMetadata, answer, whole
from app.telemetry.tables.table import Column, Kind, Names, Table
from app.telemetry.tables.text import column_as_json, rows_as_json


def of_aggregated(format_: Format, found: Aggregated) -> Response[Any]:
    """A page of buckets."""
    next_cursor = encode_cursor(found.next_at) if found.next_at else None
    metadata = ResponseMetadata(tiers.named([found.answer.tiers]), found.now, next_cursor)
    table = _buckets(found)
    if not format_.is_paged:
        named = {"sensorId": _named([str(found.sensor_id)], [len(found.answer.places)]), **table}
        return _as_table(format_, named, metadata)
    fields: dict[str, Any] = {
        "sensor_id": found.sensor_id,
        "interval": found.grid.interval.text,
        "timezone": found.grid.zone,
        "next_cursor": metadata.next_cursor,
        "tiers": metadata.tiers,
        "fresh_as_of": metadata.fresh_as_of,
        "truncated": found.next_at is not None,
    }
    # Written already: msgspec only puts it in its place.
    if format_ is Format.JSON:
        items: Any = Raw(b"[" + rows_as_json(table) + b"]")
        return Response(AggregatedReadings(items=items, **fields))
    columns = BucketColumns(**_json_columns(table))
    return Response(AggregatedColumns(columns=columns, **fields), media_type=format_.value)


def of_query(format_: Format, found: Queried) -> Response[Any]:
    """Every series, in the order asked for: by itself in JSON, one below the other in tables."""
    if not format_.is_paged:
        bits = reduce(or_, (answer.tiers for _, answer in found.series), 0)
        return _as_table(
            format_,
            _below_each_other(found.series),
            ResponseMetadata(tiers.named([bits]), found.now),
        )
    kind = SeriesAnswer if format_ is Format.JSON else SeriesColumns
    series = [
        kind(
            sensor_id=wanted.sensor_id,
            function=wanted.functions[0],
            interval=wanted.grid.interval.text,
            tiers=tiers.named([answer.tiers]),
            **_points(format_, wanted, answer),
        )
        for wanted, answer in found.series
    ]
    all_of_them: Any = ReadingQueryAnswer if format_ is Format.JSON else ReadingQueryColumns
    return Response(
        all_of_them(series=series, fresh_as_of=found.now, truncated=False), media_type=format_.value
    )


def _as_table(format_: Format, table: Table, metadata: ResponseMetadata) -> Response[Any]:
    layout = {name: column.kind for name, column in table.items()}
    return answer(format_, whole(format_, layout, table), metadata)


def _buckets(found: Aggregated) -> Table:
    grid, places = found.grid, found.answer.places
    return {
        "from": Column(Kind.TIME, grid.microseconds[places]),
        "to": Column(Kind.TIME, grid.microseconds[places + 1]),
        "count": Column(Kind.INTEGER, found.answer.counts),
        "coverage": Column(Kind.NUMBER, grid.coverage(places)),
        **{name: Column(Kind.NUMBER, values) for name, values in found.answer.values.items()},
    }


def _points(format_: Format, wanted: Wanted, answer: Answer) -> dict[str, Any]:
    table = {
        "from": Column(Kind.TIME, wanted.grid.microseconds[answer.places]),
        "value": _value(wanted, answer),
        "count": Column(Kind.INTEGER, answer.counts),
    }
    if format_ is Format.JSON:
        return {"items": Raw(b"[" + rows_as_json(table) + b"]")}
    return _json_columns(table)


def _value(wanted: Wanted, answer: Answer) -> Column:
    (name,) = wanted.functions
    if name == COUNT:
        return Column(Kind.INTEGER, answer.counts)
    return Column(Kind.NUMBER, answer.values[name])


def _below_each_other(series: Sequence[tuple[Wanted, Answer]]) -> Table:
    sizes = [len(answer.places) for _, answer in series]
    times = [wanted.grid.microseconds[answer.places] for wanted, answer in series]
    values = [_value(wanted, answer).cells.astype(np.float64) for wanted, answer in series]
    return {
        "sensorId": _named([str(wanted.sensor_id) for wanted, _ in series], sizes),
        "function": _named([wanted.functions[0] for wanted, _ in series], sizes),
        "interval": _named([wanted.grid.interval.text for wanted, _ in series], sizes),
        "from": Column(Kind.TIME, np.concatenate(times)),
        "value": Column(Kind.NUMBER, np.concatenate(values)),
        "count": Column(Kind.INTEGER, np.concatenate([answer.counts for _, answer in series])),
    }


def _named(texts: Sequence[str], sizes: Sequence[int]) -> Column:
    distinct = list(dict.fromkeys(texts))
    codes = np.repeat([distinct.index(text) for text in texts], sizes)
    return Column(Kind.NAME, Names(codes, distinct))


def _json_columns(table: Table) -> dict[str, Any]:
    """By the fields of structs, which can't be called `from`."""
    fields = {"from": "from_", "timeWeightedAvg": "time_weighted_avg"}
    return {fields.get(name, name): Raw(column_as_json(column)) for name, column in table.items()}

"""One sensor's readings as a table."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from app.telemetry.tables.formats import Format
from app.telemetry.tables.table import Column, Kind, Layout, Names, Table
from db.readings.series import Series

_KINDS = {"DOUBLE": Kind.NUMBER, "BIGINT": Kind.INTEGER, "BOOLEAN": Kind.FLAG, "TEXT": Kind.TEXT}
_KINDS_OF_ARRAYS = {"f": Kind.NUMBER, "i": Kind.INTEGER, "b": Kind.FLAG}
# In place of `value` where a sensor has doubles, and integers that are none. /readings/batch reads them too.
_DOUBLE, _BIGINT = "valueDouble", "valueBigint"


def layout_of(format_: Format, value_type: str, *, is_split: bool) -> Layout:
    """In CSV the cells of a sensor of texts are said to be such: some look like numbers."""
    values = {"value": _KINDS[value_type]}
    if format_ is Format.CSV and value_type == "TEXT":
        values["valueType"] = Kind.NAME
    if is_split and not format_.is_text:
        values = {_DOUBLE: Kind.NUMBER, _BIGINT: Kind.INTEGER}
    return {"sensorId": Kind.NAME, "timestamp": Kind.TIME, **values, "metadata": Kind.JSON}


def table_of(format_: Format, sensor_id: UUID, series: Series, layout: Layout) -> Table:
    table = {
        "sensorId": Column(Kind.NAME, Names.alike(str(sensor_id), len(series))),
        **columns_of(series),
    }
    if "valueType" in layout:
        table["valueType"] = Column(Kind.NAME, Names.alike("TEXT", len(series)))
    if format_.is_text:
        return table
    if _BIGINT in layout:
        return table | _split(series)
    if layout["value"] is Kind.NUMBER:
        table["value"] = _as_doubles(series)
    return table


def columns_of(series: Series) -> dict[str, Column]:
    """All but the sensor, for formats of text: values of several types stand in one column."""
    table = {"timestamp": Column(Kind.TIME, series.ts), "value": _values(series)}
    if series.metadata:
        texts = [series.metadata.get(row) for row in range(len(series))]
        table["metadata"] = Column(
            Kind.JSON, [None if text is None else text.encode() for text in texts]
        )
    return table


def has_lone_integers(series: Series) -> bool:
    """Whether some integers among them are no double."""
    values: Any = series.values if isinstance(series.values, list) else []
    if not isinstance(series.values, list) and series.values.dtype.kind == "i":
        values = series.values.tolist()
    return any(isinstance(value, int) and int(float(value)) != value for value in values)


def _values(series: Series) -> Column:
    values = series.values
    if not isinstance(values, list):
        return Column(_KINDS_OF_ARRAYS[values.dtype.kind], values)
    if all(isinstance(value, str) for value in values):
        return Column(Kind.TEXT, values)
    return Column(Kind.JSON, [msgspec.json.encode(value) for value in values])


def _as_doubles(series: Series) -> Column:
    return Column(Kind.NUMBER, np.asarray(series.values, np.float64))


def _split(series: Series) -> dict[str, Column]:
    """The doubles in one column, the integers in another."""
    values = series.values.tolist() if not isinstance(series.values, list) else series.values
    is_integer = np.array([isinstance(value, int) for value in values])
    doubles = [np.nan if isinstance(value, int) else value for value in values]
    integers = [value if isinstance(value, int) else 0 for value in values]
    return {
        _DOUBLE: Column(Kind.NUMBER, np.array(doubles, np.float64)),
        _BIGINT: Column(Kind.INTEGER, np.array(integers, np.int64), ~is_integer),
    }

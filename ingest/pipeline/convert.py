"""Values as they are stored: each in the column of its sensor's type."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from db.readings.columns import ValueType
from ingest.pipeline.directory import Sensor
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Rows
from ingest.pipeline.values import ValueKind

_CODES = {type_.name: type_.value for type_ in ValueType}
# The kinds that each type takes; a BIGINT's floats are looked at more closely.
_TAKES = np.zeros((len(ValueType), len(ValueKind)), bool)
_TAKES[ValueType.DOUBLE, [ValueKind.FLOAT, ValueKind.INTEGER, ValueKind.HUGE]] = True
_TAKES[ValueType.BIGINT, ValueKind.INTEGER] = True
_TAKES[ValueType.BOOLEAN, ValueKind.BOOLEAN] = True
_TAKES[ValueType.TEXT, ValueKind.TEXT] = True


def convert_values(rows: Rows[Sensor]) -> Rows[Sensor]:
    """With the type of each row's sensor, in which its value is found; without what that doesn't
    take."""
    codes = [_CODES[sensor.value_type] for sensor in rows.sensors]
    type_ = np.array(codes, np.uint8)[rows.sensor]
    fits, typed = _TAKES[type_, rows.kind], replace(rows, type=type_)
    if ValueType.BIGINT in codes:
        within = (rows.number >= -(2.0**63)) & (rows.number < 2.0**63)
        is_float = (type_ == ValueType.BIGINT) & (rows.kind == ValueKind.FLOAT)
        is_whole = is_float & within & ~rows.is_fraction
        fits |= is_whole
        whole = np.where(is_whole, rows.number, 0).astype(np.int64)
        typed = replace(typed, integer=np.where(is_whole, whole, rows.integer))
    return typed.reject_each({row: _misfit(rows, row) for row in np.flatnonzero(~fits).tolist()})


def _misfit(rows: Rows[Sensor], row: int) -> Rejection:
    sensor, value = rows.sensor_of(row), rows.value_sent(row)
    if sensor.value_type != "BIGINT" or isinstance(value, bool | str):
        return Rejection(Reason.WRONG_TYPE, f"sensor {sensor.key} takes {sensor.value_type}")
    if isinstance(value, float) and not value.is_integer():
        return Rejection(Reason.WRONG_TYPE, f"sensor {sensor.key} takes whole numbers")
    return Rejection(Reason.OUT_OF_RANGE, "the number is beyond 64 bits")

"""The types that columns of readings may have, and the encodings that all that follows knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pyarrow
from pyarrow import types

from ingest.formats.budget import Budget
from ingest.pipeline.decode import NotReadings

NAMES = ("sensorId", "sensor", "deviceId", "component")
VALUES = ("valueDouble", "valueBigint", "valueBoolean", "valueText")


def known_columns(names: Iterable[str]) -> list[str]:
    """Those of readings, which are decided here once. Raises NotReadings."""
    known = [name for name in names if name in _READ_AS]
    if len(set(known)) < len(known):
        raise NotReadings("a column stands there twice")
    if "timestamp" not in known or not ({"value", *VALUES} & set(known)):
        raise NotReadings("the columns timestamp and value are needed")
    return known


def check_schema(schema: pyarrow.Schema) -> None:
    """Raises NotReadings where a known column has a type that means nothing here."""
    for name in known_columns(schema.names):
        type_ = schema.field(name).type
        is_meant, meant = _READ_AS[name]
        if not is_meant(plain_type(type_)):
            raise NotReadings(f"{name} is {str(type_)[:80]}, not {meant}")


def plain_type(type_: pyarrow.DataType) -> pyarrow.DataType:
    """What a dictionary is of, and what an extension that we know is stored as."""
    if types.is_dictionary(type_) or types.is_run_end_encoded(type_):
        return type_ if _is_coded(type_.value_type) else plain_type(type_.value_type)
    if types.is_string_view(type_):
        return pyarrow.large_string()
    if isinstance(type_, pyarrow.BaseExtensionType):
        return _STORED_AS.get(type_.extension_name, type_)
    return type_


def _is_coded(type_: pyarrow.DataType) -> bool:
    return bool(types.is_dictionary(type_) or types.is_run_end_encoded(type_))


def common(column: pyarrow.Array, budget: Budget) -> pyarrow.Array:
    """In the encodings that all that follows knows: runs as a dictionary, views as text. A view may
    show the same bytes a thousand times. Raises TooManyElements."""
    type_ = column.type
    if types.is_run_end_encoded(type_):
        ends = np.minimum(np.asarray(column.run_ends, np.int64), len(column))
        runs = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))[: len(column)]
        values = common(column.values, budget)
        return pyarrow.DictionaryArray.from_arrays(pyarrow.array(runs, pyarrow.int64()), values)
    if types.is_dictionary(type_) and types.is_string_view(type_.value_type):
        values = common(column.dictionary, budget)
        return pyarrow.DictionaryArray.from_arrays(column.indices, values)
    if types.is_string_view(type_):
        # Each view begins with its length.
        lengths = np.frombuffer(column.buffers()[1] or b"", np.int32)[::4]
        budget.unpacked(int(lengths[: column.offset + len(column)].sum(dtype=np.int64)))
        return column.cast(pyarrow.large_string())
    return column


_STORED_AS = {
    "arrow.uuid": pyarrow.binary(16),
    "arrow.json": pyarrow.string(),
    "arrow.bool8": pyarrow.bool_(),
}


def is_text(type_: pyarrow.DataType) -> bool:
    return bool(types.is_string(type_) or types.is_large_string(type_) or types.is_null(type_))


def is_uuid(type_: pyarrow.DataType) -> bool:
    return bool(types.is_fixed_size_binary(type_) and type_.byte_width == 16)


def is_name(type_: pyarrow.DataType) -> bool:
    return is_text(type_) or is_uuid(type_)


def _is_time(type_: pyarrow.DataType) -> bool:
    return bool(types.is_timestamp(type_) or is_text(type_))


def _is_value(type_: pyarrow.DataType) -> bool:
    return bool(
        is_text(type_)
        or types.is_integer(type_)
        or types.is_floating(type_)
        or types.is_decimal(type_)
        or types.is_boolean(type_)
    )


_READ_AS: dict[str, tuple[Callable[[pyarrow.DataType], bool], str]] = {
    "timestamp": (_is_time, "a timestamp"),
    **dict.fromkeys(NAMES, (is_name, "text")),
    **dict.fromkeys(("value", *VALUES), (_is_value, "a value: a number, a boolean or text")),
    "metadata": (is_text, "text"),
}

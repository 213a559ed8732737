"""What was wrong with a refused element, mended in its source text: a few changes, in a fixed
order.

Numbers are counted as decimals, so that 3 times 0.1 is 0.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from app.telemetry.quarantine.schemas import QuarantineFix
from ingest.formats.times import Moment
from ingest.pipeline.instants import as_rfc3339

_NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False, "on": True, "off": False}
_decoder = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")

Element = dict[str, Any]


class Unfixable(Exception):
    """The fix can't be applied to this element."""


def fixed(payload: bytes, fix: QuarantineFix) -> bytes:
    """The element with the changes of the fix. Raises Unfixable."""
    try:
        element = _decoder.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, ArithmeticError):
        raise Unfixable("it is no JSON object: only readings by name can be changed") from None
    _rename(element, fix.sensors)
    if fix.component is not None:
        element["component"] = fix.component
    if fix.changes_value:
        element["value"] = _value(element, fix)
    if fix.shift_seconds:
        element["timestamp"] = _shifted(element.get("timestamp"), fix.shift_seconds)
    return _encoder.encode(element)


def _rename(element: Element, names: Mapping[str, str]) -> None:
    """By key or by id; of a structured payload the names of its values."""
    for field in ("sensorId", "sensor"):
        new = names.get(str(element.get(field)))
        if new is not None:
            element.pop("sensorId", None)
            element["sensor"] = new
            break
    values = element.get("values")
    if isinstance(values, dict):
        element["values"] = {names.get(name, name): value for name, value in values.items()}


def _value(element: Element, fix: QuarantineFix) -> Any:
    value = element.get("value")
    if not isinstance(value, bool | int | Decimal | str):
        raise Unfixable("it has no value to be changed")
    if fix.value_type == "TEXT":
        return value if isinstance(value, str) else _encoder.encode(value).decode()
    if fix.value_type == "BOOLEAN":
        return _boolean(value)
    number = _number(value) * _decimal(fix.scale) + _decimal(fix.offset)
    if not number.is_finite():
        raise Unfixable("its value is beyond all numbers")
    if fix.value_type != "BIGINT":
        return number if isinstance(number, Decimal) else Decimal(number)
    if number != number.to_integral_value():
        raise Unfixable(f"its value, {number!s:.50}, is no whole number")
    return int(number)


def _boolean(value: bool | int | Decimal | str) -> bool:
    text = str(value).strip().lower()
    if text not in _BOOLEANS:
        raise Unfixable(f"its value, {text!a:.50}, is neither true nor false")
    return _BOOLEANS[text]


def _number(value: bool | int | Decimal | str) -> Decimal:
    """Blanks around it don't count, and a comma is a point."""
    if not isinstance(value, str):
        return Decimal(value)
    text = value.strip()
    if not _NUMBER.fullmatch(text):
        raise Unfixable(f"its value, {value!a:.50}, is no number")
    return Decimal(text.replace(",", "."))


def _decimal(number: float) -> Decimal:
    return Decimal(repr(number))


def _shifted(timestamp: Any, seconds: float) -> str:
    try:
        moment: datetime = msgspec.convert(as_rfc3339(str(timestamp)), Moment)
        return (moment + timedelta(seconds=seconds)).isoformat()
    except (msgspec.ValidationError, OverflowError):
        raise Unfixable(f"its timestamp, {timestamp!s:.50}, can't be shifted") from None

"""A sensor profile compiled for speed: from the values that a device sends to typed values by
sensor key, or to faults.

Pure, compiled once for each profile version. An array field `f` of size n fills the sensors `f.0` …
`f.n-1`. app/catalogue/schemas/json_schema.py says the same as a JSON Schema; a property test
compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from db.readings.columns import Value
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.values import TEXT_MAX_CHARACTERS

BIGINT_MIN, BIGINT_MAX = -(2**63), 2**63 - 1
DOUBLE_MAX = 1.7976931348623157e308
# In a quarantine entry's message; a payload may hold thousands of unknown keys.
FAULTS_SHOWN = 100
_SHOWN_CHARACTERS = 64


class FieldSpec(msgspec.Struct, frozen=True, rename="camel"):
    """What a stored profile says of one field, as far as validating goes."""

    key: str
    type: str
    array_size: int | None = None
    unit: str | None = None
    min: int | float | None = None
    max: int | float | None = None
    enum: list[int | str] | None = None
    required: bool = False
    calculation: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ValueFault:
    """One thing wrong with a payload: in which field, and why."""

    field: str
    reason: Reason
    message: str


class SensorSpec(NamedTuple):
    """How the sensor of a field (or of an array's element) is made when it is first reported."""

    key: str
    value_type: str
    unit: str | None


class _Rule(NamedTuple):
    """A value of exactly this type between low and high is good as it is; all else goes the slow
    way."""

    fast_type: type | None
    low: Any
    high: Any
    field: FieldSpec
    choices: frozenset[int | str] | None


class Profile:
    """One version of a sensor profile, ready to validate with."""

    def __init__(self, fields: Iterable[FieldSpec]) -> None:
        every = list(fields)
        self._calculated = frozenset(field.key for field in every if field.calculation is not None)
        fields = [field for field in every if field.calculation is None]
        self._scalars = {field.key: _rule(field) for field in fields if field.array_size is None}
        self._arrays = {
            field.key: (_rule(field), field.array_size, _element_keys(field.key, field.array_size))
            for field in fields
            if field.array_size is not None
        }
        self._required = frozenset(field.key for field in fields if field.required)
        self._by_sensor = dict(self._scalars)
        for rule, _, keys in self._arrays.values():
            self._by_sensor |= dict.fromkeys(keys, rule)

    @classmethod
    def from_stored(cls, fields: Any) -> Profile:
        """From a profile's `fields` as the database holds them, decoded or as JSON text."""
        if isinstance(fields, str | bytes):
            return cls(msgspec.json.decode(fields, type=list[FieldSpec]))
        return cls(msgspec.convert(fields, list[FieldSpec]))

    def sensor(self, key: str) -> SensorSpec | None:
        """What the profile says of the sensor with this key; None where it says nothing."""
        rule = self._by_sensor.get(key)
        return None if rule is None else SensorSpec(key, rule.field.type, rule.field.unit)

    def is_calculated(self, key: str) -> bool:
        """Whether the sensor with this key is calculated: nobody reports it."""
        return key in self._calculated

    def single(self, sensor_key: str, value: Value) -> Value | ValueFault:
        """A single reading of a profiled sensor: the value in its type, or why not. KeyError for
        another sensor."""
        return _typed(self._by_sensor[sensor_key], value, sensor_key)

    def structured(
        self, values: Mapping[str, Any]
    ) -> tuple[list[tuple[str, Value]], list[ValueFault]]:
        """A payload's values: (sensor key, typed value) of all of them and no fault, or every fault
        there is."""
        typed: list[tuple[str, Value]] = []
        faults: list[ValueFault] = []
        scalars = self._scalars
        for key, value in values.items():
            rule = scalars.get(key)
            if rule is None:
                self._array(key, value, typed, faults)
            elif type(value) is rule[0] and rule[1] <= value <= rule[2]:
                typed.append((key, value))  # type: ignore[arg-type]
            else:
                result = _typed(rule, value, key)
                if type(result) is ValueFault:
                    faults.append(result)
                else:
                    typed.append((key, result))  # type: ignore[arg-type]
        if not self._required <= values.keys():
            faults += [
                ValueFault(key, Reason.MISSING_FIELD, "is missing")
                for key in sorted(self._required - values.keys())
            ]
        if not values and not faults:
            faults.append(ValueFault("values", Reason.MISSING_FIELD, "is empty"))
        return ([], faults) if faults else (typed, faults)

    def _array(
        self, key: str, value: Any, typed: list[tuple[str, Value]], faults: list[ValueFault]
    ) -> None:
        if key in self._calculated:
            faults.append(ValueFault(key, Reason.WRONG_TYPE, "is calculated: nobody reports it"))
            return
        if key not in self._arrays:
            faults.append(
                ValueFault(_shown(key), Reason.UNKNOWN_SENSOR, "is no field of the profile")
            )
            return
        rule, size, keys = self._arrays[key]
        if not isinstance(value, list):
            faults.append(
                ValueFault(
                    key,
                    Reason.WRONG_TYPE,
                    f"takes an array of {size} {rule.field.type}, not {_name(value)}",
                )
            )
        elif len(value) != size:
            faults.append(
                ValueFault(key, Reason.ARRAY_SIZE, f"takes {size} elements, not {len(value)}")
            )
        else:
            results = [_typed(rule, item, name) for name, item in zip(keys, value, strict=True)]
            # One fault for each array: thousands of wrong elements are told by their first.
            wrong = next((result for result in results if isinstance(result, ValueFault)), None)
            if wrong is not None:
                faults.append(wrong)
            else:
                typed += zip(keys, results, strict=True)  # type: ignore[arg-type]


def rejection(faults: Sequence[ValueFault]) -> Rejection:
    """Every fault of one payload as the one reason, the first one's, and message that quarantine
    keeps."""
    told = "; ".join(f"{fault.field} {fault.message}" for fault in faults[:FAULTS_SHOWN])
    more = len(faults) - FAULTS_SHOWN
    return Rejection(faults[0].reason, told if more <= 0 else f"{told}; and {more} more")


def sensor_keys(field: FieldSpec) -> tuple[str, ...]:
    """The keys of the sensors that a field fills."""
    return (field.key,) if field.array_size is None else _element_keys(field.key, field.array_size)


def _element_keys(key: str, size: int) -> tuple[str, ...]:
    return tuple(f"{key}.{index}" for index in range(size))


def _rule(field: FieldSpec) -> _Rule:
    if field.enum is not None:
        return _Rule(None, None, None, field, frozenset(field.enum))
    match field.type:
        case "DOUBLE":
            return _bounded(float, field, -DOUBLE_MAX, DOUBLE_MAX)
        case "BIGINT":
            return _bounded(int, field, BIGINT_MIN, BIGINT_MAX)
        case "BOOLEAN":
            return _Rule(bool, False, True, field, None)
        case _:
            return _Rule(None, None, None, field, None)


def _bounded(kind: type, field: FieldSpec, least: float, most: float) -> _Rule:
    low = least if field.min is None else max(field.min, least)
    high = most if field.max is None else min(field.max, most)
    if kind is float:  # beyond 2^53 the database gives a bound back as an integer that is no double
        low, high = float(low), float(high)
    return _Rule(kind, low, high, field, None)


def _typed(rule: _Rule, value: Any, key: str) -> Value | ValueFault:
    """The value in the field's type, whatever it is."""
    match rule.field.type:
        case "DOUBLE" if type(value) in (float, int):
            # Compared before it is converted: an integer beyond 2^53 may round into the range.
            return float(value) if rule.low <= value <= rule.high else _outside(rule, value, key)
        case "BIGINT" if type(value) is int or (type(value) is float and value.is_integer()):
            return _whole(rule, int(value), key)
        case "BOOLEAN" if type(value) is bool:
            return value
        case "TEXT" if type(value) is str:
            return _text(rule, value, key)
    return ValueFault(key, Reason.WRONG_TYPE, f"takes {rule.field.type}, not {_name(value)}")


def _whole(rule: _Rule, value: int, key: str) -> Value | ValueFault:
    if rule.choices is not None:
        return value if value in rule.choices else _no_choice(rule, key)
    return value if rule.low <= value <= rule.high else _outside(rule, value, key)


def _text(rule: _Rule, value: str, key: str) -> Value | ValueFault:
    if rule.choices is not None:
        return value if value in rule.choices else _no_choice(rule, key)
    if len(value) > TEXT_MAX_CHARACTERS:
        return ValueFault(
            key, Reason.OUT_OF_RANGE, f"is longer than {TEXT_MAX_CHARACTERS} characters"
        )
    if "\0" in value:
        return ValueFault(key, Reason.MALFORMED, "contains NUL")
    return value


def _outside(rule: _Rule, value: float, key: str) -> ValueFault:
    field = rule.field
    if field.min is not None and value < rule.low:
        return ValueFault(key, Reason.OUT_OF_RANGE, f"is below {field.min:g}")
    if field.max is not None and value > rule.high:
        return ValueFault(key, Reason.OUT_OF_RANGE, f"is above {field.max:g}")
    beyond = "64 bits" if field.type == "BIGINT" else "a double"
    return ValueFault(key, Reason.OUT_OF_RANGE, f"is beyond the range of {beyond}")


def _no_choice(rule: _Rule, key: str) -> ValueFault:
    choices = ", ".join(map(str, (rule.field.enum or [])[:10]))
    return ValueFault(
        key,
        Reason.OUT_OF_RANGE,
        f"is none of {choices}{', …' if len(rule.choices or ()) > 10 else ''}",
    )


def _name(value: Any) -> str:
    """JSON's word for what it is."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "an array"
        case _:
            return "an object"


def _shown(key: str) -> str:
    """A key that a device made up, as text that can be stored: it may hold NUL or half a
    character."""
    shown = key if len(key) <= _SHOWN_CHARACTERS else f"{key[:_SHOWN_CHARACTERS]}…"
    return shown if shown.isprintable() else ascii(shown)

"""A field of a profile: one typed value, or an array of them, that a component or a device reports or is told."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from app.core.documentation import described
from app.core.errors import Fault
from ingest.calculations.definition import CalculationDefinition
from ingest.calculations.definition import faults_of as calculation_faults
from ingest.pipeline.profiles import BIGINT_MAX, BIGINT_MIN, DOUBLE_MAX, FieldSpec, sensor_keys
from ingest.pipeline.values import TEXT_MAX_CHARACTERS

FIELDS_MAX = 200
ARRAY_SIZE_MAX = 256
CHOICES_MAX = 200

ValueType = Literal["DOUBLE", "BIGINT", "BOOLEAN", "TEXT"]
# DTDL's rule for names, so that every profile can be exported; no dot, since `key.0` is an array's first element.
FieldKey = Annotated[
    str,
    msgspec.Meta(
        min_length=1, max_length=64, pattern=r"^[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?$(?!\n)"
    ),
]
Unit = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
Text = Annotated[str, msgspec.Meta(max_length=512)]
Choice = Annotated[str, msgspec.Meta(max_length=TEXT_MAX_CHARACTERS)] | int


class Field(
    msgspec.Struct, rename="camel", forbid_unknown_fields=True, omit_defaults=True, frozen=True
):
    """One value, or an array of fixed size, by its key."""

    key: Annotated[
        FieldKey, described("Its name on the wire, unique in the profile.", "temperature")
    ]
    type: Annotated[
        ValueType,
        described("What its values are; an integer sent to a DOUBLE is a DOUBLE.", "DOUBLE"),
    ]
    array_size: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=ARRAY_SIZE_MAX)] | None,
        described(
            "How many values it takes, as sensors `key.0`, `key.1` and so on; none for one value.",
            3,
        ),
    ] = None
    unit: Annotated[Unit | None, described("Of its values, as a symbol.", "°C")] = None
    min: Annotated[
        float | int | None, described("The least value; for DOUBLE and BIGINT.", -40)
    ] = None
    max: Annotated[
        float | int | None, described("The greatest value; for DOUBLE and BIGINT.", 85)
    ] = None
    enum: Annotated[
        Annotated[list[Choice], msgspec.Meta(min_length=1, max_length=CHOICES_MAX)] | None,
        described("The only values it takes; for BIGINT and TEXT.", ["OK", "FAULT"]),
    ] = None
    required: Annotated[bool, described("Whether every structured payload has it.", True)] = False
    writable: Annotated[bool, described("Whether a configuration may set it.", False)] = False
    description: Annotated[Text, described("What it means, for people.", "Air at the probe.")] = ""
    calculation: Annotated[
        CalculationDefinition | None,
        described(
            "What it is calculated of: fields of the same component or device. Nobody reports it.",
            {"expression": "a * 9 / 5 + 32", "inputs": {"a": {"field": "temperature"}}},
        ),
    ] = None


Fields = Annotated[list[Field], msgspec.Meta(max_length=FIELDS_MAX)]


def faults_of(fields: Sequence[Field], path: str = "$.fields") -> list[Fault]:
    """What the shape alone can't rule out: everything wrong with the fields, each with its place."""
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for index, field in enumerate(fields):
        first = seen.setdefault(field.key, index)
        if first != index:
            faults.append(
                Fault(
                    f"{path}[{index}].key",
                    "DUPLICATE",
                    f"{field.key} is the key of {path}[{first}] too",
                )
            )
        faults += [
            Fault(f"{path}[{index}].{at}", code, message) for at, code, message in _faults(field)
        ]
    return faults + _faults_of_calculations(fields, path)


def _faults_of_calculations(fields: Sequence[Field], path: str) -> list[Fault]:
    by_key = {field.key: field for field in fields}
    faults: list[Fault] = []
    for index, field in enumerate(fields):
        if field.calculation is not None:
            faults += [
                Fault(f"{path}[{index}].calculation{at}", code, message)
                for at, code, message in _faults_of_calculation(field, by_key)
            ]
    return faults


def _faults_of_calculation(
    field: Field, by_key: Mapping[str, Field]
) -> Iterator[tuple[str, str, str]]:
    assert field.calculation is not None  # noqa: S101 - its caller has looked
    if field.type != "DOUBLE" or field.array_size is not None:
        yield "", "NOT_FOR_TYPE", "one value of type DOUBLE is calculated"
    if field.required or field.writable or field.min is not None or field.max is not None:
        yield "", "NOT_FOR_TYPE", "what is calculated is neither required nor writable, nor bounded"
    yield from calculation_faults(field.calculation, is_declared=True)
    for name, each in field.calculation.inputs.items():
        if each.component is not None or each.field is None:
            continue
        other = by_key.get(each.field)
        if other is not None and (other.type == "TEXT" or other.array_size is not None):
            yield f".inputs.{name}", "NOT_FOR_TYPE", f"{each.field} isn't one number"
        if other is not None and other.calculation is not None:
            yield f".inputs.{name}", "CYCLE", f"{each.field} is calculated itself"
        if each.field == field.key:
            yield f".inputs.{name}", "CYCLE", "it would be calculated of itself"


def _faults(field: Field) -> Iterator[tuple[str, str, str]]:
    is_number = field.type in ("DOUBLE", "BIGINT")
    for name, limit in (("min", field.min), ("max", field.max)):
        if limit is None:
            continue
        if not is_number:
            yield name, "NOT_FOR_TYPE", f"a {field.type} has no {name}"
        elif field.type == "BIGINT" and (
            type(limit) is not int or not BIGINT_MIN <= limit <= BIGINT_MAX
        ):
            yield name, "WRONG_TYPE", f"{name} of a BIGINT is a whole number of 64 bits"
        elif not -DOUBLE_MAX <= limit <= DOUBLE_MAX or not math.isfinite(limit):
            yield name, "WRONG_TYPE", f"{name} is beyond the range of a double"
    if is_number and field.min is not None and field.max is not None and field.min > field.max:
        yield "min", "EMPTY_RANGE", "min is above max"
    if field.enum is not None:
        yield from _faults_of_choices(field, field.enum)


def _faults_of_choices(
    field: Field, choices: Sequence[str | int]
) -> Iterator[tuple[str, str, str]]:
    if field.type not in ("BIGINT", "TEXT"):
        yield "enum", "NOT_FOR_TYPE", f"a {field.type} has no enum"
        return
    if field.min is not None or field.max is not None:
        yield "enum", "NOT_FOR_TYPE", "an enum leaves nothing to min and max"
    for index, choice in enumerate(choices):
        at = f"enum[{index}]"
        if field.type == "TEXT" and (not isinstance(choice, str) or "\0" in choice):
            yield at, "WRONG_TYPE", "an enum of TEXT is made of texts without NUL"
        elif field.type == "BIGINT" and (
            not isinstance(choice, int) or not BIGINT_MIN <= choice <= BIGINT_MAX
        ):
            yield at, "WRONG_TYPE", "an enum of BIGINT is made of whole numbers of 64 bits"
        elif choice in choices[:index]:
            yield at, "DUPLICATE", f"{choice} is there twice"


def sensor_keys_of(field: Field) -> tuple[str, ...]:
    """The keys of the sensors that the field fills."""
    return sensor_keys(FieldSpec(field.key, field.type, field.array_size))


def stored(fields: Sequence[Field]) -> list[dict[str, Any]]:
    """As the database keeps them: as they travel, what isn't said left out."""
    return [msgspec.to_builtins(field) for field in fields]


def from_stored(fields: Any) -> list[Field]:
    return msgspec.convert(fields, list[Field])

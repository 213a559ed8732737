"""Profiles and packs as clients send them, and hypothesis' own."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import strategies as st

from app.catalogue.fields import Field
from tests.make.platform import Organization

CLIMATE: list[dict[str, Any]] = [
    {"key": "temperature", "type": "DOUBLE", "unit": "°C", "min": -40, "max": 85, "required": True},
    {"key": "humidity", "type": "DOUBLE", "unit": "%", "min": 0, "max": 100},
]

# What a configuration may set.
SETTABLE: list[dict[str, Any]] = [
    {"key": "interval", "type": "BIGINT", "min": 1, "max": 3600, "writable": True},
    {"key": "mode", "type": "TEXT", "enum": ["ECO", "FAST"], "writable": True},
    {"key": "offsets", "type": "DOUBLE", "arraySize": 2, "writable": True},
]


def make_sensor_profile(
    organization: Organization,
    name: str = "climate",
    version: str = "1.0",
    fields: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    body = {"name": name, "version": version, "fields": CLIMATE if fields is None else fields}
    answer = organization.http.post("/sensor-profiles", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def make_device_profile(
    organization: Organization,
    name: str = "station",
    version: str = "1.0",
    sensor_profile: str = "climate",
    needs: str = "^1.0",
    **more: Any,
) -> dict[str, Any]:
    part = {"key": "probe", "sensorProfile": {"name": sensor_profile, "version": needs}}
    body = {"name": name, "version": version, "components": [part], **more}
    answer = organization.http.post("/device-profiles", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def pack(
    name: str, version: str = "1.0", fields: list[dict[str, Any]] | None = None, **more: Any
) -> dict[str, Any]:
    """A pack of one sensor profile, named like it."""
    profile = {
        "name": name,
        "version": more.pop("profile_version", version),
        "fields": fields or CLIMATE,
    }
    return {"name": name, "version": version, "title": name, "sensorProfiles": [profile], **more}


KEYS = st.sampled_from(["a", "b2", "temperature", "x_y", "humidity"])
_BIGINTS = st.integers(-(2**63), 2**63 - 1)
_SMALL = st.integers(-20, 20)
_DOUBLES = st.floats(allow_nan=False, allow_infinity=False)
_UNITS = st.sampled_from([None, "°C", "%", "V", "kWh", "µg/m³", "furlong"])


@st.composite
def fields(draw: st.DrawFn) -> Field:
    """One field without contradictions."""
    type_ = draw(st.sampled_from(["DOUBLE", "BIGINT", "BOOLEAN", "TEXT"]))
    said: dict[str, Any] = {
        "key": draw(KEYS),
        "type": type_,
        "arraySize": draw(st.sampled_from([None, None, 1, 3])),
        "unit": draw(_UNITS),
        "required": draw(st.booleans()),
        "writable": draw(st.booleans()),
        "description": draw(st.sampled_from(["", "Of the air."])),
    }
    if type_ in ("BIGINT", "TEXT") and draw(st.integers(0, 3)) == 0:
        words = st.text(max_size=5).filter(lambda word: "\0" not in word)
        choice = words if type_ == "TEXT" else st.one_of(_SMALL, _BIGINTS)
        said["enum"] = draw(st.lists(choice, min_size=1, max_size=4, unique=True))
    elif type_ in ("DOUBLE", "BIGINT"):
        number = st.one_of(_SMALL, _BIGINTS) if type_ == "BIGINT" else st.one_of(_SMALL, _DOUBLES)
        low, high = sorted([draw(number), draw(number)])
        said |= {
            "min": draw(st.sampled_from([None, low])),
            "max": draw(st.sampled_from([None, high])),
        }
    return msgspec.convert(
        {name: value for name, value in said.items() if value is not None}, Field
    )


def profiles() -> st.SearchStrategy[list[Field]]:
    return st.lists(fields(), min_size=1, max_size=5, unique_by=lambda field: field.key)


_ANYTHING = st.one_of(
    st.none(), st.booleans(), _SMALL, _BIGINTS, st.integers(), _DOUBLES, st.text(max_size=6),
    st.just("x" * 1001), st.just("a\0b"), st.just({}), st.lists(_SMALL, max_size=4),
)  # fmt: skip


@st.composite
def values_for(draw: st.DrawFn, profile: list[Field]) -> dict[str, Any]:
    """A payload that is often nearly right."""
    values: dict[str, Any] = {}
    for field in profile:
        if draw(st.integers(0, 5)) == 0:
            continue
        size = field.array_size
        if size is None:
            values[field.key] = draw(_value_for(field))
        else:
            length = draw(st.sampled_from([size, size, size, size + 1, 0]))
            values[field.key] = [draw(_value_for(field)) for _ in range(length)]
    if draw(st.integers(0, 15)) == 0:
        values["unknown"] = draw(_ANYTHING)
    return values


def _value_for(field: Field) -> st.SearchStrategy[Any]:
    match field.type:
        case _ if field.enum:
            good: st.SearchStrategy[Any] = st.sampled_from(field.enum)
        case "BOOLEAN":
            good = st.booleans()
        case "TEXT":
            good = st.text(max_size=6)
        case "BIGINT":
            good = st.one_of(
                st.sampled_from([field.min or 0, field.max or 0]), _SMALL, _SMALL.map(float)
            )
        case _:
            good = st.one_of(st.sampled_from([field.min or 0, field.max or 0]), _SMALL, _DOUBLES)
    return st.one_of(good, good, good, good, good, _ANYTHING)

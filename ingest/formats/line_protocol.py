"""InfluxDB line protocol: `measurement,deviceId=… field=21.5,other=3i 1700000000000000000`, what
Telegraf sends.

Each field of a line is a reading of the device in the tag `deviceId`: its sensor is
`measurement.field`, or the measurement alone where the field is called `value`. A tag `component`
names a part of the device; a tag `sensorId` names the sensor itself, for lines of one field. Other
tags become the readings' metadata. Times are nanoseconds, or what `precision` says; a line without
one is rejected, since a repeat of it could not be recognised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from db.readings.columns import Value
from ingest.formats.naming import numbered
from ingest.formats.parsed import Parsed, Question
from ingest.formats.times import from_numbers
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Name, Rows
from ingest.pipeline.values import ValueColumns

# Possessive throughout: no line, however made, is tried twice.
_NAME = r"(?:[^,= \\]|\\.|\\$)++"
_TAG = rf",({_NAME})=({_NAME})"
_FIELD = rf'({_NAME})=("(?:[^"\\]|\\.)*+"|[^,\s"]++)'
_LINE = re.compile(
    rf"(?P<measurement>(?:[^, \\]|\\.)++)(?P<tags>(?:{_TAG})*+) ++"
    rf"(?P<fields>{_FIELD}(?:,{_FIELD})*+)(?: ++(?P<at>-?\d{{1,19}}))?+ *+$",
    re.DOTALL,
)
_TAGS, _FIELDS = re.compile(_TAG, re.DOTALL), re.compile(_FIELD, re.DOTALL)
_ESCAPED, _ESCAPED_TEXT = re.compile(r"\\([,= ])"), re.compile(r'\\(["\\])')
_INTEGER, _FLOAT = (
    re.compile(r"[+-]?\d+[iu]"),
    re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"),
)
_BOOLEANS = {"t": True, "true": True, "f": False, "false": False}
_NAMES = ("sensorId", "deviceId", "component")


@dataclass(slots=True)
class _Lines:
    names: list[Name] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    metadata: dict[int, dict[str, Any]] = field(default_factory=dict)
    rejected: dict[int, Rejection] = field(default_factory=dict)
    sources: dict[int, bytes] = field(default_factory=dict)

    def add(self, name: Name, at: int, value: Value, tags: dict[str, str]) -> None:
        if tags:
            self.metadata[len(self.at)] = tags
        self.names.append(name)
        self.at.append(at)
        self.values.append(value)

    def reject(self, line: bytes, reason: Reason, message: str, name: Name | None = None) -> None:
        self.rejected[len(self.at)] = Rejection(reason, message)
        self.sources[len(self.at)] = line
        self.add(name or Name(), 0, 0.0, {})


def read(body: bytes, question: Question) -> Parsed:
    rows = _Lines()
    for line in body.replace(b"\r\n", b"\n").split(b"\n"):
        if line.strip() and not line.startswith(b"#"):
            _read_line(line, rows)
            question.check(len(rows.at))
    ts, late = from_numbers(np.array(rows.at, np.int64), question.precision or "ns")
    names, number = numbered(rows.names)
    faults = late | rows.rejected
    table = Rows.of(
        names,
        number,
        ts,
        values=ValueColumns.of(rows.values),
        metadata=rows.metadata,
        faults=faults,
    )
    return Parsed.of(table, rows.sources)


def _read_line(line: bytes, rows: _Lines) -> None:
    try:
        found = _LINE.match(line.decode())
    except UnicodeDecodeError:
        return rows.reject(line, Reason.MALFORMED, "not UTF-8")
    if found is None:
        return rows.reject(line, Reason.MALFORMED, "not a line of the line protocol")
    tags = {_plain(key): _plain(value) for key, value in _TAGS.findall(found["tags"])}
    if found["at"] is None:
        return rows.reject(line, Reason.MISSING_FIELD, "the line has no timestamp")
    at = int(found["at"])
    if not -(2**63) <= at < 2**63:
        return rows.reject(line, Reason.BAD_TIMESTAMP, f"timestamp: {at} is beyond 64 bits")
    named = [tags.pop(name, None) for name in _NAMES]
    for name, value in _fields(found["measurement"], found["fields"], *named):
        if value is None:
            rows.reject(
                line,
                Reason.WRONG_TYPE,
                f"{name.sensor or name.sensor_id}: no value of the line protocol",
                name,
            )
        else:
            rows.add(name, at, value, tags)
    return None


def _fields(
    measurement: str,
    fields: str,
    sensor_id: str | None,
    device_id: str | None,
    component: str | None,
) -> Iterator[tuple[Name, Value | None]]:
    measurement = _plain(measurement)
    for key, text in _FIELDS.findall(fields):
        if sensor_id is not None:
            yield Name(sensor_id, None, device_id, component), _value(text)
        else:
            sensor = measurement if key == "value" else f"{measurement}.{_plain(key)}"
            yield Name(None, sensor, device_id, component), _value(text)


def _value(text: str) -> Value | None:
    if text[0] == '"':
        return _ESCAPED_TEXT.sub(r"\1", text[1:-1])
    if _INTEGER.fullmatch(text):
        return int(text[:-1])
    if _FLOAT.fullmatch(text):
        return float(text)
    return _BOOLEANS.get(text if len(text) == 1 and text in "tf" else text.lower())


def _plain(name: str) -> str:
    return _ESCAPED.sub(r"\1", name)

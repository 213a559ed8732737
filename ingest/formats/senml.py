"""SenML (RFC 8428) in JSON. A record's name is a sensor's id, or `<deviceId>/<sensor key>`.

Base fields are resolved (§4.6), times below 2^28 are relative to now (§4.5.3). Sums, data values
and unknown fields that must be understood (§4.4) are that record's fault. Units are the sensor's
own business, and not compared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from db.readings.columns import Value
from ingest.formats.parsed import Parsed, Question, bounded_name
from ingest.pipeline.decode import NotReadings, split
from ingest.pipeline.numbering import numbered
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Name, Rows
from ingest.pipeline.values import ValueColumns

VERSION_MAX = 10
RELATIVE_BELOW_SECONDS = 2**28
SECONDS_MAX = 1e12
_KNOWN = {"bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "t", "ut", "v", "vs", "vb", "vd", "s"}
_BASES: dict[str, Any] = {
    "bn": str,
    "bt": (int, float),
    "bu": str,
    "bv": (int, float),
    "bs": (int, float),
    "bver": int,
}
_FIELDS: dict[str, Any] = {"n": str, "t": (int, float), "v": (int, float), "vs": str, "vb": bool}


Record = dict[str, Any]


@dataclass(slots=True)
class _Row:
    """A record that is resolved: its name, its time in microseconds, its value; or why it is
    none."""

    text: bytes | msgspec.Raw | Record
    name: str
    ts: int = 0
    value: Value = 0.0
    rejection: Rejection | None = None

    def refused(self, rejection: Rejection) -> _Row:
        return replace(self, rejection=rejection)


def read(body: bytes, question: Question) -> Parsed:
    question.budget.values(body)
    rows = _resolve(_records(body, question), question.now)
    names, number = numbered([row.name for row in rows])
    table = Rows.of(
        [_name(name) for name in names],
        number,
        np.array([row.ts for row in rows], np.int64),
        values=ValueColumns.of([row.value for row in rows]),
        faults={at: row.rejection for at, row in enumerate(rows) if row.rejection},
    )
    return Parsed(table, texts={at: _source(rows[at].text) for at in table.faults})


def _source(text: bytes | msgspec.Raw | Record) -> bytes:
    return msgspec.json.encode(text) if isinstance(text, dict) else bytes(text)


def _records(body: bytes, question: Question) -> list[Record | _Row]:
    """The records; in the place of one that is none, a row that says so."""
    most = question.budget.readings_max
    try:
        records: list[Record | _Row] = msgspec.json.decode(body, type=list[Record])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if body.lstrip()[:1] != b"[":
            raise NotReadings(f"the body is no SenML pack: {error}") from None
        return [_record(text) for text in split(body, most)]
    question.budget.readings(len(records))
    return records


def _record(text: bytes | msgspec.Raw) -> Record | _Row:
    try:
        record: Record = msgspec.json.decode(text, type=Record)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _Row(text, "").refused(Rejection(Reason.MALFORMED, f"no record of SenML: {error}"))
    return record


@dataclass(slots=True)
class _Bases:
    """The base fields as they stand. One that is none costs the records that it stands for."""

    values: Record = field(default_factory=lambda: {"bn": "", "bt": 0, "bv": 0})
    faults: dict[str, Rejection] = field(default_factory=dict)

    def update(self, record: Record) -> None:
        for key in record.keys() & _BASES:
            value = record[key]
            if isinstance(value, bool) or not isinstance(value, _BASES[key]):
                told = f"{key} is no {key}: {value!r:.50}"
                self.faults[key] = Rejection(Reason.WRONG_TYPE, told)
                continue
            self.faults.pop(key, None)
            self.values[key] = bounded_name(value) if key == "bn" else value
        if self.values.get("bver", 0) > VERSION_MAX:
            raise NotReadings(
                f"SenML version {self.values['bver']!s:.50}: "
                f"this platform reads up to {VERSION_MAX}"
            )


def _resolve(records: list[Record | _Row], now: datetime) -> list[_Row]:
    bases, rows = _Bases(), []
    for record in records:
        if isinstance(record, _Row):
            rows.append(record)
            continue
        bases.update(record)
        if record.keys() - _BASES:  # a record of base fields alone is no reading
            rows.append(_row(record, bases, now))
    return rows


def _row(record: Record, bases: _Bases, now: datetime) -> _Row:
    fault = _fault(record)
    name = record.get("n")
    own = bounded_name(name) if isinstance(name, str) else ""
    row = _Row(record, f"{bases.values['bn']}{own}")
    if fault := fault or next(iter(bases.faults.values()), None):
        return row.refused(fault)
    value = _value(record, bases.values["bv"])
    if value is None:
        return row.refused(Rejection(Reason.MISSING_FIELD, "one of v, vb, vs is missing"))
    seconds = _sum(bases.values["bt"], record.get("t", 0))
    if not abs(seconds) <= SECONDS_MAX:
        told = f"time {seconds!s:.50} is beyond all calendars"
        return row.refused(Rejection(Reason.BAD_TIMESTAMP, told))
    if seconds < RELATIVE_BELOW_SECONDS:
        seconds = now.timestamp() + seconds
    row.ts, row.value = round(seconds * 1_000_000), value
    return row


def _sum(base: float, value: float) -> float:
    try:
        return base + value
    except OverflowError:  # an integer of hundreds of digits and a fraction
        return math.inf


def _fault(record: dict[str, Any]) -> Rejection | None:
    for key, type_ in _FIELDS.items():
        if key not in record:
            continue
        given = record[key]
        if not isinstance(given, type_) or (key != "vb" and isinstance(given, bool)):
            return Rejection(Reason.WRONG_TYPE, f"{key} has the wrong type")
    if "vd" in record or "s" in record:
        return Rejection(Reason.WRONG_TYPE, "data values (vd) and sums (s) are not stored")
    if strange := sorted(key for key in record.keys() - _KNOWN if key.endswith("_")):
        return Rejection(Reason.MALFORMED, f"must be understood, and isn't: {strange[0]!a:.50}")
    return None


def _value(record: dict[str, Any], base: float) -> Value | None:
    given = [record[key] for key in ("v", "vs", "vb") if key in record]
    if len(given) != 1:
        # A base value stands for a record that has none (§4.5.4).
        return base if not given and base else None
    value: Value = _sum(base, given[0]) if "v" in record and base else given[0]
    return value


def _name(text: str) -> Name:
    device_id, slash, key = text.removeprefix("urn:uuid:").partition("/")
    if not slash:
        return Name(sensor_id=device_id)
    return Name(sensor=key, device_id=_plain(device_id))


def _plain(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return text

"""SenML (RFC 8428) in JSON. A record's name is a sensor's id, or `<deviceId>/<sensor key>`.

Base fields are resolved (§4.6), times below 2^28 are relative to now (§4.5.3). Sums, data values
and unknown fields that must be understood (§4.4) are that record's fault; a record of base fields
alone, also of a base value, is no reading, but sets them for those that follow. Names may hold
whatever keys of sensors may. Units are the sensor's own business, and
not compared.

Fractions are read as decimals: as doubles, 1276020076.001 would be cut to one microsecond less.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_FLOOR, Context, Decimal
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from db.readings.columns import Value
from db.readings.times import microseconds
from ingest.formats.parsed import Parsed, Question, bounded_name
from ingest.pipeline.decode import NotReadings, split
from ingest.pipeline.numbering import numbered
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Name, Rows
from ingest.pipeline.values import ValueColumns

VERSION_MAX = 10
RELATIVE_BELOW_SECONDS = 2**28
SECONDS_MAX = 10**12
_Number = (int, Decimal)
_BASES: dict[str, Any] = {
    "bn": str, "bt": _Number, "bu": str, "bv": _Number, "bs": _Number, "bver": int
}  # fmt: skip
_FIELDS: dict[str, Any] = {
    "n": str, "u": str, "t": _Number, "ut": _Number, "v": _Number, "vs": str, "vb": bool
}  # fmt: skip
_VALUES = ("v", "vs", "vb")
# Of a thousand digits only the first ones count, and no sum is an error.
_EXACTLY = Context(prec=60, rounding=ROUND_FLOOR, Emax=999_999, Emin=-999_999, traps=[])


Record = dict[str, Any]

_pack = msgspec.json.Decoder(list[Record], float_hook=_EXACTLY.create_decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")
_single = msgspec.json.Decoder(Record, float_hook=_EXACTLY.create_decimal)


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
    return _encoder.encode(text) if isinstance(text, dict) else bytes(text)


def _records(body: bytes, question: Question) -> list[Record | _Row]:
    """The records; in the place of one that is none, a row that says so."""
    most = question.budget.readings_max
    try:
        records: list[Record | _Row] = [*_pack.decode(body)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if body.lstrip()[:1] != b"[":
            raise NotReadings(f"the body is no SenML pack: {error}") from None
        return [_record(text) for text in split(body, most)]
    question.budget.readings(len(records))
    return records


def _record(text: bytes | msgspec.Raw) -> Record | _Row:
    try:
        record: Record = _single.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _Row(text, "").refused(Rejection(Reason.MALFORMED, f"no record of SenML: {error}"))
    return record


@dataclass(slots=True)
class _Bases:
    """The base fields as they stand. One that is none costs the records that it stands for."""

    values: Record = field(default_factory=lambda: {"bn": "", "bt": 0})
    faults: dict[str, Rejection] = field(default_factory=dict)

    def fault(self) -> Rejection | None:
        """Why no record can be read."""
        if self.faults:
            return next(iter(self.faults.values()))
        return _NOT_STORED if self.values.get("bs") else None

    def update(self, record: Record) -> None:
        for key in record.keys() & _BASES:
            value = record[key]
            is_none = isinstance(value, bool) or not isinstance(value, _BASES[key])
            if is_none or (key == "bver" and value < 1):
                told = f"{key} is no {key}: {value!r:.50}"
                self.faults[key] = Rejection(Reason.WRONG_TYPE, told)
                continue
            if key == "bver" and value != self.values.get(key, value):
                raise NotReadings("the records of a SenML pack are of one version")
            self.faults.pop(key, None)
            self.values[key] = bounded_name(value) if key == "bn" else value
        if self.values.get("bver", 0) > VERSION_MAX:
            raise NotReadings(
                f"SenML version {self.values['bver']!s:.50}: "
                f"this platform reads up to {VERSION_MAX}"
            )


def _resolve(records: list[Record | _Row], now: datetime) -> list[_Row]:
    bases, rows = _Bases(), []
    now_us = microseconds(now)
    for record in records:
        if isinstance(record, _Row):
            rows.append(record)
            continue
        if not _BASES.keys().isdisjoint(record):
            bases.update(record)
            if record.keys() <= _BASES.keys():  # a record of base fields alone is no reading
                continue
        rows.append(_row(record, bases, now_us))
    return rows


def _row(record: Record, bases: _Bases, now_us: int) -> _Row:
    fault = _fault(record)
    name = record.get("n")
    own = bounded_name(name) if isinstance(name, str) else ""
    row = _Row(record, f"{bases.values['bn']}{own}")
    if fault := fault or bases.fault():
        return row.refused(fault)
    value = _value(record, bases.values.get("bv"))
    if value is None:
        return row.refused(Rejection(Reason.MISSING_FIELD, "one of v, vb, vs is missing"))
    seconds = _sum(bases.values["bt"], record.get("t", 0))
    if not -SECONDS_MAX <= seconds <= SECONDS_MAX:
        told = f"time {seconds!s:.50} is beyond all calendars"
        return row.refused(Rejection(Reason.BAD_TIMESTAMP, told))
    row.ts, row.value = _cut(seconds), value
    if row.ts < RELATIVE_BELOW_SECONDS * 1_000_000:
        row.ts += now_us
    return row


def _sum(base: int | Decimal, value: int | Decimal) -> int | Decimal:
    if isinstance(base, int) and isinstance(value, int):
        return base + value
    return _EXACTLY.add(base, value)


def _cut(seconds: int | Decimal) -> int:
    """As microseconds. What is finer is cut."""
    if isinstance(seconds, int):
        return seconds * 1_000_000
    return int(_EXACTLY.scaleb(seconds, 6).to_integral_value(ROUND_FLOOR))


_NOT_STORED = Rejection(Reason.WRONG_TYPE, "data values (vd) and sums (s, bs) are not stored")


def _fault(record: Record) -> Rejection | None:
    for key, given in record.items():
        type_ = _FIELDS.get(key)
        if type_ is None:
            if fault := _fault_of_other(key):
                return fault
        elif not isinstance(given, type_) or (type_ is _Number and isinstance(given, bool)):
            return Rejection(Reason.WRONG_TYPE, f"{key} has the wrong type")
    return None


def _fault_of_other(label: str) -> Rejection | None:
    if label in ("vd", "s"):
        return _NOT_STORED
    if label.endswith("_"):
        return Rejection(Reason.MALFORMED, f"must be understood, and isn't: {label!a:.50}")
    return None


def _value(record: dict[str, Any], base: int | Decimal | None) -> Value | None:
    """That of a record that has one; of none, a base value stands for it (§4.5.4)."""
    given = [record[key] for key in _VALUES if key in record] or ([] if base is None else [0])
    if len(given) != 1:
        return None
    value: Any = given[0]
    if base is not None and isinstance(value, _Number) and not isinstance(value, bool):
        value = _sum(base, value)
    return float(value) if isinstance(value, Decimal) else value


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

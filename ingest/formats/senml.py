"""SenML (RFC 8428) in JSON. A record's name is a sensor's id, or `<deviceId>/<sensor key>`.

Base fields are resolved (§4.6), times below 2^28 are relative to now (§4.5.3). Sums, data values
and unknown fields that must be understood (§4.4) are that record's fault. Units are the sensor's
own business, and not compared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from db.readings.columns import Value
from ingest.formats.naming import numbered
from ingest.formats.parsed import Parsed, Question
from ingest.pipeline.decode import NotReadings
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Name, Rows
from ingest.pipeline.values import ValueColumns

VERSION_MAX = 10
RELATIVE_BELOW_SECONDS = 2**28
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


@dataclass(slots=True)
class _Row:
    """A record that is resolved: its name, its time in microseconds, its value; or why it is
    none."""

    record: dict[str, Any]
    name: str
    ts: int = 0
    value: Value = 0.0
    rejection: Rejection | None = None


def read(body: bytes, question: Question) -> Parsed:
    try:
        records: list[dict[str, Any]] = msgspec.json.decode(body, type=list[dict[str, Any]])
    except RecursionError:
        raise NotReadings("the body is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotReadings(f"the body is no SenML pack: {error}") from None
    question.check(len(records))
    rows = _resolve(records, question.now)
    names, number = numbered([row.name for row in rows])
    table = Rows.of(
        [_name(name) for name in names],
        number,
        np.array([row.ts for row in rows], np.int64),
        values=ValueColumns.of([row.value for row in rows]),
        faults={at: row.rejection for at, row in enumerate(rows) if row.rejection},
    )
    return Parsed.of(table, {at: msgspec.json.encode(rows[at].record) for at in table.faults})


def _resolve(records: list[dict[str, Any]], now: datetime) -> list[_Row]:
    base: dict[str, Any] = {"bn": "", "bt": 0, "bv": 0}
    rows = []
    for record in records:
        for key in record.keys() & _BASES:
            if not isinstance(record[key], _BASES[key]) or isinstance(record[key], bool):
                raise NotReadings(f"{key} is no {key}: {record[key]!r:.50}")
            base[key] = record[key]
        if base.get("bver", 0) > VERSION_MAX:
            raise NotReadings(
                f"SenML version {base['bver']}: this platform reads up to {VERSION_MAX}"
            )
        if record.keys() - _BASES:  # a record of base fields alone is no reading
            rows.append(_row(record, base, now))
    return rows


def _row(record: dict[str, Any], base: dict[str, Any], now: datetime) -> _Row:
    name = f"{base['bn']}{record.get('n', '')}"
    if fault := _fault(record):
        return _Row(record, name, rejection=fault)
    value = _value(record, base["bv"])
    if value is None:
        return _Row(
            record, name, rejection=Rejection(Reason.MISSING_FIELD, "one of v, vb, vs is missing")
        )
    seconds = base["bt"] + record.get("t", 0)
    if not math.isfinite(seconds) or abs(seconds) > 1e12:
        return _Row(
            record,
            name,
            rejection=Rejection(Reason.BAD_TIMESTAMP, f"time {seconds} is beyond all calendars"),
        )
    if seconds < RELATIVE_BELOW_SECONDS:
        seconds = now.timestamp() + seconds
    return _Row(record, name, round(seconds * 1_000_000), value)


def _fault(record: dict[str, Any]) -> Rejection | None:
    for key, type_ in _FIELDS.items():
        given = record.get(key)
        if given is not None and (
            not isinstance(given, type_) or (key != "vb" and isinstance(given, bool))
        ):
            return Rejection(Reason.WRONG_TYPE, f"{key} has the wrong type")
    if "vd" in record or "s" in record:
        return Rejection(Reason.WRONG_TYPE, "data values (vd) and sums (s) are not stored")
    if strange := sorted(key for key in record.keys() - _KNOWN if key.endswith("_")):
        return Rejection(Reason.MALFORMED, f"must be understood, and isn't: {strange[0]!a}")
    return None


def _value(record: dict[str, Any], base: float) -> Value | None:
    given = [record[key] for key in ("v", "vs", "vb") if key in record]
    if len(given) != 1:
        # A base value stands for a record that has none (§4.5.4).
        return base if not given and base else None
    value: Value = base + given[0] if "v" in record and base else given[0]
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

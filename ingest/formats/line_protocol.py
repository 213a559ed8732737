"""InfluxDB line protocol: `measurement,deviceId=… field=21.5,other=3i 1700000000000000000`, what
Telegraf sends.

Each field of a line is a reading of the device in the tag `deviceId`. A tag `component` names a
part of the device; a tag `sensorId` names the sensor itself, for lines of one field. The other tags
tell series apart, as InfluxDB has it, and are part of the sensor's key and its labels:

| line                                           | key                       |
|------------------------------------------------|---------------------------|
| `mem,deviceId=… used=3i`                       | `mem.used`                |
| `temperature,deviceId=… value=21.5`            | `temperature`             |
| `cpu,deviceId=…,cpu=cpu0 idle=9`               | `cpu.idle{cpu=cpu0}`      |
| `disk,deviceId=…,path=/,fstype=ext4 free=9`    | `disk.free{fstype=ext4,path=/}` |
| the same with tags of more characters than fit | `disk.free{#` 16 hexadecimal digits `}` |

Tags that tell the device, as `host` does, stay out of the key where `deviceTags` names them.

Times are nanoseconds, or what `precision` says; a line without one is rejected, since a repeat of
it could not be recognised. Blanks before a line and lines that begin with # are passed over. A
quoted text may hold newlines: what looks like a line in it is none.

A line can be as long as a body, and what its tags and its name say is said of each of its fields:
so both are bounded before anything is made of them, and fields are counted while they are found.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

import msgspec
import numpy as np

from db.readings.columns import Value
from ingest.formats.budget import Budget
from ingest.formats.parsed import NAME_MAX_CHARACTERS, Parsed, Question, bounded_name
from ingest.formats.times import from_numbers
from ingest.pipeline.kept import kept
from ingest.pipeline.metadata import METADATA_MAX_BYTES
from ingest.pipeline.numbering import numbered
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.resolve import SENSOR_KEY_MAX_CHARACTERS
from ingest.pipeline.rows import Name, Rows
from ingest.pipeline.values import TEXT_MAX_CHARACTERS, ValueColumns

# Possessive throughout: no line, however made, is tried twice. Characters go by runs: the regular
# expression's own memory is one entry for each turn of a group.
_NAME = r"(?:[^,= \\]++|\\.|\\$)++"
_TAG = rf",({_NAME})=({_NAME})"
_FIELD = rf'({_NAME})=("(?:[^"\\]++|\\.)*+"|[^,\s"]++)'
_LINE = re.compile(
    rf"(?P<measurement>(?:[^, \\]++|\\.)++)(?P<tags>(?:{_TAG})*+) ++"
    rf"(?P<fields>{_FIELD}(?:,{_FIELD})*+)(?: ++(?P<at>-?\d{{1,19}}))?+ *+$",
    re.DOTALL,
)
# A line as far as it goes: quotes are of a field's text, after the first blank that isn't escaped.
_TEXT = rb'"(?:[^"\\]++|\\.|\\\Z)*+(?:"|(?P<open>\Z))'
_LOGICAL_LINE = re.compile(
    rb"[ \t\r]*+(?:#[^\n]*+|(?:[^ \\\n]++|\\.|\\)*+(?: (?:[^\"\n]++|" + _TEXT + rb")*+)?+)"
    rb"[^\n]*+\n?",
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
# Of a series, which each of its sensors keeps.
LABELS_MAX_CHARACTERS = 2 * 1024
# So that a key has room for the measurement and the field, too.
SERIES_MAX_CHARACTERS = SENSOR_KEY_MAX_CHARACTERS // 2
SERIES_DIGITS = 16
_BLANKS = b" \t\r\n"
# Of a line, with the three that are names: each character may be escaped by another one.
TAGS_MAX_CHARACTERS = 2 * (METADATA_MAX_BYTES + len(_NAMES) * NAME_MAX_CHARACTERS)
# Beyond it no number is a double, and Python refuses to read it at some length.
DIGITS_MAX = 330


@dataclass(slots=True)
class _Line:
    """What all fields of a line have alike."""

    text: bytes
    at: int = 0
    labels: str | None = None
    series: str = ""
    _kept: bytes | None = None

    @property
    def kept(self) -> bytes:
        """Once, however many of its fields are refused."""
        if self._kept is None:
            self._kept = kept(self.text)
        return self._kept


@dataclass(slots=True)
class _Fields:
    budget: Budget
    names: list[Name] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    rejected: dict[int, Rejection] = field(default_factory=dict)
    sources: dict[int, bytes] = field(default_factory=dict)

    def add(self, name: Name, line: _Line, value: Value) -> None:
        if line.labels is not None:  # each sensor that is made of them keeps its own
            self.budget.take(len(line.labels))
        self._append(name, line.at, value)

    def reject(self, line: _Line, rejection: Rejection, name: Name | None = None) -> None:
        self.rejected[len(self.at)] = rejection
        self.sources[len(self.at)] = line.kept
        self._append(name or Name(), 0, 0.0)

    def _append(self, name: Name, at: int, value: Value) -> None:
        self.names.append(name)
        self.at.append(at)
        self.values.append(value)
        self.budget.readings(len(self.at))


def read(body: bytes, question: Question) -> Parsed:
    question.budget.lines(body.count(b"\n"))
    rows = _Fields(question.budget)
    for text in _lines(body):
        line = text.strip(_BLANKS)
        if line and not line.startswith(b"#"):
            _read_line(_Line(line), rows, question.device_tags)
    ts, late = from_numbers(np.array(rows.at, np.int64), question.precision or "ns")
    names, number = numbered(rows.names)
    table = Rows.of(
        names,
        number,
        ts,
        values=ValueColumns.of(rows.values),
        faults=late | rows.rejected,
    )
    return Parsed(table, texts=rows.sources)


def _lines(body: bytes) -> Iterable[bytes]:
    if b'"' not in body:
        return io.BytesIO(body)
    return _logical_lines(body)


def _logical_lines(body: bytes) -> Iterator[bytes]:
    """Behind a quote that is never closed lines end where they seem to: to look for its end once
    is enough."""
    at = 0
    while at < len(body) and (found := _LOGICAL_LINE.match(body, at)):
        if found["open"] is not None:
            yield from io.BytesIO(body[at:])
            return
        yield found[0]
        at = found.end()


def _read_line(line: _Line, rows: _Fields, device_tags: Collection[str]) -> None:
    found = _found(line)
    if isinstance(found, Rejection):
        return rows.reject(line, found)
    tags = {_plain(key): _plain(value) for key, value in _TAGS.findall(found["tags"])}
    named = [_bounded(tags.pop(name, None)) for name in _NAMES]
    labels = sorted(tags.items())
    if sum(len(name) + len(value) for name, value in labels) > LABELS_MAX_CHARACTERS:
        told = f"the line's tags have more than {LABELS_MAX_CHARACTERS} characters"
        return rows.reject(line, Rejection(Reason.OUT_OF_RANGE, told))
    line.at = int(found["at"])
    line.labels = msgspec.json.encode(dict(labels)).decode() if labels else None
    line.series = _series([label for label in labels if label[0] not in device_tags])
    for name, value in _fields(found, line, *named):
        if isinstance(value, Rejection):
            rows.reject(line, value, name)
        else:
            rows.add(name, line, value)
    return None


def _found(line: _Line) -> re.Match[str] | Rejection:
    """The parts of the line, or why it is none."""
    try:
        found = _LINE.match(line.text.decode())
    except UnicodeDecodeError:
        return Rejection(Reason.MALFORMED, "not UTF-8")
    if found is None or b"\0" in line.text:
        return Rejection(Reason.MALFORMED, "not a line of the line protocol")
    if found.end("tags") - found.start("tags") > TAGS_MAX_CHARACTERS:
        return Rejection(Reason.OUT_OF_RANGE, "the line's tags are larger than metadata may be")
    if found["at"] is None:
        return Rejection(Reason.MISSING_FIELD, "the line has no timestamp")
    at = int(found["at"])
    if not -(2**63) <= at < 2**63:
        return Rejection(Reason.BAD_TIMESTAMP, f"timestamp: {at} is beyond 64 bits")
    return found


def _series(labels: Collection[tuple[str, str]]) -> str:
    """What tells a series from others of its measurement and field, in few characters."""
    if not labels:
        return ""
    text = ",".join(f"{name}={value}" for name, value in labels)
    if len(text) > SERIES_MAX_CHARACTERS:
        text = f"#{hashlib.sha256(text.encode()).hexdigest()[:SERIES_DIGITS]}"
    return f"{{{text}}}"


def _fields(
    found: re.Match[str],
    line: _Line,
    sensor_id: str | None,
    device_id: str | None,
    component: str | None,
) -> Iterator[tuple[Name, Value | Rejection]]:
    measurement = _cut(found["measurement"])
    for field_ in _FIELDS.finditer(found["fields"]):
        key, text = field_.groups()
        if sensor_id is not None:
            name = Name(sensor_id, None, device_id, component)
        else:
            sensor = measurement if key == "value" else f"{measurement}.{_cut(key)}"
            name = Name(None, f"{sensor}{line.series}", device_id, component, line.labels)
        value = _value(text)
        if value is None:
            told = f"{_shown(name)}: no value of the line protocol"
            yield name, Rejection(Reason.WRONG_TYPE, told)
        elif isinstance(value, str) and len(value) > TEXT_MAX_CHARACTERS:
            told = f"{_shown(name)}: text is longer than {TEXT_MAX_CHARACTERS} characters"
            yield name, Rejection(Reason.OUT_OF_RANGE, told)
        elif isinstance(value, int) and len(text) > DIGITS_MAX:
            told = f"{_shown(name)}: the number is beyond the range of a double"
            yield name, Rejection(Reason.OUT_OF_RANGE, told)
        else:
            yield name, value


def _shown(name: Name) -> str:
    return f"{name.sensor or name.sensor_id:.80}"


def _value(text: str) -> Value | None:
    if text[0] == '"':
        is_long = len(text) > 2 * (TEXT_MAX_CHARACTERS + 1)  # whatever is escaped in it
        return text if is_long else _ESCAPED_TEXT.sub(r"\1", text[1:-1])
    if _INTEGER.fullmatch(text):
        return int(text[:-1]) if len(text) <= DIGITS_MAX else 0
    if _FLOAT.fullmatch(text):
        return float(text)
    return _BOOLEANS.get(text if len(text) == 1 and text in "tf" else text.lower())


def _bounded(name: str | None) -> str | None:
    return None if name is None else bounded_name(name)


def _cut(name: str) -> str:
    """As a part of a name: longer ones are cut before anything is made of them."""
    return bounded_name(_plain(name[: 2 * NAME_MAX_CHARACTERS]))


def _plain(name: str) -> str:
    return _ESCAPED.sub(r"\1", name)

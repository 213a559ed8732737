"""Devices as CSV (RFC 4180, UTF-8): the columns, what a cell may hold, and how a program's cell stays no formula.

What is exported can be imported again: the columns that people edit mean the same both ways, the others are read and
ignored. A cell that a spreadsheet would take for a formula is guarded (ingest/formats/cells.py).
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import msgspec

from app.catalogue.device_profiles.schemas import DeviceProfileReference
from app.core.errors import Malformed, TooLarge
from app.fleet.devices.schemas import DeviceName, LineFault, Tags
from app.fleet.metadata import METADATA_MAX_BYTES
from app.fleet.sites.schemas import Latitude, Longitude
from db.models import Device
from ingest.formats.cells import guarded, unguarded

EDITABLE = ("name", "site", "deviceProfile", "tags", "latitude", "longitude", "metadata")
COLUMNS = ("id", "name", "status", *EDITABLE[1:], "firmwareVersion", "connected", "lastSeenAt")
LINES_MAX = 10_000
RECORD_MAX_CHARACTERS = 200_000
_BOUNDS: dict[str, Any] = {"latitude": Latitude, "longitude": Longitude}

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_LINE_END = re.compile(r"\r\n|\n|\r(?!\Z)")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True)
class DeviceLine:
    """A line that can be read. `fields` has the columns that the file has, `location` in place of two of them."""

    line: int
    fields: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.fields["name"])


@dataclass
class Sheet:
    """A file that was read: its good lines, and what is wrong with the others."""

    lines: list[DeviceLine] = field(default_factory=list)
    faults: list[LineFault] = field(default_factory=list)


def write(rows: Iterable[Sequence[str]]) -> bytes:
    """Lines of cells that are as they shall stand."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def cells_of(device: Device, site: str | None) -> list[str]:
    """A device in the order of COLUMNS."""
    place = device.location or {}
    seen = device.last_seen_at
    return [
        str(device.id),
        guarded(device.name),
        device.status,
        guarded(site or ""),
        "{name}:{version}".format(**device.device_profile) if device.device_profile else "",
        guarded(_joined(device.tags)),
        # Numbers as we write them are no formula, though a negative one begins like it.
        *(repr(place[name]) if name in place else "" for name in ("latitude", "longitude")),
        msgspec.json.encode(device.attributes).decode() if device.attributes else "",
        guarded(device.firmware_version or ""),
        "true" if device.is_connected else "false",
        seen.astimezone(UTC).isoformat().replace("+00:00", "Z") if seen else "",
    ]


async def read(chunks: AsyncIterable[bytes]) -> Sheet:
    """Read a file as it arrives.

    Raises Malformed where it is no CSV in UTF-8 or its head isn't one of ours, TooLarge beyond LINES_MAX devices.
    """
    sheet, columns = Sheet(), None
    named: dict[str, int] = {}
    async for line, record in _records(chunks):
        try:
            [cells] = csv.reader(io.StringIO(record, newline=""), strict=True)
        except (csv.Error, ValueError) as error:
            sheet.faults.append(LineFault(line, None, "MALFORMED", f"no CSV: {error}"))
            continue
        if columns is None:
            columns = _columns(cells)
            continue
        if len(sheet.lines) + len(sheet.faults) >= LINES_MAX:
            raise TooLarge(f"a file may have {LINES_MAX} devices")
        read_line = _line(line, columns, cells)
        if isinstance(read_line, LineFault):
            sheet.faults.append(read_line)
        elif read_line.name in named:
            other = named[read_line.name]
            sheet.faults.append(
                LineFault(line, "name", "ALREADY_EXISTS", f"line {other} has this name, too")
            )
        else:
            named[read_line.name] = line
            sheet.lines.append(read_line)
    if columns is None:
        raise Malformed("the file is empty; its first line names the columns")
    return sheet


async def _records(chunks: AsyncIterable[bytes]) -> AsyncIterator[tuple[int, str]]:
    """Each record with the number of its first line. A record ends with a line where no quote is open."""
    record, line, first, is_quoted = "", 0, 1, False
    async for text in _lines(chunks):
        line += 1
        record += text
        is_quoted ^= text.count('"') % 2 == 1
        if len(record) > RECORD_MAX_CHARACTERS:
            raise Malformed(f"line {first} is too long, or a quote that it opens is never closed")
        if not is_quoted:
            if record.strip("\r\n"):
                yield first, record
            record, first = "", line + 1
    if record:
        yield first, record


async def _lines(chunks: AsyncIterable[bytes]) -> AsyncIterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    rest = ""
    try:
        async for chunk in chunks:
            rest += decoder.decode(chunk)
            begins = 0
            for end in _LINE_END.finditer(rest):
                yield rest[begins : end.end()]
                begins = end.end()
            rest = rest[begins:]
            if len(rest) > RECORD_MAX_CHARACTERS:
                raise Malformed("a line is too long")
        rest += decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise Malformed("the file is not UTF-8") from None
    if rest:
        yield rest


def _columns(head: list[str]) -> list[str]:
    names = [name.strip() for name in head]
    if unknown := [name for name in names if name not in COLUMNS]:
        raise Malformed(f"there is no column {unknown[0]!a}; there are {', '.join(COLUMNS)}")
    if "name" not in names or len(set(names)) < len(names):
        raise Malformed("the first line names the columns: name among them, and none twice")
    if ("latitude" in names) != ("longitude" in names):
        raise Malformed("the columns latitude and longitude come together")
    return names


def _line(line: int, columns: list[str], cells: list[str]) -> DeviceLine | LineFault:
    if len(cells) != len(columns):
        return LineFault(line, None, "MALFORMED", f"{len(cells)} cells for {len(columns)} columns")
    found = {name: cell for name, cell in zip(columns, cells, strict=True) if name in EDITABLE}
    fields: dict[str, Any] = {}
    place: dict[str, float | None] = {}
    for name, cell in found.items():
        try:
            if "\0" in cell:
                raise ValueError("NUL")
            match name:
                case "name":
                    fields[name] = msgspec.convert(unguarded(cell), DeviceName)
                case "site":
                    fields[name] = unguarded(cell) or None
                case "deviceProfile":
                    fields["device_profile"] = _profile(cell)
                case "tags":
                    fields[name] = msgspec.convert(_split(unguarded(cell)), Tags)
                case "metadata":
                    fields[name] = _metadata(cell)
                case "latitude" | "longitude":
                    place[name] = _degrees(name, cell)
        except (ValueError, msgspec.DecodeError, RecursionError) as error:
            return LineFault(line, name, "INVALID", str(error) or "nested too deeply")
    if place:
        missing = [name for name, degrees in place.items() if degrees is None]
        if len(missing) == 1:
            message = "latitude and longitude come together: this one is empty"
            return LineFault(line, missing[0], "INVALID", message)
        fields["location"] = None if missing else place
    return DeviceLine(line, fields)


def _profile(cell: str) -> DeviceProfileReference | None:
    """`name:version`, as the lists' filter has it."""
    name, _, version = cell.strip().rpartition(":")
    if not cell.strip():
        return None
    return msgspec.convert({"name": name, "version": version}, DeviceProfileReference)


def _degrees(name: str, cell: str) -> float | None:
    """A number in decimal degrees, with a point, of plain digits; None for an empty cell."""
    text = cell.strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text[:50]!a} is no number of decimal degrees, such as 52.3702")
    degrees: float = msgspec.convert(float(text), _BOUNDS[name])
    return degrees


def _metadata(cell: str) -> dict[str, Any]:
    metadata = msgspec.json.decode(cell, type=dict[str, Any]) if cell.strip() else {}
    text = msgspec.json.encode(metadata)
    if len(text) > METADATA_MAX_BYTES:
        raise ValueError(f"metadata may hold {METADATA_MAX_BYTES} bytes")
    if _NUL.search(text):
        raise ValueError("NUL")
    return metadata


def _joined(tags: Sequence[str]) -> str:
    return "|".join(tag.replace("\\", "\\\\").replace("|", "\\|") for tag in tags)


def _split(cell: str) -> list[str]:
    """The tags of a cell: between bars, each bar or backslash within one behind a backslash."""
    tags = [""]
    is_escaped = False
    for character in cell:
        if is_escaped or character not in "\\|":
            tags[-1] += character
            is_escaped = False
        elif character == "\\":
            is_escaped = True
        else:
            tags.append("")
    return list(dict.fromkeys(tag for tag in tags if tag))

"""The ZIP, written from front to back: nothing is sought, nothing is read again.

Files are stored as they are, for Parquet is compressed already; ZIP64 from the start, for nobody
knows the size. Everything here runs in a thread of its own.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, cast

import pyarrow as pa

from db.readings.pgcopy import ArchiveRows
from workers.exports.annotations import AnnotationsWriter
from workers.exports.fields import (
    NAMES,
    ExportProfile,
    TypedColumn,
    columns_by_sensor,
    typed_columns,
)
from workers.exports.parquet import ANNOTATIONS, READINGS, ReadingsWriter
from workers.exports.scope import ExportSensor

FORMAT = "holdfast-export/1"
PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class About:
    """What the manifest says of the export as a whole."""

    export: dict[str, Any]
    sensors: Sequence[ExportSensor]
    profiles: Sequence[ExportProfile]
    has_readings: bool
    has_annotations: bool


@dataclass(frozen=True)
class _Layout:
    """The typed columns, and the sensors in the order of theirs: `places` has each sensor's, -1 for
    none."""

    columns: Sequence[TypedColumn]
    sensors: Sequence[ExportSensor]
    places: Sequence[int]


def _layout(about: About) -> _Layout:
    reported = {(sensor.profile_id, sensor.key) for sensor in about.sensors}
    columns = typed_columns(about.profiles, reported, reserved=READINGS.names)
    place_of = columns_by_sensor(columns)
    placed = sorted((place_of.get((s.profile_id, s.key), -1), s.id.bytes, s) for s in about.sensors)
    return _Layout(columns, [sensor for *_, sensor in placed], [place for place, *_ in placed])


class Archive:
    """Feed it with rows, then `finish`. `write` is given the file's bytes in order, about a
    megabyte at a time."""

    def __init__(self, write: Callable[[bytes], None], about: About) -> None:
        self._about = about
        self._layout = _layout(about)
        self._out = _Gathered(write)
        self._zip = zipfile.ZipFile(cast(Any, self._out), "w", zipfile.ZIP_STORED)
        self._files: list[dict[str, Any]] = []
        self._member: _Member | None = None
        self._readings: ReadingsWriter | None = None
        self._annotations: AnnotationsWriter | None = None
        if about.has_readings:
            self._member = _Member(self._zip, "readings.parquet")
            self._readings = ReadingsWriter(
                cast(Any, self._member),
                self._layout.sensors,
                self._layout.columns,
                self._layout.places,
            )

    @property
    def reading_count(self) -> int:
        return self._readings.written if self._readings else 0

    @property
    def annotation_count(self) -> int:
        return self._annotations.written if self._annotations else 0

    def write(self, rows: ArchiveRows) -> None:
        assert self._readings is not None  # noqa: S101 - asked for with has_readings
        self._readings.write(rows)

    def end_readings(self) -> None:
        """No more of them; annotations may follow."""
        if self._readings is not None and self._member is not None:
            self._readings.close()
            self._end(self._member, self._readings.schema)
        if self._about.has_annotations:
            self._member = _Member(self._zip, "annotations.parquet")
            self._annotations = AnnotationsWriter(cast(Any, self._member))

    def write_annotations(self, rows: Sequence[Sequence[Any]]) -> None:
        assert self._annotations is not None  # noqa: S101 - asked for with has_annotations
        self._annotations.write(rows)

    def finish(self) -> None:
        """The rest, after `end_readings`: the manifest, the directory of the ZIP."""
        if self._annotations is not None and self._member is not None:
            self._annotations.close()
            self._end(self._member, ANNOTATIONS)
        manifest = json.dumps(self._manifest(), indent=2, ensure_ascii=False).encode()
        self._zip.writestr(_info("manifest.json"), manifest)
        self._zip.close()
        self._out.flush_all()

    def _end(self, member: _Member, schema: pa.Schema) -> None:
        member.end()
        typed = {column.name: column.described() for column in self._layout.columns}
        columns = [
            {
                "name": column.name,
                "type": str(column.type),
                **(
                    typed.get(column.name)
                    or {"description": column.metadata[b"description"].decode()}
                ),
            }
            for column in schema
        ]
        self._files.append(
            {
                "name": member.name,
                "sizeBytes": member.size,
                "sha256": member.sha256,
                "columns": columns,
            }
        )

    def _manifest(self) -> dict[str, Any]:
        layout, counts = self._layout, [0] * len(self._layout.sensors)
        if self._readings is not None:
            counts = self._readings.counts.tolist()
        profiles = {profile.id: profile for profile in self._about.profiles}
        return {
            "format": FORMAT,
            "software": {"name": "holdfast", "version": version("holdfast")},
            **self._about.export,
            "counts": {
                "readings": sum(counts),
                "annotations": self.annotation_count,
                "sensors": len(counts),
            },
            "files": self._files,
            "typedColumns": NAMES,
            "sensors": [
                {
                    "id": str(sensor.id),
                    "deviceId": str(sensor.device_id),
                    "componentId": None
                    if sensor.component_id is None
                    else str(sensor.component_id),
                    "key": sensor.key,
                    "name": sensor.name,
                    "valueType": sensor.value_type,
                    "unit": sensor.unit,
                    "profile": _reference(profiles.get(sensor.profile_id))
                    if sensor.profile_id
                    else None,
                    "column": layout.columns[place].name if place >= 0 else None,
                    "readings": count,
                }
                for sensor, place, count in zip(layout.sensors, layout.places, counts, strict=True)
            ],
        }


def _reference(profile: ExportProfile | None) -> dict[str, str] | None:
    return (
        None
        if profile is None
        else {"kind": profile.kind, "name": profile.name, "version": profile.version}
    )


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    info.external_attr = 0o644 << 16
    return info


@dataclass
class _Member:
    """One file in the ZIP, hashed as it is written; pyarrow takes it for a file."""

    archive: zipfile.ZipFile
    name: str
    size: int = 0
    closed: bool = False
    _hash: Any = field(default_factory=hashlib.sha256)

    def __post_init__(self) -> None:
        self._file = self.archive.open(_info(self.name), "w", force_zip64=True)

    @property
    def sha256(self) -> str:
        return str(self._hash.hexdigest())

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        self._hash.update(view)
        self._file.write(view)
        self.size += len(view)
        return len(view)

    def flush(self) -> None: ...

    def close(self) -> None: ...  # pyarrow's idea of the end; ours is `end`

    def end(self) -> None:
        self._file.close()
        self.closed = True


class _Gathered:
    """Small writes as larger ones. It can't seek and doesn't say where it is: that is how a ZIP is
    streamed."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._buffer = io.BytesIO()

    def write(self, data: Any) -> int:
        self._buffer.write(data)
        if self._buffer.tell() >= PIECE_BYTES:
            self.flush_all()
        return len(data)

    def flush(self) -> None: ...

    def flush_all(self) -> None:
        if piece := self._buffer.getvalue():
            self._buffer = io.BytesIO()
            self._write(piece)

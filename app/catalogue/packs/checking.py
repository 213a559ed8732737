"""Whether a document is a pack: everything that is wrong with it, each with its line and column."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from app.catalogue import fields as field_rules
from app.catalogue import own_schemas
from app.catalogue.device_profiles import rules as device_rules
from app.catalogue.packs.alert_rules import FieldTypes, PackFault, faults_of_alert_rules
from app.catalogue.packs.documents import Document, Path
from app.catalogue.packs.format import (
    LISTS,
    FieldReference,
    PackDocument,
)
from app.catalogue.packs.job_definitions import faults_of_job
from app.catalogue.versions import VersionRange
from app.core.errors import Fault

FAULTS_MAX = 100
# The lists of a pack that other parts of the product run.
TEMPLATES = ("annotation_classes", "job_definitions", "alert_rules", "dashboards")

_AT = re.compile(r" - at `(?:key )?(\$[^`]*)`$")
_UNKNOWN = re.compile(r"unknown field `(.+?)`")
_STEP = re.compile(r"\.([A-Za-z_@$][A-Za-z0-9_@$]*)|\[(\d+)\]")


def checked(document: Document) -> tuple[PackDocument | None, list[Fault]]:
    """The pack, or what is wrong. Shapes are checked element by element, and meaning where all shapes are right."""
    shape = list(_faults_of_shape(document.value))
    if shape:
        return None, _faults(document, shape)
    pack = msgspec.convert(document.value, PackDocument)
    meaning = list(_faults_of_meaning(pack))
    return (None, _faults(document, meaning)) if meaning else (pack, [])


def _faults(document: Document, found: Sequence[PackFault]) -> list[Fault]:
    ordered = sorted(found, key=lambda fault: document.place(fault[0]))
    return [document.fault(*fault) for fault in ordered[:FAULTS_MAX]]


def hash_of(pack: PackDocument) -> str:
    """SHA-256 of the canonical form: JSON without the hash itself, keys sorted, what is left out left out, whole
    numbers without a fraction. YAML and JSON of the same content have the same."""
    plain = msgspec.to_builtins(pack)
    plain.pop("hash", None)
    text = msgspec.json.encode(_canonical(plain), order="sorted")
    return f"sha256:{hashlib.sha256(text).hexdigest()}"


def _canonical(value: Any) -> Any:
    match value:
        case dict():
            return {key: _canonical(item) for key, item in value.items()}
        case list():
            return [_canonical(item) for item in value]
        case float() if value.is_integer() and abs(value) < 2**53:
            return int(value)
    return value


def _faults_of_shape(value: Any) -> Iterator[PackFault]:
    if not isinstance(value, dict):
        yield (), "NOT_A_PACK", "a pack is an object with name, version and title"
        return
    head = {key: item for key, item in value.items() if key not in LISTS}
    yield from _converted(head, PackDocument, ())
    for name, kind in LISTS.items():
        elements = value.get(name, [])
        if not isinstance(elements, list):
            yield (name,), "WRONG_TYPE", "a list is expected"
            continue
        yield from _converted({**_HEAD, name: []}, PackDocument, ())
        for index, element in enumerate(elements):
            yield from _converted(element, kind, (name, index))


_HEAD = {"name": "a", "version": "1.0", "title": "a"}


def _converted(value: Any, kind: type[msgspec.Struct], path: Path) -> Iterator[PackFault]:
    """msgspec stops at the first thing wrong: the element's first."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        text = str(error)
        at = _AT.search(text)
        where = (*path, *_steps(at[1])) if at else path
        message = _AT.sub("", text)
        unknown = _UNKNOWN.search(message)
        yield (*where, unknown[1]) if unknown else where, "INVALID", message


def _steps(path: str) -> Iterator[str | int]:
    for name, index in _STEP.findall(path):
        yield name or int(index)


def _faults_of_meaning(pack: PackDocument) -> Iterator[PackFault]:
    if pack.hash is not None and pack.hash != hash_of(pack):
        yield ("hash",), "WRONG_HASH", f"the content's is {hash_of(pack)}"
    for name in ("sensor_profiles", "device_profiles"):
        versions = [(profile.name, profile.version) for profile in getattr(pack, name)]
        yield from _twice(versions, wire_name(name))
    for name in TEMPLATES:
        yield from _twice([(element.name,) for element in getattr(pack, name)], wire_name(name))
    yield from _faults_of_profiles(pack)
    yield from _faults_of_templates(pack)


def wire_name(name: str) -> str:
    """A list's key in a document."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _twice(keys: Sequence[tuple[str, ...]], name: str) -> Iterator[PackFault]:
    for index, key in enumerate(keys):
        if key in keys[:index]:
            yield (name, index), "DUPLICATE", f"{' '.join(key)} is there twice"


def _faults_of_profiles(pack: PackDocument) -> Iterator[PackFault]:
    for index, profile in enumerate(pack.sensor_profiles):
        yield from _moved(field_rules.faults_of(profile.fields), ("sensorProfiles", index))
    there = {(profile.name, profile.version) for profile in pack.sensor_profiles}
    for index, kind in enumerate(pack.device_profiles):
        yield from _moved(device_rules.faults_of(kind), ("deviceProfiles", index))
        for at, part in enumerate(kind.components):
            wanted = part.sensor_profile
            if (wanted.name, str(VersionRange.parse(wanted.version).least)) not in there:
                path = ("deviceProfiles", index, "components", at, "sensorProfile")
                yield path, "UNKNOWN_PROFILE", f"the pack has no {wanted.name} {wanted.version}"


def _moved(faults: Sequence[Fault], path: Path) -> Iterator[PackFault]:
    for fault in faults:
        yield (*path, *_steps(fault.path)), fault.code, fault.message


def _faults_of_templates(pack: PackDocument) -> Iterator[PackFault]:
    types: FieldTypes = {
        (profile.name, field.key): field.type
        for profile in pack.sensor_profiles
        for field in profile.fields
    }

    def reference(path: Path, wanted: FieldReference | None) -> Iterator[PackFault]:
        if wanted is not None and (wanted.sensor_profile, wanted.field) not in types:
            yield (
                path,
                "UNKNOWN_FIELD",
                f"the pack has no field {wanted.field} of {wanted.sensor_profile}",
            )

    for index, kind in enumerate(pack.annotation_classes):
        yield from _moved(
            own_schemas.faults_of(kind.fields, "$.fields"), ("annotationClasses", index)
        )
    classes = {kind.name for kind in pack.annotation_classes}
    for index, job in enumerate(pack.job_definitions):
        path: Path = ("jobDefinitions", index)
        yield from reference((*path, "input"), job.input)
        yield from reference((*path, "other"), job.other)
        if job.annotation_class not in classes:
            message = f"the pack has no annotation class {job.annotation_class}"
            yield (*path, "annotationClass"), "UNKNOWN_CLASS", message
        for message in faults_of_job(job):
            yield (*path, "parameters"), "INVALID", message
        if (job.function in ("PEARSON_CORRELATION", "DRIFT")) != (job.other is not None):
            yield (
                (*path, "function"),
                "INVALID",
                "PEARSON_CORRELATION and DRIFT, and no others, take `other`",
            )
    yield from faults_of_alert_rules(pack, types, reference)
    for index, dashboard in enumerate(pack.dashboards):
        for at, widget in enumerate(dashboard.widgets):
            path = ("dashboards", index, "widgets", at)
            if widget.x + widget.width > 24:
                yield (*path, "width"), "INVALID", "it reaches beyond the grid's 24 columns"
            for number, series in enumerate(widget.series):
                yield from reference((*path, "series", number, "input"), series.input)

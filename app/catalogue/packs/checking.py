"""Whether a document is a pack: everything that is wrong with it, each with its line and column."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from app.catalogue import fields as field_rules
from app.catalogue import own_schemas
from app.catalogue.device_profiles import rules as device_rules
from app.catalogue.packs.documents import Document, Path
from app.catalogue.packs.format import (
    LISTS,
    AlertRuleTemplate,
    Condition,
    FieldReference,
    PackDocument,
)
from app.catalogue.packs.job_definitions import faults_of_job
from app.catalogue.versions import VersionRange
from app.core.errors import Fault
from ingest.expressions.parsing import parse
from ingest.expressions.tokens import ExpressionFault
from ingest.expressions.tree import inputs_of

FAULTS_MAX = 100
# The lists of a pack that other parts of the product run.
TEMPLATES = ("annotation_classes", "job_definitions", "alert_rules", "dashboards")

_Found = tuple[Path, str, str]  # path, code, message
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


def _faults(document: Document, found: Sequence[_Found]) -> list[Fault]:
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


def _faults_of_shape(value: Any) -> Iterator[_Found]:
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


def _converted(value: Any, kind: type[msgspec.Struct], path: Path) -> Iterator[_Found]:
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


def _faults_of_meaning(pack: PackDocument) -> Iterator[_Found]:
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


def _twice(keys: Sequence[tuple[str, ...]], name: str) -> Iterator[_Found]:
    for index, key in enumerate(keys):
        if key in keys[:index]:
            yield (name, index), "DUPLICATE", f"{' '.join(key)} is there twice"


def _faults_of_profiles(pack: PackDocument) -> Iterator[_Found]:
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


def _moved(faults: Sequence[Fault], path: Path) -> Iterator[_Found]:
    for fault in faults:
        yield (*path, *_steps(fault.path)), fault.code, fault.message


def _faults_of_templates(pack: PackDocument) -> Iterator[_Found]:
    types: _Types = {
        (profile.name, field.key): field.type
        for profile in pack.sensor_profiles
        for field in profile.fields
    }

    def reference(path: Path, wanted: FieldReference | None) -> Iterator[_Found]:
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
    yield from _faults_of_alert_rules(pack, types, reference)
    for index, dashboard in enumerate(pack.dashboards):
        for at, widget in enumerate(dashboard.widgets):
            path = ("dashboards", index, "widgets", at)
            if widget.x + widget.width > 24:
                yield (*path, "width"), "INVALID", "it reaches beyond the grid's 24 columns"
            for number, series in enumerate(widget.series):
                yield from reference((*path, "series", number, "input"), series.input)


_Types = Mapping[tuple[str, str], str]
"""Of the fields of sensor profiles, by the profile's name and the field's key."""


def _faults_of_alert_rules(
    pack: PackDocument,
    types: _Types,
    reference: Callable[[Path, FieldReference | None], Iterator[_Found]],
) -> Iterator[_Found]:
    devices = {profile.name for profile in pack.device_profiles}
    for index, rule in enumerate(pack.alert_rules):
        path: Path = ("alertRules", index)
        yield from reference((*path, "input"), rule.input)
        type_ = None
        if rule.input is not None:
            type_ = types.get((rule.input.sensor_profile, rule.input.field))
        for message in _faults_of_condition(rule.condition, type_):
            yield (*path, "condition"), "INVALID", message
        for message in _faults_of_scope(rule):
            yield path, "INVALID", message
        if rule.device_profile and rule.device_profile not in devices:
            message = f"the pack has no device profile {rule.device_profile}"
            yield (*path, "deviceProfile"), "UNKNOWN_PROFILE", message


_OF_TYPE = {
    "DOUBLE": {"GT", "GTE", "LT", "LTE", "EQ", "NEQ", "BETWEEN", "OUTSIDE", "CHANGED"},
    "BIGINT": {"GT", "GTE", "LT", "LTE", "EQ", "NEQ", "BETWEEN", "OUTSIDE", "CHANGED"},
    "BOOLEAN": {"IS_TRUE", "IS_FALSE", "CHANGED"},
    "TEXT": {"EQ", "NEQ", "CONTAINS", "NOT_CONTAINS", "CHANGED"},
}
_WITHOUT_VALUE = {"IS_TRUE", "IS_FALSE", "CHANGED", "BETWEEN", "OUTSIDE"}


# By kind: what a condition must have, and what it may have besides.
_STEPS = frozenset({"step_seconds", "min_count"})
_NEEDS: dict[str, frozenset[str]] = {
    "VALUE": frozenset({"operator"}),
    "NO_DATA": frozenset({"window_seconds"}),
    "AGGREGATE": frozenset({"operator", "aggregate", "window_seconds"}),
    "RATE_OF_CHANGE": frozenset({"operator", "window_seconds"}),
    "STUCK": frozenset({"window_seconds"}),
    "DEVIATION": frozenset({"operator", "window_seconds", "other"}),
    "EXPRESSION": frozenset({"window_seconds", "expression", "inputs"}),
    "DISCONNECTED": frozenset(),
}
_MAY_HAVE: dict[str, frozenset[str]] = {
    "VALUE": frozenset({"ignore_case"}),
    "NO_DATA": frozenset(),
    "AGGREGATE": _STEPS,
    "RATE_OF_CHANGE": frozenset({"step_seconds"}),
    "STUCK": _STEPS | {"tolerance"},
    "DEVIATION": _STEPS | {"relative"},
    "EXPRESSION": _STEPS | {"operator"},
    "DISCONNECTED": frozenset(),
}
_OF_SOME_KINDS = (
    *("aggregate", "window_seconds", "ignore_case", "step_seconds", "min_count", "tolerance"),
    *("relative", "other", "expression", "inputs"),
)


def _wire(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def _faults_of_scope(rule: AlertRuleTemplate) -> Iterator[str]:
    is_of_devices = rule.condition.kind == "DISCONNECTED"
    if is_of_devices == (rule.input is not None):
        yield "an input is for all kinds but DISCONNECTED, which need it"
    if is_of_devices != (rule.device_profile is not None):
        yield "deviceProfile is for DISCONNECTED, which needs it"


def _faults_of_expression(condition: Condition) -> Iterator[str]:
    if condition.expression is None:
        return
    try:
        used = inputs_of(parse(condition.expression))
    except ExpressionFault as fault:
        yield str(fault)
        return
    for name in sorted(used ^ set(condition.inputs)):
        yield f"{name} must be an input, and be used in the expression"


def _faults_of_condition(condition: Condition, type_: str | None) -> Iterator[str]:
    """What is missing from it, or doesn't go together."""
    kind, operator = condition.kind, condition.operator
    given = {
        name
        for name in (*_OF_SOME_KINDS, "operator")
        if getattr(condition, name) not in (None, False, {})
    }
    for name in sorted(_NEEDS[kind] - given):
        yield f"{kind} needs {_wire(name)}"
    for name in sorted(given - _NEEDS[kind] - _MAY_HAVE[kind]):
        yield f"{kind} takes no {_wire(name)}"
    yield from _faults_of_expression(condition)
    if operator is None:
        return
    if (operator in ("BETWEEN", "OUTSIDE")) != (
        condition.low is not None and condition.high is not None
    ):
        yield "low and high are for BETWEEN and OUTSIDE, which need both"
    if (operator in _WITHOUT_VALUE) != (condition.value is None):
        yield "value is for operators that compare with one, which need it"
    compared = type_ if kind == "VALUE" else "DOUBLE"
    if compared is not None and operator not in _OF_TYPE[compared]:
        yield f"{operator} says nothing of a {compared}"
    has_value = condition.value is not None and compared is not None
    if has_value and isinstance(condition.value, str) != (compared == "TEXT"):
        yield f"value must be one that a {compared} is compared with"

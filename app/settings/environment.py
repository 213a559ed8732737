"""Between the environment's names and the fields of groups, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import inspect

from app.settings.group import PREFIX, SettingsError, SettingsGroup

S = TypeVar("S", bound=msgspec.Struct)

# Variables of ours that are no settings: the first two are for processes of the embedded default,
# which start each other (app/core/lifeline.py, app/embedded/leftovers.py), the others are what the
# commands `holdfast export`, `backup` and `restore` are told.
OTHERS = frozenset(
    PREFIX + name
    for name in ("LIFELINE_FD", "STATE_DIR", "URL", "API_KEY", "BACKUP_KEY", "BACKUP_PASSPHRASE")
)


class Variable(NamedTuple):
    """An environment variable and the field that it gives."""

    name: str
    group: str
    field: str
    annotation: Any
    is_required: bool
    is_tunable: bool
    expected: str
    """What its value must be, in words."""


@cache
def variables(settings: type[msgspec.Struct]) -> tuple[Variable, ...]:
    """All that there are, in the order of groups and fields."""
    groups = msgspec.structs.fields(settings)
    return tuple(found for group in groups for found in _variables_of(group.name, group.type))


def _variables_of(group: str, kind: type[SettingsGroup]) -> Iterator[Variable]:
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)  # noqa: S101 - what a group is
    for field, info in zip(described.fields, msgspec.structs.fields(kind), strict=True):
        assert isinstance(field.type, inspect.Metadata)  # noqa: S101 - every field is named or placed
        mark = field.type.extra or {}
        yield Variable(
            mark["name"],
            group,
            field.name,
            info.type,
            field.required,
            mark["is_tunable"],
            mark["expected"] or _words(field.type),
        )


def read(settings: type[S], environment: Mapping[str, str]) -> S:
    """Raises SettingsError, which names everything that is missing or wrong and repeats no
    value."""
    found: dict[str, dict[str, Any]] = {}
    faults: list[str] = []
    for variable in variables(settings):
        values = found.setdefault(variable.group, {})
        if variable.name in environment:
            try:
                values[variable.field] = msgspec.convert(
                    environment[variable.name], variable.annotation, strict=False
                )
            except msgspec.ValidationError:
                faults.append(f"{variable.name} must be {variable.expected}")
        elif variable.is_required:
            faults.append(f"{variable.name} is missing: it must be {variable.expected}")
    if faults:
        raise SettingsError("\n".join(faults))
    types = {group.name: group.type for group in msgspec.structs.fields(settings)}
    groups = {name: types[name](**values) for name, values in found.items()}
    if faults := [fault for group in groups.values() for fault in group.faults()]:
        raise SettingsError("\n".join(faults))
    return settings(**groups)


def write(settings: msgspec.Struct) -> dict[str, str]:
    """What `read` makes the same settings of."""
    values = (
        (variable.name, getattr(getattr(settings, variable.group), variable.field))
        for variable in variables(type(settings))
    )
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in values
        if value is not None
    }


def unknown(
    settings: type[msgspec.Struct], environment: Mapping[str, str]
) -> dict[str, str | None]:
    """Names of the environment that look like settings and are none, each with the nearest one."""
    known = {variable.name for variable in variables(settings)}
    ours = {name for name in environment if name.startswith(PREFIX)}
    return {name: _nearest(name, known) for name in sorted(ours - known - OTHERS)}


def _nearest(name: str, known: Iterable[str]) -> str | None:
    """What is meant, if anything is: compared without what all have in common."""
    ends = [each.removeprefix(PREFIX) for each in known]
    found = get_close_matches(name.removeprefix(PREFIX), ends, n=1)
    return PREFIX + found[0] if found else None


def _words(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata():
            return _words(kind.type)
        case inspect.UnionType():
            return _words(next(t for t in kind.types if not isinstance(t, inspect.NoneType)))
        case inspect.LiteralType():
            return "one of " + ", ".join(map(str, kind.values))
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType(ge=int(low), le=int(high)):
            return f"a whole number from {low} to {high}"
        case inspect.IntType(ge=int(low)):
            return f"a whole number of {low} or more"
        case inspect.IntType():
            return "a whole number"
        case inspect.StrType(min_length=int(least)):
            return f"a text of at least {least} characters"
        case _:
            return "a text"

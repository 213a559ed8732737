"""What a new version changes, element by element, and whether it breaks anything: pure, so that it can be proven.

A change is additive where every payload that the old version takes is taken by the new one, and what it means stays;
additions raise the minor version, what breaks something the major.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

import msgspec

from app.catalogue.fields import Field
from app.catalogue.versions import Version
from app.core.documentation import described
from app.core.errors import Fault


class Change(msgspec.Struct, rename="camel", frozen=True):
    """One difference between two versions."""

    path: Annotated[
        str,
        described("Where in the new version; in the old one for what is gone.", "$.fields[1].min"),
    ]
    code: Annotated[str, described("What changed, for programs.", "RANGE_NARROWED")]
    is_breaking: Annotated[bool, described("Whether it needs a new major version.", True)]
    message: Annotated[
        str, described("What changed, for people.", "humidity: min rises from -5 to 0")
    ]


def compare_fields(
    old: Sequence[Field], new: Sequence[Field], path: str = "$.fields"
) -> list[Change]:
    """Every difference, in the order of the new fields, then of what is gone."""
    before = {field.key: field for field in old}
    changes: list[Change] = []
    for index, field in enumerate(new):
        at = f"{path}[{index}]"
        if field.key not in before:
            word = "a required field" if field.required else "an optional field"
            changes.append(Change(at, "FIELD_ADDED", field.required, f"{field.key}: {word} is new"))
        else:
            changes += _compare(before[field.key], field, at)
    kept = {field.key for field in new}
    return changes + [
        Change(f"{path}[{index}]", "FIELD_REMOVED", True, f"{field.key}: is gone")
        for index, field in enumerate(old)
        if field.key not in kept
    ]


def _compare(old: Field, new: Field, at: str) -> Iterator[Change]:
    def change(name: str, code: str, is_breaking: bool, words: str) -> Change:
        return Change(f"{at}.{name}", code, is_breaking, f"{new.key}: {words}")

    if old.type != new.type:
        yield change("type", "TYPE_CHANGED", True, f"was {old.type}, is {new.type}")
    if old.array_size != new.array_size:
        was, now = (size or "one value" for size in (old.array_size, new.array_size))
        yield change("arraySize", "ARRAY_SIZE_CHANGED", True, f"was {was}, is {now}")
    if old.unit != new.unit:
        words = f"the unit was {old.unit or 'not said'}, is {new.unit or 'not said'}"
        yield change("unit", "UNIT_CHANGED", old.unit is not None, words)
    yield from _compare_limits(old, new, change)
    yield from _compare_choices(old, new, change)
    if old.required != new.required:
        words = "is required now" if new.required else "is no longer required"
        yield change("required", "REQUIRED_CHANGED", new.required, words)
    if old.writable != new.writable:
        words = "can be set now" if new.writable else "can no longer be set"
        yield change("writable", "WRITABLE_CHANGED", old.writable, words)
    if old.calculation != new.calculation:
        yield change("calculation", "CALCULATION_CHANGED", True, "is calculated otherwise")
    if old.description != new.description:
        yield change("description", "DESCRIPTION_CHANGED", False, "has another description")


_NewChange = Callable[[str, str, bool, str], Change]


def _compare_limits(old: Field, new: Field, change: _NewChange) -> Iterator[Change]:
    for name, sign in (("min", 1), ("max", -1)):
        was, now = getattr(old, name), getattr(new, name)
        if was == now:
            continue
        is_narrower = now is not None and (was is None or sign * now > sign * was)
        code = "RANGE_NARROWED" if is_narrower else "RANGE_WIDENED"
        yield change(name, code, is_narrower, f"{name} was {_limit(was)}, is {_limit(now)}")


def _compare_choices(old: Field, new: Field, change: _NewChange) -> Iterator[Change]:
    was, now = old.enum, new.enum
    if was is None and now is None:
        return
    if now is None:
        yield change("enum", "CHOICES_WIDENED", False, "takes any value now")
    elif was is None:
        yield change("enum", "CHOICES_NARROWED", True, "takes only the values of its enum now")
    else:
        if gone := [choice for choice in was if choice not in now]:
            yield change("enum", "CHOICES_NARROWED", True, f"takes no longer {_listed(gone)}")
        if added := [choice for choice in now if choice not in was]:
            yield change("enum", "CHOICES_WIDENED", False, f"takes {_listed(added)} too")


def _limit(limit: float | None) -> str:
    return "not set" if limit is None else f"{limit}"


def _listed(choices: Sequence[Any]) -> str:
    return ", ".join(map(str, choices[:10])) + (", …" if len(choices) > 10 else "")


def least_version(current: Version, changes: Sequence[Change]) -> Version:
    """The smallest number that a version with these changes may have after the current one."""
    return (
        current.next_major if any(change.is_breaking for change in changes) else current.next_minor
    )


def breaking_faults(changes: Sequence[Change]) -> list[Fault]:
    return [
        Fault(change.path, change.code, change.message) for change in changes if change.is_breaking
    ]

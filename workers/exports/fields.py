"""A typed column for each field of the sensors' profiles: its name, what it says of itself, whose
values it holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from app.catalogue.fields import Field, sensor_keys_of

# Each costs some bytes of every row group. Beyond it, fields that no sensor of the export reports
# go first.
COLUMNS_MAX = 500
NAMES = (
    "A typed column has the name of its field. Where fields of several profiles would have the "
    "same name (compared without case), or it is one of the first columns', all of them are named "
    "profile.field; where a profile's major versions differ in type or unit, "
    "kind/profile@major.field. `sensors` names each sensor's column."
)


@dataclass(frozen=True, slots=True)
class ExportProfile:
    """A version of a profile to which components, or devices themselves, are bound."""

    id: UUID
    kind: str  # "sensor-profile" or "device-profile"
    name: str
    major: int
    minor: int
    fields: Sequence[Field]

    @property
    def version(self) -> str:
        return f"{self.major}.{self.minor}"


class Claim(NamedTuple):
    """A version that has the field."""

    profile: ExportProfile
    field: Field


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """One field, as its newest version has it; older ones share the column where type and unit are
    the same."""

    name: str
    claims: Sequence[Claim]

    @property
    def field(self) -> Field:
        return self.claims[-1].field

    def described(self) -> dict[str, Any]:
        """What the file says of the column; nothing that the profile doesn't say."""
        field, profile = self.field, self.claims[-1].profile
        said = {
            "description": field.description or f"{field.key} of {profile.name}",
            "profile": profile.name,
            "profileKind": profile.kind,
            "versions": [claim.profile.version for claim in self.claims],
            "field": field.key,
            "unit": field.unit,
            "arraySize": field.array_size,
            "min": field.min,
            "max": field.max,
            "enum": field.enum,
        }
        return {name: value for name, value in said.items() if value is not None}


Reported = Collection[tuple[UUID | None, str]]  # (profile, sensor key) of the export's sensors


def typed_columns(
    profiles: Iterable[ExportProfile], reported: Reported, *, reserved: Collection[str]
) -> list[TypedColumn]:
    """The columns in the order of profiles and their fields. `reserved` are names that are
    taken."""
    claims = _one_for_each_field(profiles)
    if len(claims) > COLUMNS_MAX:
        claims = sorted(claims, key=lambda each: not _is_reported(each, reported))[:COLUMNS_MAX]
    return [
        TypedColumn(name, each) for name, each in zip(_names(claims, reserved), claims, strict=True)
    ]


def columns_by_sensor(columns: Sequence[TypedColumn]) -> Mapping[tuple[UUID | None, str], int]:
    """The place of the column that holds the values of (profile, sensor key)."""
    return {
        (claim.profile.id, key): place
        for place, column in enumerate(columns)
        for claim in column.claims
        for key in sensor_keys_of(claim.field)
    }


def _one_for_each_field(profiles: Iterable[ExportProfile]) -> list[list[Claim]]:
    """The claims that share a column, oldest version first: minors always do, majors where they
    mean the same."""
    found: list[list[Claim]] = []
    in_order = sorted(profiles, key=lambda p: (p.kind, p.name, p.major, p.minor))
    for _, versions in groupby(in_order, key=lambda p: (p.kind, p.name)):
        of_profile: dict[str, list[list[Claim]]] = defaultdict(list)
        for profile in versions:
            for field in profile.fields:
                _join(of_profile[field.key], Claim(profile, field))
        found += [claims for same_key in of_profile.values() for claims in same_key]
    return found


def _join(columns: list[list[Claim]], claim: Claim) -> None:
    """A minor version may say a unit that wasn't said before; it is the same field all the same."""
    lasts = [claims[-1] for claims in columns]
    of_major = [
        place for place, last in enumerate(lasts) if last.profile.major == claim.profile.major
    ]
    alike = [
        place
        for place, last in enumerate(lasts)
        if (last.field.type, last.field.unit) == (claim.field.type, claim.field.unit)
    ]
    for place in of_major + alike:
        columns[place].append(claim)
        return
    columns.append([claim])


def _is_reported(claims: Sequence[Claim], reported: Reported) -> bool:
    return any(
        (claim.profile.id, key) in reported
        for claim in claims
        for key in sensor_keys_of(claim.field)
    )


def _names(columns: Sequence[Sequence[Claim]], reserved: Collection[str]) -> list[str]:
    """The shortest of three that tells all columns of the same key apart; see NAMES."""
    by_key: dict[str, list[int]] = defaultdict(list)
    for place, claims in enumerate(columns):
        by_key[claims[-1].field.key.casefold()].append(place)
    names = [""] * len(columns)
    for key, places in by_key.items():
        lasts = [columns[place][-1] for place in places]
        short = [claim.field.key for claim in lasts]
        middle = [f"{claim.profile.name}.{claim.field.key}" for claim in lasts]
        full = [
            f"{claim.profile.kind}/{claim.profile.name}@{claim.profile.major}.{claim.field.key}"
            for claim in lasts
        ]
        chosen = (
            short
            if len(places) == 1 and key not in reserved
            else middle
            if _differ(middle)
            else full
        )
        for place, name in zip(places, chosen, strict=True):
            names[place] = name
    return names


def _differ(names: Sequence[str]) -> bool:
    return max(Counter(name.casefold() for name in names).values()) == 1

"""What a new version changes: rules as a table, and what they promise as properties."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.catalogue.compatibility import breaking_faults, compare_fields, least_version
from app.catalogue.device_profiles import rules
from app.catalogue.device_profiles.schemas import DeviceProfileContent
from app.catalogue.fields import Field, faults_of, stored
from app.catalogue.versions import Version, VersionRange
from ingest.pipeline.profiles import Profile
from tests.make.profiles import profiles, values_for

OLD: dict[str, Any] = {"key": "a", "type": "BIGINT", "unit": "V", "min": 0, "max": 10}


def fields(*said: dict[str, Any]) -> list[Field]:
    return [msgspec.convert(field, Field) for field in said]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([OLD], [OLD], []),
        ([OLD], [OLD, {"key": "b", "type": "TEXT"}], [("FIELD_ADDED", False)]),
        ([OLD], [OLD, {"key": "b", "type": "TEXT", "required": True}], [("FIELD_ADDED", True)]),
        ([OLD, {"key": "b", "type": "TEXT"}], [OLD], [("FIELD_REMOVED", True)]),
        ([OLD], [OLD | {"type": "DOUBLE"}], [("TYPE_CHANGED", True)]),
        ([OLD], [OLD | {"arraySize": 1}], [("ARRAY_SIZE_CHANGED", True)]),
        ([OLD], [OLD | {"unit": "mV"}], [("UNIT_CHANGED", True)]),
        ([OLD], [OLD | {"unit": None}], [("UNIT_CHANGED", True)]),
        ([OLD | {"unit": None}], [OLD], [("UNIT_CHANGED", False)]),
        ([OLD], [OLD | {"min": -1}], [("RANGE_WIDENED", False)]),
        ([OLD], [OLD | {"min": None}], [("RANGE_WIDENED", False)]),
        ([OLD], [OLD | {"min": 1}], [("RANGE_NARROWED", True)]),
        ([OLD | {"min": None}], [OLD], [("RANGE_NARROWED", True)]),
        ([OLD], [OLD | {"max": 11}], [("RANGE_WIDENED", False)]),
        ([OLD], [OLD | {"max": 9}], [("RANGE_NARROWED", True)]),
        (
            [OLD],
            [OLD | {"min": 1, "max": 11}],
            [("RANGE_NARROWED", True), ("RANGE_WIDENED", False)],
        ),
        ([OLD], [OLD | {"required": True}], [("REQUIRED_CHANGED", True)]),
        ([OLD | {"required": True}], [OLD], [("REQUIRED_CHANGED", False)]),
        ([OLD], [OLD | {"writable": True}], [("WRITABLE_CHANGED", False)]),
        ([OLD | {"writable": True}], [OLD], [("WRITABLE_CHANGED", True)]),
        ([OLD], [OLD | {"description": "x"}], [("DESCRIPTION_CHANGED", False)]),
        (
            [{"key": "a", "type": "TEXT", "enum": ["x", "y"]}],
            [{"key": "a", "type": "TEXT", "enum": ["y", "z"]}],
            [("CHOICES_NARROWED", True), ("CHOICES_WIDENED", False)],
        ),
        (
            [{"key": "a", "type": "TEXT"}],
            [{"key": "a", "type": "TEXT", "enum": ["x"]}],
            [("CHOICES_NARROWED", True)],
        ),
        (
            [{"key": "a", "type": "TEXT", "enum": ["x"]}],
            [{"key": "a", "type": "TEXT"}],
            [("CHOICES_WIDENED", False)],
        ),
    ],
)
def test_each_kind_of_change_is_told(
    old: list[dict[str, Any]], new: list[dict[str, Any]], expected: list[tuple[str, bool]]
) -> None:
    changes = compare_fields(fields(*old), fields(*new))
    assert [(change.code, change.is_breaking) for change in changes] == expected


def test_every_breaking_point_is_listed_with_its_place() -> None:
    new = fields({"key": "b", "type": "TEXT", "required": True}, OLD | {"min": 5, "unit": "A"})
    changes = compare_fields(fields(OLD, {"key": "c", "type": "TEXT"}), new)
    places = [fault.path for fault in breaking_faults(changes)]
    assert places == ["$.fields[0]", "$.fields[1].unit", "$.fields[1].min", "$.fields[1]"]
    assert least_version(Version(1, 4), changes) == (2, 0)
    assert least_version(Version(1, 4), []) == (1, 5)


@given(profiles())
def test_nothing_changes_between_a_profile_and_itself(profile: list[Field]) -> None:
    assert compare_fields(profile, profile) == []
    assert compare_fields(profile, profile[::-1]) == []


@given(old=profiles(), new=profiles())
def test_profiles_without_a_difference_are_the_same(old: list[Field], new: list[Field]) -> None:
    by_key = [
        {
            field.key: msgspec.structs.replace(
                field, enum=field.enum and sorted(field.enum, key=str)
            )
            for field in side
        }
        for side in (old, new)
    ]
    assert (compare_fields(old, new) == []) == (by_key[0] == by_key[1])


@given(old=profiles(), new=profiles(), data=st.data())
def test_what_the_old_version_takes_an_additive_one_takes_too(
    old: list[Field], new: list[Field], data: st.DataObject
) -> None:
    new = _mixed(old, new, data)
    assume(faults_of(new) == [])
    assume(not breaking_faults(compare_fields(old, new)))
    values = data.draw(values_for(old))
    before, after = Profile.from_stored(stored(old)), Profile.from_stored(stored(new))
    assert faults_of(old) == []
    if not before.structured(values)[1]:
        assert after.structured(values)[1] == []


def _mixed(old: list[Field], new: list[Field], data: st.DataObject) -> list[Field]:
    """The old profile with a few things of the other: two made up independently are hardly ever compatible."""
    other = {field.key: field for field in new}
    mixed = []
    for field in old:
        names = data.draw(
            st.sets(st.sampled_from(["min", "max", "enum", "required", "writable"]), max_size=2)
        )
        theirs = other.pop(field.key, None)
        same = theirs is not None and theirs.type == field.type
        mixed.append(
            msgspec.structs.replace(field, **{name: getattr(theirs, name) for name in names})
            if same
            else field
        )
    return [*mixed, *(msgspec.structs.replace(field, required=False) for field in other.values())]


@given(first=profiles(), second=profiles(), third=profiles(), data=st.data())
def test_compatible_with_what_is_compatible_is_compatible(
    first: list[Field], second: list[Field], third: list[Field], data: st.DataObject
) -> None:
    second = _mixed(first, second, data)
    third = _mixed(second, third, data)
    steps = [*compare_fields(first, second), *compare_fields(second, third)]
    assume(not breaking_faults(steps))
    # A unit that was first said and then taken back is no step of these: taking back breaks.
    assert not breaking_faults(compare_fields(first, third))


@pytest.mark.parametrize(
    ("text", "takes", "refuses"),
    [
        ("1.2", ["1.2"], ["1.1", "1.3", "2.0", "2.2"]),
        ("^1.2", ["1.2", "1.3", "1.10"], ["1.1", "1.0", "2.0", "2.3"]),
    ],
)
def test_a_range_takes_its_version_and_newer_ones_of_its_major(
    text: str, takes: list[str], refuses: list[str]
) -> None:
    wanted = VersionRange.parse(text)
    assert str(wanted) == text
    assert [version for version in takes if Version.parse(version) not in wanted] == []
    assert [version for version in refuses if Version.parse(version) in wanted] == []


PART = {"key": "p", "sensorProfile": {"name": "s", "version": "^1.1"}}
COMMAND = {"method": "GO", "params": {"type": "object"}}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"components": [PART]}, {"components": [PART]}, []),
        ({}, {"components": [PART]}, [("COMPONENT_ADDED", False)]),
        ({"components": [PART]}, {}, [("COMPONENT_REMOVED", True)]),
        (
            {"components": [PART]},
            {"components": [PART | {"sensorProfile": {"name": "s", "version": "^1.2"}}]},
            [("SENSOR_PROFILE_CHANGED", False)],
        ),
        (
            {"components": [PART]},
            {"components": [PART | {"sensorProfile": {"name": "s", "version": "^2.0"}}]},
            [("SENSOR_PROFILE_CHANGED", True)],
        ),
        (
            {"components": [PART]},
            {"components": [PART | {"sensorProfile": {"name": "t", "version": "^1.1"}}]},
            [("SENSOR_PROFILE_CHANGED", True)],
        ),
        ({"components": [PART]}, {"components": [PART | {"name": "P"}]}, [("NAME_CHANGED", False)]),
        ({}, {"commands": [COMMAND]}, [("COMMAND_ADDED", False)]),
        ({"commands": [COMMAND]}, {}, [("COMMAND_REMOVED", True)]),
        (
            {"commands": [COMMAND]},
            {"commands": [{"method": "GO", "params": {"type": "array"}}]},
            [("PARAMS_CHANGED", True)],
        ),
        ({"fields": [OLD]}, {"fields": []}, [("FIELD_REMOVED", True)]),
    ],
)
def test_each_kind_of_change_of_a_device_profile_is_told(
    old: dict[str, Any], new: dict[str, Any], expected: list[tuple[str, bool]]
) -> None:
    before, after = (msgspec.convert(side, DeviceProfileContent) for side in (old, new))
    assert [
        (change.code, change.is_breaking) for change in rules.compare(before, after)
    ] == expected

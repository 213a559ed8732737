"""Typed columns: each field has one, under a name that nothing else in the file has."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.fields import Field
from tests.make.profiles import profiles as fields_of_a_profile
from workers.exports.fields import COLUMNS_MAX, ExportProfile, columns_by_sensor, typed_columns
from workers.exports.parquet import READINGS


def profile(
    name: str, version: str, *fields: tuple[str, str, str | None], kind: str = "sensor-profile"
) -> ExportProfile:
    major, minor = map(int, version.split("."))
    made = [Field(key, type_, unit=unit) for key, type_, unit in fields]  # type: ignore[arg-type]
    return ExportProfile(uuid4(), kind, name, major, minor, made)


def names(*profiles: ExportProfile) -> list[str]:
    return [column.name for column in typed_columns(profiles, [], reserved=READINGS.names)]


CELSIUS = ("temperature", "DOUBLE", "°C")
FAHRENHEIT = ("temperature", "DOUBLE", "°F")
NO_UNIT = ("temperature", "DOUBLE", None)
COUNT = ("temperature", "BIGINT", "°C")


@pytest.mark.parametrize(
    ("profiles", "expected"),
    [
        ([profile("a", "1.0", CELSIUS)], ["temperature"]),
        ([profile("a", "1.0", CELSIUS), profile("a", "1.1", CELSIUS)], ["temperature"]),
        ([profile("a", "1.0", CELSIUS), profile("a", "2.0", CELSIUS)], ["temperature"]),
        ([profile("a", "1.0", NO_UNIT), profile("a", "1.1", CELSIUS)], ["temperature"]),
        (
            [profile("a", "1.0", CELSIUS), profile("b", "1.0", CELSIUS)],
            ["a.temperature", "b.temperature"],
        ),
        (
            [profile("a", "1.0", CELSIUS), profile("b", "1.0", ("Temperature", "DOUBLE", None))],
            ["a.temperature", "b.Temperature"],
        ),
        (
            [profile("a", "1.0", CELSIUS), profile("a", "2.0", FAHRENHEIT)],
            ["sensor-profile/a@1.temperature", "sensor-profile/a@2.temperature"],
        ),
        (
            [
                profile("a", "1.0", CELSIUS),
                profile("a", "2.0", NO_UNIT),
                profile("a", "2.1", CELSIUS),
            ],
            ["sensor-profile/a@1.temperature", "sensor-profile/a@2.temperature"],
        ),
        (
            [
                profile("a", "1.0", CELSIUS),
                profile("a", "2.0", COUNT),
                profile("a", "3.0", CELSIUS),
            ],
            ["sensor-profile/a@3.temperature", "sensor-profile/a@2.temperature"],
        ),
        (
            [profile("a", "1.0", CELSIUS), profile("a", "1.0", CELSIUS, kind="device-profile")],
            ["device-profile/a@1.temperature", "sensor-profile/a@1.temperature"],
        ),
        (
            [profile("a", "1.0", ("key", "TEXT", None), ("timestamp", "TEXT", None))],
            ["a.key", "a.timestamp"],
        ),
    ],
)
def test_a_column_is_named_as_shortly_as_it_can_be(
    profiles: list[ExportProfile], expected: list[str]
) -> None:
    assert names(*profiles) == expected


@st.composite
def some_profiles(draw: st.DrawFn) -> list[ExportProfile]:
    keys = st.tuples(
        st.sampled_from(["sensor-profile", "device-profile"]),
        st.sampled_from(["a", "A", "a.b"]),
        st.integers(1, 3),
        st.integers(0, 2),
    )
    return [
        ExportProfile(UUID(int=number), *key, draw(fields_of_a_profile()))
        for number, key in enumerate(draw(st.lists(keys, max_size=8, unique=True)))
    ]


@given(some_profiles())
def test_every_field_of_every_version_has_one_column_and_every_column_its_own_name(
    profiles: list[ExportProfile],
) -> None:
    columns = typed_columns(profiles, [], reserved=READINGS.names)
    found = [column.name for column in columns]
    assert len(set(found)) == len(found)
    assert not set(found) & set(READINGS.names)
    claimed = [(claim.profile.id, claim.field.key) for column in columns for claim in column.claims]
    assert sorted(claimed) == sorted(
        (each.id, field.key) for each in profiles for field in each.fields
    )
    places = columns_by_sensor(columns)
    for column in columns:
        assert {claim.field.key for claim in column.claims} == {column.field.key}
        for claim in column.claims:
            size = claim.field.array_size
            keys = (
                [claim.field.key]
                if size is None
                else [f"{claim.field.key}.{n}" for n in range(size)]
            )
            assert {columns[places[claim.profile.id, key]].name for key in keys} == {column.name}


def test_beyond_the_limit_what_is_reported_keeps_its_column() -> None:
    wide = profile("wide", "1.0", *((f"f{n}", "DOUBLE", None) for n in range(COLUMNS_MAX + 10)))
    last = f"f{COLUMNS_MAX + 9}"
    columns = typed_columns([wide], [(wide.id, last)], reserved=READINGS.names)
    assert len(columns) == COLUMNS_MAX
    assert last in {column.name for column in columns}

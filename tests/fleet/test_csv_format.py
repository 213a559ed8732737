"""CSV: what is written is read back as it was, and no cell of it is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.device_profiles.schemas import DeviceProfileReference
from app.catalogue.versions import NAME_PATTERN
from app.core.errors import Malformed, TooLarge
from app.fleet.devices import csv_format
from db.ids import new_id
from db.models import Device

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=30)
CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=("Cs",))
LABEL = st.text(
    st.one_of(st.sampled_from("=+-@'|\\\t\r\n,;\" a"), CHARACTERS),
    min_size=1,
    max_size=20,
)  # fmt: skip
NAME = st.from_regex(NAME_PATTERN, fullmatch=True).filter(
    lambda name: len(name) <= 64 and name.isascii()
)
DEVICES = st.builds(
    lambda name, profile, tags, location, metadata: Device(
        id=new_id(),
        name=name,
        status="ACTIVE",
        device_profile=profile,
        tags=list(dict.fromkeys(tags)),
        location=location,
        attributes=metadata,
        firmware_version="=1+1",
        is_connected=False,
        last_seen_at=datetime.now(UTC),
    ),
    LABEL,
    st.none() | st.fixed_dictionaries({"name": NAME, "version": st.sampled_from(["1.0", "12.34"])}),
    st.lists(LABEL, max_size=5),
    st.none()
    | st.fixed_dictionaries({"latitude": st.floats(-90, 90), "longitude": st.floats(-180, 180)}),
    st.dictionaries(
        TEXT, st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), TEXT), max_size=3
    ),
)


async def pieces(text: bytes, size: int = 7) -> AsyncIterator[bytes]:
    for start in range(0, len(text), size):
        yield text[start : start + size]


def written(devices: list[Device], site: str | None = None) -> bytes:
    return csv_format.write(
        [csv_format.COLUMNS, *(csv_format.cells_of(device, site) for device in devices)]
    )


@given(
    st.lists(DEVICES, max_size=4, unique_by=lambda device: device.name), LABEL, st.integers(1, 50)
)
async def test_what_is_written_is_read_back(devices: list[Device], site: str, size: int) -> None:
    found = await csv_format.read(pieces(written(devices, site), size))
    assert found.faults == []
    assert [line.fields for line in found.lines] == [
        {
            "name": device.name,
            "site": site,
            "device_profile": device.device_profile
            and DeviceProfileReference(**device.device_profile),
            "tags": device.tags,
            "location": device.location,
            "metadata": device.attributes,
        }
        for device in devices
    ]


@given(LABEL)
def test_a_guarded_cell_is_no_formula_and_loses_nothing(text: str) -> None:
    assert not csv_format.guarded(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert csv_format.unguarded(csv_format.guarded(text)) == text


@given(st.lists(DEVICES, min_size=1, max_size=3))
def test_no_cell_of_a_file_is_a_formula(devices: list[Device]) -> None:
    rows = list(csv.reader(io.StringIO(written(devices, "=cmd()").decode(), newline="")))
    for row in rows[1:]:
        for name, cell in zip(rows[0], row, strict=True):
            if name in ("latitude", "longitude"):
                assert not cell or float(cell) is not None
            else:
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")), (name, cell)


@pytest.mark.parametrize(
    ("text", "line", "column", "code"),
    [
        (b"name\n\n", None, None, None),
        (b"name\n" + b"x" * 201 + b"\n", 2, "name", "INVALID"),
        (b'name\n""\n', 2, "name", "INVALID"),
        (b"name,latitude,longitude\na,91,0\n", 2, "latitude", "INVALID"),
        (b"name,latitude,longitude\na,0,181\n", 2, "longitude", "INVALID"),
        (b"name,longitude,latitude\na,0,-91\n", 2, "latitude", "INVALID"),
        (b'name,latitude,longitude\na,"52,5",0\n', 2, "latitude", "INVALID"),
        ("name,latitude,longitude\na,52°31',0\n".encode(), 2, "latitude", "INVALID"),
        (b"name,latitude,longitude\na,1_0,0\n", 2, "latitude", "INVALID"),
        ("name,latitude,longitude\na,١,0\n".encode(), 2, "latitude", "INVALID"),
        (b"name,latitude,longitude\na,0,inf\n", 2, "longitude", "INVALID"),
        (b"name,latitude,longitude\na,,1\n", 2, "latitude", "INVALID"),
        (b"name,latitude,longitude\na,1,\n", 2, "longitude", "INVALID"),
        (b"name,latitude,longitude\na,nan,0\n", 2, "latitude", "INVALID"),
        (b"name,metadata\na,[]\n", 2, "metadata", "INVALID"),
        (b"name,metadata\na,{\n", 2, "metadata", "INVALID"),
        (b'name,metadata\na,"{""x"": ""\\u0000""}"\n', 2, "metadata", "INVALID"),
        (b"name\na\x00b\n", 2, "name", "INVALID"),
        (b"name,tags\na\n", 2, None, "MALFORMED"),
        (b'name,tags\na,"b"c\n', 2, None, "MALFORMED"),
        (b"name\na\nb\na\n", 4, "name", "ALREADY_EXISTS"),
        (b'name,tags\n"a\nb",x\n,y\n', 4, "name", "INVALID"),
    ],
)
async def test_a_bad_line_is_told_with_its_place(
    text: bytes, line: int | None, column: str | None, code: str | None
) -> None:
    found = await csv_format.read(pieces(text))
    expected: list[Any] = [] if line is None else [(line, column, code)]
    assert [(fault.line, fault.column, fault.code) for fault in found.faults] == expected


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n\n",
        b"title\nx\n",
        b"id,tags\n1,x\n",
        b"name,name\na,b\n",
        b"name,latitude\na,1\n",
        b"name\n\xff\n",
        b'name\n"' + b"x" * 300_000,
        b"name\n" + b"x" * 300_000,
        b"PK\x03\x04 this is a spreadsheet",
    ],
)
async def test_a_file_that_is_none_of_ours_is_refused_whole(text: bytes) -> None:
    with pytest.raises(Malformed):
        await csv_format.read(pieces(text, 1000))


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
@pytest.mark.parametrize("size", [1, 2, 7, 1000])
async def test_a_byte_order_mark_and_every_line_end_are_read(end: bytes, size: int) -> None:
    lines = [b"\xef\xbb\xbfname,tags", b"M\xc3\xbcnchen,a|b", b'"two\rlines",', b""]
    found = await csv_format.read(pieces(end.join(lines), size))
    assert [line.fields for line in found.lines] == [
        {"name": "München", "tags": ["a", "b"]},
        {"name": "two\rlines", "tags": []},
    ]
    assert not found.faults


async def test_ten_thousand_lines_fit_and_one_more_does_not() -> None:
    text = b"name\n" + b"".join(b"device %d\n" % n for n in range(10_000))
    assert len((await csv_format.read(pieces(text, 65_536))).lines) == 10_000
    with pytest.raises(TooLarge):
        await csv_format.read(pieces(text + b"one more\n", 65_536))

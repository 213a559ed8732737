"""Every cell of CSV, of readings and of devices, in whatever way it is wrong: no 500, and it costs
its own row alone. `make fuzz` tries a million cells of each."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from ingest.formats.parsed import Sent
from ingest.formats.reading import Bounds, read
from tests.make.csv_cells import any_bytes, any_cell, as_cell, some_columns
from tests.make.devices import register_device
from tests.make.hostile_bodies import CSV
from tests.make.platform import Organization
from tests.make.readings import at, by_key, send, sensors_by_key, stored

CELLS = 1_000_000 if "FUZZ_SECONDS" in os.environ else 4_000
ROWS = 5_000 if "FUZZ_SECONDS" in os.environ else 1_000
SEED = 20261130
BOUNDS = Bounds(readings_max=100_000, bytes_max=32_000_000)
READING_COLUMNS = ["timestamp", "deviceId", "component", "sensor", "value", "valueType", "metadata"]
DEVICE_COLUMNS = ["name", "site", "deviceProfile", "tags", "latitude", "longitude", "metadata"]


@dataclass
class Sheet:
    """A file of which every fourth row is good; `strange` has the cells of the others."""

    columns: list[str]
    lines: list[bytes] = field(default_factory=list)
    strange: dict[int, dict[str, bytes]] = field(default_factory=dict)
    good: dict[int, Any] = field(default_factory=dict)

    def add(self, cells: dict[str, bytes], choose: random.Random) -> None:
        row = (as_cell(cells.get(name, b""), choose) for name in self.columns)
        self.lines.append(b",".join(row) + b"\n")

    @property
    def body(self) -> bytes:
        return ",".join(self.columns).encode() + b"\n" + b"".join(self.lines)

    @property
    def cells(self) -> int:
        return sum(map(len, self.strange.values()))


def sheet_of_readings(device_id: str, first: int, choose: random.Random) -> Sheet:
    sheet = Sheet(READING_COLUMNS)
    for row in range(ROWS):
        moment = at((first + row) * 0.001)
        cells = {"timestamp": moment.isoformat().encode(), "deviceId": device_id.encode()}
        if row % 4 == 0:
            sheet.good[row] = (moment, row + 0.25)
            cells |= {"sensor": b"good", "value": b"%d.25" % row}
        else:
            sheet.strange[row] = some_columns(READING_COLUMNS, choose, any_bytes)
            cells |= {"sensor": b"strange %d" % choose.randrange(9), "value": b"1"}
        sheet.add(cells | sheet.strange.get(row, {}), choose)
    return sheet


def assert_values_are_what_the_cells_say(sheet: Sheet) -> None:
    """Of the rows that have no type: as Python reads numbers, or as they stand."""
    rows = read(Sent(sheet.body, CSV), BOUNDS).rows
    assert rows is not None
    for row, cells in sheet.strange.items():
        if row in rows.faults or cells.get("valueType") or "value" not in cells:
            continue
        text, value = cells["value"].decode(), rows.value_sent(row)
        if isinstance(value, bool):
            assert text.lower() == str(value).lower()
        elif isinstance(value, str):
            assert value == text
        else:
            assert value == type(value)(text), text


@pytest.mark.timeout(3600)
def test_a_strange_cell_of_readings_costs_its_row_alone(organization: Organization) -> None:
    device_id = str(register_device(organization, "sheets")["deviceId"])
    assert send(organization, [by_key(device_id, "good", at(-60), 0.5)])["accepted"] == 1
    good = sensors_by_key(organization, device_id)["good"]["id"]
    choose, tried, first, counts = random.Random(SEED), 0, 0, Counter[str]()
    while tried < CELLS:
        sheet = sheet_of_readings(device_id, first, choose)
        answer = organization.http.post(
            "/readings/batch", content=sheet.body, headers={"Content-Type": CSV}
        )
        assert answer.status_code == 200, answer.text[:500]
        receipt = answer.json()
        told = {error["index"]: error["code"] for error in receipt["errors"]}
        assert [each for each in receipt["errors"] if each["index"] in sheet.good] == []
        assert sum(receipt[name] for name in ("accepted", "duplicates", "quarantined")) == ROWS
        assert_values_are_what_the_cells_say(sheet)
        span = {"from": at(first * 0.001).isoformat(), "to": at((first + ROWS) * 0.001).isoformat()}
        assert stored(organization, good, **span) == list(sheet.good.values())
        counts.update(told.values())
        counts["stored"] += receipt["accepted"]
        tried, first = tried + sheet.cells, first + ROWS
    print(f"{tried} cells in {first} rows: {dict(counts)}")


def sheet_of_devices(first: int, choose: random.Random) -> Sheet:
    sheet = Sheet(DEVICE_COLUMNS)
    for row in range(ROWS):
        cells = {"name": b"device %d" % (first + row), "latitude": b"52.5", "longitude": b"13.4"}
        if row % 4 == 0:
            sheet.good[row] = cells
        else:
            sheet.strange[row] = some_columns(
                DEVICE_COLUMNS, choose, lambda choose: any_cell(choose).encode()
            )
        sheet.add(cells | sheet.strange.get(row, {}), choose)
    return sheet


def lines_of(sheet: Sheet) -> dict[int, int]:
    """The row by the number of its first line, as an editor counts."""
    line, lines = 2, {}
    for row, text in enumerate(sheet.lines):
        lines[line] = row
        line += len(text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")) - 1
    return lines


@pytest.mark.timeout(3600)
def test_a_strange_cell_of_devices_costs_its_line_alone(organization: Organization) -> None:
    choose, tried, first, counts = random.Random(SEED), 0, 0, Counter[str]()
    while tried < CELLS:
        sheet = sheet_of_devices(first, choose)
        answer = organization.http.post(
            "/devices/import",
            params={"dryRun": str("FUZZ_SECONDS" in os.environ).lower()},
            content=sheet.body,
            headers={"Content-Type": CSV},
        )
        assert answer.status_code == 200, answer.text[:500]
        result, lines = answer.json(), lines_of(sheet)
        told = {lines[error["line"]]: error for error in result["errors"]}
        assert told.keys() <= sheet.strange.keys()
        assert sum(result[name] for name in ("created", "updated", "unchanged", "failed")) == ROWS
        for row, error in told.items():
            assert error["column"] in {None, "latitude", "longitude", *sheet.strange[row]}
        counts.update(f"{error['column']} {error['code']}" for error in told.values())
        counts["good"] += result["created"]
        tried, first = tried + sheet.cells, first + ROWS
    print(f"{tried} cells in {first} lines: {dict(counts)}")

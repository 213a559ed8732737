"""The bench runs: small sizes, a few rows, and the file that it writes. Figures are not judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.platform  # it is a process of its own that starts the servers

ROWS = ["http-5000-1", "mqtt-100-10", "read-raw-10000", "list-devices-by-name", "rate-limiter"]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    output: Path = tmp_path_factory.mktemp("bench") / "bench.json"
    only = [option for name in ROWS for option in ("--only", name)]
    command = [sys.executable, "-m", "tests.bench", "--quick", *only, "--output", str(output)]
    subprocess.run(command, check=True, timeout=100, stdout=subprocess.DEVNULL)
    written: dict[str, Any] = json.loads(output.read_text())
    return written


def test_the_rows_asked_for_are_measured(report: dict[str, Any]) -> None:
    assert [row["name"] for row in report["rows"]] == ROWS
    assert report["is_quick"] is True


def test_each_row_is_a_ratio_to_a_limit_of_the_same_run(report: dict[str, Any]) -> None:
    for row in report["rows"]:
        ratio = row["measured"]["median"] / row["limit"]["median"]
        assert row["ratio"]["median"] == pytest.approx(ratio)
        assert row["ratio"]["low"] <= row["ratio"]["median"] <= row["ratio"]["high"]


def test_ingest_rows_say_whose_cpu_it_took(report: dict[str, Any]) -> None:
    for row in report["rows"][:2]:
        assert {"server_cpu_ms_per_1000", "backend_cpu_ms_per_1000", "client_cpu_percent"} <= row[
            "details"
        ].keys()


def test_the_machine_is_named(report: dict[str, Any]) -> None:
    machine = report["machine"]
    assert machine["cores"] >= 1
    assert machine["postgresql"].split(".")[0].isdecimal()

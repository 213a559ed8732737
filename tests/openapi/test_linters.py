"""The document is clean in the linters that users of an API run."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "openapi.json"

pytestmark = [pytest.mark.node, pytest.mark.timeout(400), pytest.mark.xdist_group("node")]


def run(node_modules: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    program, *arguments = command
    return subprocess.run(
        [node_modules / ".bin" / program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "REDOCLY_TELEMETRY": "off",
            "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
            "NO_COLOR": "1",
        },
    )


def test_redocly_finds_nothing(node_modules: Path) -> None:
    done = run(
        node_modules,
        "redocly",
        "lint",
        "--config",
        HERE / "redocly.yaml",
        "--format=json",
        DOCUMENT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}, found["problems"]


def test_spectral_finds_nothing(node_modules: Path) -> None:
    done = run(
        node_modules,
        *(
            "spectral",
            "lint",
            "--ruleset",
            HERE / "spectral.yaml",
            "--fail-severity=hint",
            DOCUMENT,
        ),
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "program",
    [
        ("redocly", "lint", "--config", HERE / "redocly.yaml"),
        ("spectral", "lint", "--ruleset", HERE / "spectral.yaml", "--fail-severity=hint"),
    ],
)
def test_the_linters_can_fail(node_modules: Path, tmp_path: Path, program: tuple[str, ...]) -> None:
    broken = tmp_path / "openapi.json"
    broken.write_text(
        DOCUMENT.read_text().replace("#/components/schemas/DevicePage", "#/components/schemas/Gone")
    )
    assert run(node_modules, *program, broken).returncode != 0

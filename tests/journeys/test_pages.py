"""The commands of docs/*.md, run as a reader would: pasted into a shell, in their order."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.make.devices import register_device
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import by_key, send, sensors_by_key

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
ASSIGNMENTS = re.compile(r"(?:[A-Z]+=\S+\n)+")
# -f fails on an error's status, so that a line that answers a problem is no line that works.
CURL = 'curl() { command curl --silent --show-error --fail-with-body --noproxy "*" "$@"; }\n'


def commands_of(page: str) -> str:
    """What is pasted; the blocks of nothing but assignments say what the reader fills in."""
    return "".join(block for block in BLOCK.findall(page) if not ASSIGNMENTS.fullmatch(block))


def names_of(page: str) -> set[str]:
    """What the reader fills in."""
    blocks = [block for block in BLOCK.findall(page) if ASSIGNMENTS.fullmatch(block)]
    return {line.partition("=")[0] for block in blocks for line in block.splitlines()}


@pytest.fixture
def values(platform: RunningPlatform, organization: Organization) -> dict[str, str]:
    """A platform, a key, and a sensor with readings of yesterday morning."""
    day = (datetime.now(UTC) - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    device = register_device(organization, "documented")["deviceId"]
    start = day + timedelta(hours=10, minutes=30)
    readings = [
        by_key(device, "temperature", start + timedelta(minutes=n), 3.5 + n % 7 / 8)
        for n in range(180)
    ]
    assert send(organization, readings)["accepted"] == 180
    return {
        "API": f"{platform.base_url}/api/v1",
        "URL": platform.base_url,
        "KEY": organization.key,
        "TOKEN": register_device(organization, "on paper")["token"],
        "DEVICE": device,
        "SENSOR": sensors_by_key(organization, device)["temperature"]["id"],
        "DAY": day.date().isoformat(),
        "NOW": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "FROM": day.isoformat().replace("+00:00", "Z"),
        "TO": (day + timedelta(days=1)).isoformat().replace("+00:00", "Z"),
    }


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("readings.md", ['"value":3.5', "coverage,avg,max", '"method":"LTTB"']),
        ("catalogue.md", ['"accepted":2', '"code":"WRONG_TYPE"', "line-0002"]),
        ("configuration.md", ['"because":"bound to this device"', '"reportedVersion":null']),
        ("exports.md", ["november.zip"]),
        ("devices.md", ["device.json", "next.crt"]),
        ("commands.md", ['"status":"PENDING"', '"error":"canceled"', "event: command", "run.json"]),
        ("alerting.md", ['"difference"', '"version":2', '"kind":"MAINTENANCE"', '"secret"']),
    ],
)
def test_the_commands_of_a_page_work_when_pasted(
    name: str, says: list[str], values: dict[str, str], tmp_path: Path
) -> None:
    page = (ROOT / "docs" / name).read_text()
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    given = {key: values[key] for key in names_of(page)}
    script = f"set -eu\n{CURL}{commands_of(page)}\nls\n"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", **given},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [said for said in says if said not in done.stdout] == []


def test_what_the_reader_fills_in_is_not_run() -> None:
    page = "```sh\nAPI=http://x\nKEY=sk_…\n```\n\n```sh\nDAY=1\ncurl $API\n```\n"
    assert names_of(page) == {"API", "KEY"}
    assert commands_of(page) == "DAY=1\ncurl $API\n"

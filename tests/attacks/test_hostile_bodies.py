"""A body of some kilobytes can't take gigabytes, hold up the others, or end the process that serves
them: peak memory of the API is at most four times what a body may have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.make.hostile_bodies import HOSTILE_BODIES
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem

BODY_MAX_BYTES = 32_000_000
PEAK_MAX_BYTES = 4 * BODY_MAX_BYTES


@pytest.fixture(scope="module")
def api(platform: RunningPlatform) -> psutil.Process:
    return platform.program("api")


@pytest.fixture(scope="module")
def stranger(platform: RunningPlatform) -> Iterator[Organization]:
    organization = platform.new_organization()
    yield organization
    organization.http.close()


@pytest.fixture
def peak(api: psutil.Process) -> Iterator[list[int]]:
    """Of the API's memory, beside what it had before: filled in at the end."""
    Path(f"/proc/{api.pid}/clear_refs").write_text("5")  # its high-water mark is what it has now
    before = api.memory_info().rss
    found: list[int] = []
    yield found
    lines = Path(f"/proc/{api.pid}/status").read_text().splitlines()
    [mark] = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    found.append(int(mark) * 1024 - before)
    assert found[0] <= PEAK_MAX_BYTES


@pytest.mark.parametrize("name", HOSTILE_BODIES)
def test_a_hostile_body_is_answered_and_takes_no_more_than_four_times_what_one_may_have(
    stranger: Organization,
    platform: RunningPlatform,
    api: psutil.Process,
    peak: list[int],
    name: str,
) -> None:
    hostile = HOSTILE_BODIES[name]
    headers = {"Content-Type": hostile.media_type}
    if hostile.encoding:
        headers["Content-Encoding"] = hostile.encoding
    answer = stranger.http.post("/readings/batch", content=hostile.make(), headers=headers)
    assert answer.status_code in hostile.statuses, answer.text[:300]
    if answer.status_code == 200:
        receipt = answer.json()
        assert receipt["quarantined"] == len(receipt["errors"])
    else:
        assert_problem(answer, *hostile.statuses)
    assert platform.program("api").pid == api.pid

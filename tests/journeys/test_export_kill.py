"""kill -9 in the middle of an export: it ends READY, once, with every reading, and leaves nothing else behind."""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import psutil
import psycopg
import pytest

from tests.make.exports import (
    START,
    create_export,
    download,
    export_of,
    fill,
    opened,
    wait_for_export,
)
from tests.make.objects import files_of, moto_server, moto_settings
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform, running_platform
from tests.make.workers import wait_until

READINGS = int(
    os.environ.get("TEST_EXPORT_READINGS", "400000")
)  # 5,000,000 for an export of some seconds
READY_SECONDS = 60 + READINGS / 20_000


@pytest.fixture(scope="module")
def platform() -> Iterator[RunningPlatform]:
    with running_platform() as platform:
        yield platform


@pytest.fixture(scope="module")
def archive(platform: RunningPlatform) -> Organization:
    organization = platform.new_organization()
    fill(platform, organization, readings=READINGS)
    return organization


@contextlib.contextmanager
def held_in_the_middle(platform: RunningPlatform) -> Iterator[Callable[[], None]]:
    """An export can't get past its seventh day while the block runs; the function given waits until one is there."""
    day = (START + timedelta(days=7)).strftime("%Y%m%d")
    with (
        contextlib.suppress(psycopg.OperationalError),
        psycopg.connect(admin_address(platform)) as admin,
    ):
        admin.execute(f"LOCK TABLE tsd_chunks.reading_{day} IN ACCESS EXCLUSIVE MODE".encode())

        def is_there() -> bool:
            # On another connection: within a transaction the activity is always that of its first look.
            with psycopg.connect(admin_address(platform)) as watching:
                row = watching.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holdfast export' "
                    "AND wait_event_type = 'Lock'"
                ).fetchone()
            return row is not None and row[0] > 0

        yield lambda: wait_until(is_there, "the export is in its middle") and None


def kill(platform: RunningPlatform, program: str) -> None:
    process = platform.program(program)
    process.kill()
    psutil.wait_procs([process], timeout=10)


def attempts(organization: Organization) -> list[int]:
    jobs = organization.http.get("/admin/jobs", params={"kind": "export"}).json()["items"]
    return [job["attempt"] for job in jobs]


def check_once(
    platform: RunningPlatform, organization: Organization, export_id: str
) -> dict[str, Any]:
    export = wait_for_export(organization, export_id, seconds=READY_SECONDS)
    readings, _, manifest = opened(download(export))
    assert export["readingCount"] == readings.num_rows == manifest["counts"]["readings"] == READINGS
    pairs = (
        readings.select(["sensor_id", "timestamp"])
        .group_by(["sensor_id", "timestamp"])
        .aggregate([])
    )
    assert pairs.num_rows == READINGS, "a reading is there twice"
    return export


@pytest.mark.timeout(300)
@pytest.mark.parametrize("program", ["worker", "postgres", "valkey"])
def test_kill_9_in_the_middle_of_an_export(
    platform: RunningPlatform, archive: Organization, program: str
) -> None:
    export_id = create_export_in_the_middle(platform, archive, lambda: kill(platform, program))
    check_once(platform, archive, export_id)
    mine = [path.name for path in files_of(platform) if export_id in path.name]
    assert len(mine) == 1, mine
    assert (attempts(archive)[0] > 1) == (program != "valkey")


def create_export_in_the_middle(
    platform: RunningPlatform, organization: Organization, then: Callable[[], None]
) -> str:
    with held_in_the_middle(platform) as wait_for_the_middle:
        export_id: str = create_export(organization, scopeType="ORGANIZATION")["id"]
        wait_for_the_middle()
        running = wait_until(
            lambda: export_of(organization, export_id).get("progress"), "progress is told"
        )
        assert 0 < running < 1
        then()
    return export_id


@pytest.mark.timeout(300)
def test_an_export_that_is_deleted_while_it_runs_stops_and_leaves_nothing(
    platform: RunningPlatform, archive: Organization
) -> None:
    def delete() -> None:
        [export] = [
            e for e in archive.http.get("/exports").json()["items"] if e["status"] == "RUNNING"
        ]
        archive.http.delete(f"/exports/{export['id']}").raise_for_status()
        wait_until(
            lambda: not [path for path in files_of(platform) if export["id"] in path.name],
            "nothing of it is left while the database still holds it up",
        )

    export_id = create_export_in_the_middle(platform, archive, delete)
    assert export_of(archive, export_id) == {}
    states = archive.http.get("/admin/jobs", params={"kind": "export"}).json()["items"]
    assert states[0]["state"] == "DISCARDED"


@pytest.mark.timeout(300)
def test_kill_9_of_the_object_store_in_the_middle_of_an_export() -> None:
    with contextlib.ExitStack() as stack:
        first = contextlib.ExitStack()
        endpoint = first.enter_context(moto_server())
        stack.push(first)
        platform = stack.enter_context(running_platform(moto_settings(endpoint)))
        organization = platform.new_organization()
        fill(platform, organization, readings=READINGS)

        def restart() -> None:
            first.close()  # SIGKILL; it forgets all that it held
            stack.enter_context(moto_server(port=int(endpoint.rpartition(":")[2])))

        export_id = create_export_in_the_middle(platform, organization, restart)
        export = check_once(platform, organization, export_id)
        assert attempts(organization)[0] > 1
        assert endpoint in export["downloadUrl"]
        with zipfile.ZipFile(BytesIO(download(export))) as archive:
            assert "manifest.json" in archive.namelist()
        organization.http.close()

"""No loop of a running platform ends unseen: its connections may be cut; where it ends all the same,
its process is started again; and one that stands still is named."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psutil
import psycopg
import pytest
import redis

from tests.make.devices import Session, connect, provision_device
from tests.make.endless import EndlessDevice, assert_nothing_lost, stored_of
from tests.make.exports import create_export, wait_for_export
from tests.make.live import streaming
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform, running_platform
from tests.make.workers import wait_until

pytestmark = pytest.mark.timeout(400)

READY_WAIT_SECONDS = 3
INGEST = {
    "inbox",
    "clock",
    "live push",
    "live report",
    "device_changed",
    "organization_changed",
    "inspector",
    "inspector watch",
}
LOOPS = {
    "api": INGEST
    | {"api_key_changed", "fleet_changed"}
    | {"live log", "live fleets", "live watch", "running responses"},
    "broker": INGEST
    | {
        "lock 1",
        "presence",
        "presence beat",
        "health",
        "health windows",
        "certificates",
        "downlink",
    }
    | {"reported configuration", "configuration windows"},
    "worker": {"relay", "jobs_changed", "rollups", "scheduled partitions", "scheduled retention"}
    | {"queue quick", "queue configuration", "queue webhooks", "queue long"},
}
TURNED = re.compile(r'^holdfast_loop_turned_at_seconds\{loop="(.+)",pid="(\d+)"\} (\S+)$', re.M)


@pytest.fixture(scope="module")
def platform() -> Iterator[RunningPlatform]:
    with running_platform({"HOLDFAST_READY_WAIT_SECONDS": str(READY_WAIT_SECONDS)}) as platform:
        yield platform


@pytest.fixture(scope="module")
def organization(platform: RunningPlatform) -> Organization:
    return platform.new_organization()


def turned_at(platform: RunningPlatform, program: str) -> dict[str, float]:
    """When each loop of a program last turned, or had nothing to do."""
    pid = platform.program(program).pid
    metrics = httpx.get(platform.metrics_url, trust_env=False).text
    return {loop: float(at) for loop, of, at in TURNED.findall(metrics) if int(of) == pid}


def standing(platform: RunningPlatform, since: float) -> set[tuple[str, str]]:
    """The loops that haven't turned since: those known here, and whichever there are."""
    found = {name: turned_at(platform, name) for name in LOOPS}
    return {
        (name, loop)
        for name, known in LOOPS.items()
        for loop in known | found[name].keys()
        if found[name].get(loop, 0) <= since
    }


def readiness(platform: RunningPlatform) -> tuple[int, dict[str, str]]:
    """The status, and each part's; 0 where nobody answers."""
    try:
        answer = httpx.get(f"{platform.base_url}/health/ready", trust_env=False, timeout=10)
    except httpx.HTTPError:
        return 0, {}
    return answer.status_code, answer.json()["parts"]


def wait_until_ready(platform: RunningPlatform) -> None:
    wait_until(lambda: readiness(platform)[0] == 200, "the platform is ready")


def cut_every_connection(platform: RunningPlatform) -> None:
    """To the database and to Valkey."""
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE usename IN ('app', 'iot_ingest', 'iot_owner')"
        )
    url = platform.program("api").environ()["HOLDFAST_REDIS_URL"]
    with redis.Redis(unix_socket_path=url.removeprefix("unix://")) as valkey:
        valkey.client_kill_filter(_type="normal", skipme=True)


def assert_health_is_told(organization: Organization, session: Session) -> None:
    topic = session.device.provisioned["mqtt"]["topics"]["health"]
    session.publish({"uptimeSeconds": 42}, topic=topic)

    def told() -> bool:
        answer = organization.http.get(f"/devices/{session.device.id}/health")
        return bool(answer.json().get("uptimeSeconds") == 42)

    wait_until(told, "the device's health is told")


def assert_presence_is_told(organization: Organization, device_id: str, connected: bool) -> None:
    def told() -> bool:
        device: dict[str, Any] = organization.http.get(f"/devices/{device_id}").json()
        return device["connected"] is connected

    wait_until(told, f"the device is told to be connected: {connected}")


def assert_revocation_is_heard(
    platform: RunningPlatform, organization: Organization, session: Session
) -> None:
    """Of a certificate by the broker, of a key by the API."""
    revoke = f"/devices/{session.device.id}/certificates/{session.device.serial}/revoke"
    assert organization.http.post(revoke).status_code == 204
    assert session.disconnected.wait(30)
    key = organization.http.post("/api-keys", json={"name": "revoked"}).json()
    with platform.client(key["key"]) as http:
        assert http.get("/devices").status_code == 200
        assert organization.http.delete(f"/api-keys/{key['id']}").status_code == 204
        wait_until(lambda: http.get("/devices").status_code == 401, "the key opens nothing")


def test_all_connections_are_cut_and_every_loop_goes_on(
    platform: RunningPlatform, organization: Organization
) -> None:
    programs = {name: platform.program(name).pid for name in LOOPS}
    device = provision_device(organization, "endless", directory=platform.state)
    session = connect(platform, provision_device(organization, "other", directory=platform.state))
    start = datetime.now(UTC) - timedelta(hours=1)
    endless = EndlessDevice(platform, device, start, reconnect=True)
    with streaming(organization) as stream:
        stream.until_ready()
        for _ in range(3):
            endless.wait_for(200)
            cut_every_connection(platform)
        cut_at = time.time()
        endless.wait_for(200)
        end = endless.stop()
        assert_nothing_lost(stored_of(organization, device, start, end), endless.acknowledged)
        newest = max(endless.acknowledged)
        stream.until(lambda: any(at == newest for _, at in stream.keys), "the newest reading")

    assert_presence_is_told(organization, device.id, False)
    assert_presence_is_told(organization, session.device.id, True)
    assert_health_is_told(organization, session)
    assert_revocation_is_heard(platform, organization, session)
    export = create_export(organization, scopeType="DEVICE", scopeId=device.id)
    wait_for_export(organization, export["id"])
    wait_until(lambda: not standing(platform, cut_at), "all loops turn", seconds=120)
    assert {name: platform.program(name).pid for name in LOOPS} == programs, "started anew"


@contextmanager
def nobody_gets_in(platform: RunningPlatform) -> Iterator[None]:
    """New connections to the database are refused while the block runs, and old ones are cut."""
    with psycopg.connect(admin_address(platform), autocommit=True) as admin:
        admin.execute("ALTER ROLE iot_ingest NOLOGIN")
        try:
            cut_every_connection(platform)
            yield
        finally:
            admin.execute("ALTER ROLE iot_ingest LOGIN")


@contextmanager
def disk_is_full(programs: Sequence[psutil.Process]) -> Iterator[None]:
    """Whatever these programs write to a file is refused while the block runs."""
    unlimited = [program.rlimit(psutil.RLIMIT_FSIZE) for program in programs]
    for program, (_, hard) in zip(programs, unlimited, strict=True):
        program.rlimit(psutil.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        for program, limits in zip(programs, unlimited, strict=True):
            program.rlimit(psutil.RLIMIT_FSIZE, limits)


def test_programs_that_can_neither_log_nor_store_go_on_when_they_can(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "beside all", directory=platform.state)
    start = datetime.now(UTC) - timedelta(hours=2)
    endless = EndlessDevice(platform, device, start, reconnect=True)
    endless.wait_for(200)
    told = {name: platform.program(name) for name in LOOPS}
    with disk_is_full(list(told.values())):
        with nobody_gets_in(platform):
            wait_until(lambda: readiness(platform)[0] != 200, "the platform is not ready")
        wait_until_ready(platform)
        back = time.time()
        wait_until(lambda: not standing(platform, back), "all loops turn", seconds=120)
    endless.wait_for(200)
    end = endless.stop()
    assert_nothing_lost(stored_of(organization, device, start, end), endless.acknowledged)
    assert {name: platform.program(name).pid for name in LOOPS} == {
        name: program.pid for name, program in told.items()
    }, "started anew"


def test_a_loop_that_stands_still_is_named_until_it_turns_again(platform: RunningPlatform) -> None:
    wait_until_ready(platform)
    assert readiness(platform)[1].keys() == {"database", "redis", "objects", "broker"}
    valkey = platform.program("valkey")
    valkey.suspend()
    try:
        named = wait_until(
            lambda: readiness(platform)[1].get("live report"), "a loop is named", seconds=90
        )
        assert re.fullmatch(r"no turn for \d+ s", named)
        assert readiness(platform)[0] == 503
    finally:
        valkey.resume()
    wait_until_ready(platform)
    assert readiness(platform)[1].keys() == {"database", "redis", "objects", "broker"}


def test_while_readings_are_not_stored_the_platform_is_not_ready(
    platform: RunningPlatform, organization: Organization
) -> None:
    wait_until_ready(platform)
    device = provision_device(organization, "waits", directory=platform.state)
    reading = {"deviceId": device.id, "sensor": "t", "timestamp": datetime.now(UTC).isoformat()}
    with ThreadPoolExecutor() as beside, psycopg.connect(admin_address(platform)) as admin:
        admin.execute("LOCK TABLE tsd.reading IN ACCESS EXCLUSIVE MODE")
        sent = beside.submit(
            organization.http.post, "/readings/batch", json=[{**reading, "value": 1.5}]
        )
        said = wait_until(lambda: readiness(platform)[1].get("ingest"), "it is not ready")
        assert re.fullmatch(r"readings wait for \d+ s", said)
        assert readiness(platform)[0] == 503
        admin.rollback()
        assert sent.result(30).json()["accepted"] == 1
    wait_until_ready(platform)

"""No loop of a running platform ends unseen: its connections may be cut, and if it ends nevertheless, its process is
started again; nothing that was acknowledged is lost."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest
import redis

from tests.make.devices import connect, provision_device
from tests.make.endless import EndlessDevice, assert_nothing_lost, stored_of
from tests.make.exports import create_export, wait_for_export
from tests.make.live import streaming
from tests.make.people import admin_address
from tests.make.platform import RunningPlatform, running_platform
from tests.make.workers import wait_until

pytestmark = pytest.mark.timeout(400)

INGEST = {"inbox", "clock", "live push", "live report", "device_changed", "organization_changed"}
LOOPS = {
    "api": INGEST
    | {"api_key_changed", "fleet_changed"}
    | {"live log", "live fleets", "live watch", "live credentials"},
    "broker": INGEST | {"lock 1", "presence", "health", "health windows", "certificates"},
    "worker": {"relay", "jobs_changed", "rollups"}
    | {"queue quick", "queue webhooks", "queue long"}
    | {"scheduled partitions"},
}
TURNED = re.compile(r'^holdfast_loop_turned_at_seconds\{loop="(.+)",pid="(\d+)"\} (\S+)$', re.M)


@pytest.fixture(scope="module")
def platform() -> Iterator[RunningPlatform]:
    with running_platform() as platform:
        yield platform


def turned_at(platform: RunningPlatform, program: str) -> dict[str, float]:
    """When each loop of a program last turned."""
    pid = platform.program(program).pid
    metrics = httpx.get(f"{platform.base_url}/metrics", trust_env=False).text
    return {loop: float(at) for loop, of, at in TURNED.findall(metrics) if int(of) == pid}


def is_ready(platform: RunningPlatform) -> bool:
    try:
        answer = httpx.get(f"{platform.base_url}/health/ready", trust_env=False)
    except httpx.HTTPError:
        return False
    return answer.status_code == 200


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


def test_all_connections_are_cut_and_every_loop_goes_on(platform: RunningPlatform) -> None:
    programs = {name: platform.program(name).pid for name in LOOPS}
    organization = platform.new_organization()
    device = provision_device(organization, "endless", directory=platform.state)
    other = provision_device(organization, "other", directory=platform.state)
    start = datetime.now(UTC) - timedelta(hours=1)
    endless = EndlessDevice(platform, device, start, reconnect=True)
    session = connect(platform, other)
    with streaming(organization) as stream:
        stream.until_ready()
        for _ in range(3):
            endless.wait_for(200)
            cut_every_connection(platform)
        last_cut = time.time()
        endless.wait_for(200)
        end = endless.stop()
        assert_nothing_lost(stored_of(organization, device, start, end), endless.acknowledged)
        stream.until(
            lambda: any(at == end - timedelta(milliseconds=1) for _, at in stream.keys),
            "the last reading",
        )

    _tell_health_and_see_it(organization, session)
    _revoke_and_see_the_session_end(organization, session)
    export = create_export(organization, scopeType="DEVICE", scopeId=device.id)
    wait_for_export(organization, export["id"])
    for name, loops in LOOPS.items():
        wait_until(lambda: loops <= turned_at(platform, name).keys(), f"the loops of the {name}")

        def late() -> set[str]:
            found = turned_at(platform, name)
            return {loop for loop, at in found.items() if at < last_cut}

        wait_until(lambda: not late(), f"all loops of the {name} turn: {late()}", seconds=90)
    assert {name: platform.program(name).pid for name in LOOPS} == programs, "none was started anew"

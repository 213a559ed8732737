"""Jobs run when their transaction has committed, once, whoever dies meanwhile."""

from __future__ import annotations

import contextlib
import secrets
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import redis

from app.core.jobs import start_job, stop_job
from db.connections.sessions import open_database
from tests.make.platform import Organization, RunningPlatform, running_platform
from tests.make.workers import (
    WorkerTeam,
    devices_named,
    job_of,
    wait_for_state,
    wait_until,
    worker_team,
)


@pytest.fixture
def team(platform: RunningPlatform, tmp_path: Path) -> Iterator[WorkerTeam]:
    with worker_team(platform, f"test-{secrets.token_hex(4)}", tmp_path) as team:
        yield team


async def test_a_job_runs_after_its_transactions_commit_and_only_then(
    team: WorkerTeam, organization: Organization
) -> None:
    team.start_worker()
    url = team.platform.secret_urls()["database_url"]
    async with open_database(url, pool_size=2, statement_timeout_seconds=30) as database:
        with contextlib.suppress(ZeroDivisionError):
            async with database.transaction(UUID(organization.id)) as tx:
                undone = await start_job(tx, f"{team.name}-quick", {})
                raise ZeroDivisionError
        async with database.transaction(UUID(organization.id)) as tx:
            open_one = await start_job(tx, f"{team.name}-quick", {})
            later = await team.start(organization, "quick")  # its own transaction commits at once
            wait_for_state(organization, later, "SUCCEEDED")
            assert team.noted("began", str(open_one)) == []
    wait_for_state(organization, str(open_one), "SUCCEEDED")
    assert team.noted("began", str(undone)) == []
    assert len(devices_named(organization, str(open_one))) == 1


async def test_a_job_reaches_a_waiting_worker_in_a_moment(
    team: WorkerTeam, organization: Organization
) -> None:
    team.start_worker()
    wait_for_state(organization, await team.start(organization, "quick"), "SUCCEEDED")
    began = time.monotonic()
    job = await team.start(organization, "quick")
    team.wait_for("finished", job)
    assert time.monotonic() - began < 5  # NOTIFY and a poll of the queue, on a busy machine


async def test_a_killed_workers_job_is_taken_up_within_half_a_minute(
    team: WorkerTeam, organization: Organization
) -> None:
    worker = team.start_worker()
    job = await team.start(organization, "slow")
    team.wait_for("began", job)
    team.release()
    worker.kill()
    killed = time.monotonic()
    team.start_worker()
    team.wait_for("began", job, times=2)
    assert time.monotonic() - killed < 30
    assert wait_for_state(organization, job, "SUCCEEDED")["attempt"] == 2
    assert len(devices_named(organization, job)) == 1


async def test_a_worker_that_was_thought_dead_finishes_nothing(
    team: WorkerTeam, organization: Organization
) -> None:
    frozen = team.start_worker()
    job = await team.start(organization, "slow")
    team.wait_for("began", job)
    frozen.send_signal(signal.SIGSTOP)
    team.start_worker()
    team.wait_for("began", job, times=2)
    team.release()
    wait_for_state(organization, job, "SUCCEEDED")
    frozen.send_signal(signal.SIGCONT)
    log = team.folder / "worker.log"
    wait_until(
        lambda: "not ours any more" in log.read_text(),
        "the thawed worker sees that it lost the job",
    )
    assert len(devices_named(organization, job)) == 1


async def test_a_worker_that_is_stopped_releases_its_work(
    team: WorkerTeam, organization: Organization
) -> None:
    worker = team.start_worker()
    job = await team.start(organization, "slow")
    team.wait_for("began", job)
    worker.terminate()
    assert worker.wait(10) == 0
    assert job_of(organization, job)["state"] in ("PENDING", "QUEUED")
    team.release()
    began = time.monotonic()
    team.start_worker()
    team.wait_for("finished", job)
    assert time.monotonic() - began < 9, "it waited for a lease instead of being released"
    assert wait_for_state(organization, job, "SUCCEEDED")["attempt"] == 1


async def test_what_fails_is_tried_again_and_then_waits_for_people(
    team: WorkerTeam, organization: Organization
) -> None:
    team.start_worker()
    job = await team.start(organization, "failing", failures=2)
    done = wait_for_state(organization, job, "SUCCEEDED")
    assert (done["attempt"], len(devices_named(organization, f"{job} "))) == (3, 1)

    hopeless = await team.start(organization, "failing", failures=5)
    dead = wait_for_state(organization, hopeless, "DEAD")
    assert (dead["attempt"], dead["error"]) == (3, "the platform failed; its log says why")
    assert len(devices_named(organization, f"{hopeless} given up: the platform failed;")) == 1
    letters = organization.http.get(
        "/admin/jobs", params={"state": "DEAD", "kind": dead["kind"]}
    ).json()
    assert [item["id"] for item in letters["items"]] == [hopeless]

    again = organization.http.post(f"/admin/jobs/{hopeless}/retry")
    assert (again.status_code, again.json()["state"], again.json()["attempt"]) == (
        200,
        "PENDING",
        0,
    )
    wait_until(lambda: len(team.noted("began", hopeless)) == 6, "three more attempts")
    wait_for_state(organization, hopeless, "DEAD")
    gone = organization.http.post(f"/admin/jobs/{hopeless}/discard")
    assert (gone.status_code, gone.json()["state"]) == (200, "DISCARDED")
    for verb in ("retry", "discard"):
        refused = organization.http.post(f"/admin/jobs/{hopeless}/{verb}")
        assert (refused.status_code, refused.json()["code"]) == (409, "JOB_STATE")


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("impossible", "what it was about is gone"),
        ("endless", "the platform failed; its log says why"),
    ],
)
async def test_what_can_not_succeed_is_dead_at_once_with_its_reason(
    team: WorkerTeam, organization: Organization, kind: str, error: str
) -> None:
    team.start_worker()
    job = await team.start(organization, kind)
    dead = wait_for_state(organization, job, "DEAD")
    assert (dead["attempt"], dead["error"]) == (1, error)
    [given_up] = devices_named(organization, job)
    assert given_up.startswith(f"{job} given up: {error} ")


async def test_what_another_side_refuses_is_tried_again_and_says_why_to_the_end(
    team: WorkerTeam, organization: Organization
) -> None:
    team.start_worker()
    job = await team.start(organization, "refused")
    dead = wait_for_state(organization, job, "DEAD")
    assert (dead["attempt"], dead["error"]) == (3, "the other side is away")
    assert len(team.noted("began", job)) == 3
    assert len(devices_named(organization, f"{job} given up: the other side is away ")) == 1
    log = (team.folder / "worker.log").read_text()
    assert [line for line in log.splitlines() if "Traceback" in line] == []


async def test_a_job_that_is_stopped_while_it_runs_is_ended(
    team: WorkerTeam, organization: Organization
) -> None:
    team.start_worker()
    job = await team.start(organization, "slow")
    team.wait_for("began", job)
    url = team.platform.secret_urls()["database_url"]
    async with (
        open_database(url, pool_size=1, statement_timeout_seconds=30) as database,
        database.transaction(UUID(organization.id)) as tx,
    ):
        assert await stop_job(tx, UUID(job))
    team.wait_for("cancelled", job)
    assert job_of(organization, job)["state"] == "DISCARDED"
    assert devices_named(organization, job) == []


async def test_a_hundred_jobs_of_one_organization_keep_another_ones_job_waiting_for_few(
    team: WorkerTeam, organization: Organization, neighbour: Organization
) -> None:
    many = await team.start_many(organization, "quick", 100)
    one = await team.start(neighbour, "quick")
    team.start_worker()
    team.wait_for("finished", times=101)
    order = [line[1] for line in team.noted("finished")]
    assert set(order) == {*many, one}
    assert order.index(one) <= 4
    wait_until(
        lambda: all(job_of(organization, job)["state"] == "SUCCEEDED" for job in many[::20]),
        "all succeed",
    )


async def test_a_scheduled_task_ticks_once_however_many_workers_there_are(team: WorkerTeam) -> None:
    workers = [team.start_worker() for _ in range(3)]
    began = time.monotonic()
    team.wait_for("tick", times=4)
    elapsed = time.monotonic() - began
    ticks = team.noted("tick")
    assert len(ticks) <= elapsed / 0.5 + 1
    killed = {str(worker.pid) for worker in workers[:2]}
    for worker in workers[:2]:
        worker.kill()
    wait_until(
        lambda: any(line[1] not in killed for line in team.noted("tick")[len(ticks) :]),
        "it ticks on",
    )


async def test_a_worker_that_is_stopped_in_a_tick_leaves_it_to_the_next(team: WorkerTeam) -> None:
    worker = team.start_worker()
    team.wait_for("long-tick")
    worker.terminate()
    assert worker.wait(10) == 0
    successor = team.start_worker()
    team.wait_for("long-tick", str(successor.pid))  # long before its hour is over


def valkey_of(platform: RunningPlatform) -> redis.Redis:
    url = platform.program("worker").environ()["HOLDFAST_REDIS_URL"]
    return redis.Redis(unix_socket_path=url.removeprefix("unix://"))


@pytest.mark.timeout(240)
async def test_jobs_outlive_valkey_its_data_and_postgresql(tmp_path: Path) -> None:
    with running_platform() as platform, worker_team(platform, "outlive", tmp_path) as team:
        organization = platform.new_organization()
        team.start_worker()
        running = await team.start_many(organization, "slow", 2)
        for job in running:
            team.wait_for("began", job)
        waiting = await team.start_many(organization, "quick", 5)
        wait_until(
            lambda: "QUEUED" in {job_of(organization, job)["state"] for job in waiting},
            "some are queued",
        )
        with valkey_of(platform) as valkey:
            valkey.flushall()
        process = platform.program("valkey")
        process.kill()
        process.wait(10)
        platform.program("postgres").kill()
        team.release()

        def done() -> bool:
            try:
                states = {job_of(organization, job)["state"] for job in running + waiting}
            except AssertionError:  # the API answers 503 while the database is away
                return False
            return states == {"SUCCEEDED"}

        wait_until(done, "all succeed", 90)
        for job in running + waiting:
            assert len(devices_named(organization, job)) == 1

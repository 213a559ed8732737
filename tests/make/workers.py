"""Workers of a test's own beside the platform's, and jobs for them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from app.core.jobs import start_job
from app.settings import DatabaseSettings, SecuritySettings, Settings, StorageSettings
from db.connections.sessions import open_database
from tests.make.database import DatabaseUrls
from tests.make.platform import Organization, RunningPlatform

ROOT = Path(__file__).parents[2]
WAIT_SECONDS = 60


def wait_until(is_so: Callable[[], Any], what: str, seconds: float = WAIT_SECONDS) -> Any:
    """What `is_so` says as soon as that is true."""
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        assert time.monotonic() < deadline, f"{what}: not after {seconds} s"
        time.sleep(0.02)
    return found


def settings_on(urls: DatabaseUrls, folder: Path) -> Settings:
    """Of a worker on a database without a platform: there is nobody at the address of Valkey."""
    return Settings(
        database=DatabaseSettings(url=urls.app, ingest_url=urls.ingest, owner_url=urls.owner),
        storage=StorageSettings(redis_url="redis://nowhere", objects_url=folder.as_uri()),
        security=SecuritySettings(secret_key="0" * 32),
    )


@dataclass
class WorkerTeam:
    """Kinds of work under a name of its own, so that tests share a platform and not one another's
    jobs."""

    platform: RunningPlatform
    name: str
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_worker(self) -> subprocess.Popen[bytes]:
        settings = {
            name: text
            for name, text in self.platform.program("worker").environ().items()
            if name.startswith("HOLDFAST_") and name != "HOLDFAST_LIFELINE_FD"
        }
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "tests.workers.run_worker", self.name, self.folder],
                cwd=ROOT,
                env={**os.environ, **settings},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.workers.append(worker)
        return worker

    async def start(self, organization: Organization, kind: str, **payload: Any) -> str:
        [job] = await self.start_many(organization, kind, 1, **payload)
        return job

    async def start_many(
        self, organization: Organization, kind: str, count: int, **payload: Any
    ) -> list[str]:
        """Record jobs as a request does, in one transaction of the tenant."""
        url = self.platform.secret_urls()["database_url"]
        async with (
            open_database(url, pool_size=1, statement_timeout_seconds=30) as database,
            database.transaction(UUID(organization.id)) as tx,
        ):
            return [str(await start_job(tx, f"{self.name}-{kind}", payload)) for _ in range(count)]

    def noted(self, *words: str) -> list[list[str]]:
        """The lines of the log that begin so, as words."""
        log = self.folder / "log"
        lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
        return [line for line in lines if line[: len(words)] == list(words)]

    def wait_for(self, *words: str, times: int = 1) -> list[list[str]]:
        return wait_until(  # type: ignore[no-any-return]
            lambda: found if len(found := self.noted(*words)) >= times else None, " ".join(words)
        )

    def release(self) -> None:
        (self.folder / "release").touch()


def job_of(organization: Organization, job_id: str) -> dict[str, Any]:
    answer = organization.http.get(f"/admin/jobs/{job_id}")
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    return job


def wait_for_state(organization: Organization, job_id: str, state: str) -> dict[str, Any]:
    def reached() -> dict[str, Any] | None:
        job = job_of(organization, job_id)
        return job if job["state"] == state else None

    job: dict[str, Any] = wait_until(reached, f"the job becomes {state}")
    return job


def devices_named(organization: Organization, text: str) -> list[str]:
    items = organization.http.get("/devices", params={"q": text, "limit": 500}).json()["items"]
    return [item["name"] for item in items]


@contextlib.contextmanager
def worker_team(platform: RunningPlatform, name: str, folder: Path) -> Iterator[WorkerTeam]:
    team = WorkerTeam(platform, name, folder)
    try:
        yield team
    finally:
        for worker in team.workers:
            worker.kill()
            worker.wait()

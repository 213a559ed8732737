"""What the audit log costs: 1,000 changes in one request with it, held against the same without it,
in CPU time of the API and of the database."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Sequence

import psutil
import psycopg
from psycopg import sql

from tests.bench.results import Measure, Pair, Run, Topic
from tests.bench.stand import Stand
from tests.make.people import admin_address
from tests.make.platform import Organization

NAME = "audit-bulk"
CHANGES = 1_000
WARM = 3  # connections and plans
MEASURED = 5
TABLE = sql.Identifier("platform", "device")


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        organization = await asyncio.to_thread(stand.platform.new_organization)
        ids = await asyncio.to_thread(_devices, organization)
        counter = itertools.count()
        yield [
            Pair(
                NAME,
                f"{CHANGES:,} changes in one request, audited",
                "ms CPU",
                _measured(stand, organization, ids, counter, is_on=True),
                "not audited",
                _measured(stand, organization, ids, counter, is_on=False),
                is_lower_better=True,
            )
        ]
        _switch(stand, is_on=True)
        organization.http.close()

    return Topic([NAME], stand.sizes.repetitions, pairs)


def _devices(organization: Organization) -> list[str]:
    operations = [{"op": "create", "data": {"name": f"device {n}"}} for n in range(CHANGES)]
    answer = organization.http.post("/devices/bulk", json={"operations": operations})
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["results"]]


def _measured(
    stand: Stand,
    organization: Organization,
    ids: Sequence[str],
    counter: itertools.count[int],
    *,
    is_on: bool,
) -> Measure:
    def run() -> Run:
        _switch(stand, is_on=is_on)
        for _ in range(WARM):
            _change(organization, ids, next(counter))
        began = _cpu_seconds(stand)
        for _ in range(MEASURED):
            _change(organization, ids, next(counter))
        return Run((_cpu_seconds(stand) - began) * 1000 / MEASURED)

    async def measure() -> Run:
        return await asyncio.to_thread(run)

    return measure


def _switch(stand: Stand, *, is_on: bool) -> None:
    state = sql.SQL("ENABLE" if is_on else "DISABLE")
    with psycopg.connect(admin_address(stand.platform)) as admin:
        admin.execute(sql.SQL("ALTER TABLE {} {} TRIGGER write_audit_entry").format(TABLE, state))


def _change(organization: Organization, ids: Sequence[str], number: int) -> None:
    operations = [
        {"op": "patch", "id": id_, "data": {"name": f"device {n} of {number}"}}
        for n, id_ in enumerate(ids)
    ]
    answer = organization.http.post("/devices/bulk", json={"operations": operations})
    assert answer.status_code == 200, answer.text


def _cpu_seconds(stand: Stand) -> float:
    """Of the API, and of those of the database's processes that serve it."""
    api = stand.platform.program("api").cpu_times()
    total = api.user + api.system
    for process in stand.platform.program("postgres").children():
        with contextlib.suppress(psutil.Error):
            if " app " in " ".join(process.cmdline()):
                times = process.cpu_times()
                total += times.user + times.system
    return total

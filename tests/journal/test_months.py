"""The journal is kept by the month: those ahead are there, those that ended are dropped."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import psycopg
import pytest

from db.queries.events import MONTHS_AHEAD, EventRow, ensure_event_months, record
from tests.make.fleet import make_device
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform

THIS_MONTH = datetime.now(UTC).strftime("%Y%m")


def months(connection: psycopg.Connection) -> list[str]:
    found = connection.execute(
        "SELECT right(inhrelid::regclass::text, 6) FROM pg_inherits "
        "WHERE inhparent = 'platform.event'::regclass ORDER BY 1"
    )
    return [month for (month,) in found]


def test_a_year_of_months_is_there_before_anything_happens(platform: RunningPlatform) -> None:
    with psycopg.connect(admin_address(platform)) as admin:
        there = months(admin)
    assert there[0] == THIS_MONTH
    assert len(there) == MONTHS_AHEAD + 1


def test_months_that_ended_are_dropped(platform: RunningPlatform) -> None:
    with psycopg.connect(admin_address(platform), autocommit=True) as admin:
        admin.execute(
            "CREATE TABLE tsd_chunks.event_200101 PARTITION OF platform.event "
            "FOR VALUES FROM ('2001-01-01Z') TO ('2001-02-01Z')"
        )
    ingest_url = platform.secret_urls()["ingest_database_url"]
    with psycopg.connect(ingest_url, autocommit=True) as ingest:
        ingest.execute("SELECT tsd.drop_event_partitions('2001-01-31T23:59:59Z')")
        assert "200101" in months(ingest)
        ingest.execute("SELECT tsd.drop_event_partitions('2001-02-01Z')")
        assert months(ingest)[0] == THIS_MONTH


async def test_an_event_names_the_site_of_its_device_and_no_device_of_a_neighbour(
    platform: RunningPlatform, organization: Organization, neighbour: Organization
) -> None:
    site = organization.http.post("/sites", json={"name": "Depot"}).json()["id"]
    device = make_device(organization, "gate", siteId=site)
    theirs = uuid4()
    async with asyncpg.create_pool(
        platform.secret_urls()["ingest_database_url"], min_size=1, max_size=1
    ) as pool:
        await ensure_event_months(pool)
        async with pool.acquire() as connection, connection.transaction():
            await record(
                connection,
                [
                    EventRow(org_id=organization.id, type="NOTE", title="ours", device_id=device),
                    EventRow(org_id=neighbour.id, type="NOTE", title="theirs", device_id=device),
                    EventRow(org_id=organization.id, type="NOTE", title="gone", device_id=theirs),
                ],
            )
        kept = await pool.fetch(
            "SELECT title, site_id, actor FROM platform.event WHERE device_id = ANY ($1::uuid[])",
            [device, theirs],
        )
    assert [(row["title"], str(row["site_id"]), row["actor"]) for row in kept] == [
        ("ours", site, "platform")
    ]


@pytest.mark.parametrize(
    "change", ["UPDATE platform.event SET title = 'x'", "DELETE FROM platform.event"]
)
def test_nobody_who_serves_changes_what_happened(platform: RunningPlatform, change: str) -> None:
    for role in ("database_url", "ingest_database_url"):
        with (
            psycopg.connect(platform.secret_urls()[role]) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(change.encode())

"""What TimescaleDB alone has: a wall without policies, chunks that are columns, and the way there."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec
import psycopg
import pytest

from db.connections.pools import open_ingest_pool
from db.migrations.run import migrate
from db.migrations.timescale import INTERNALS, TimescaleMissing, Wish
from db.readings.backend import Backend
from ingest.pipeline.receipts import Receipt
from tests.make.chunks import columnstore_everything, relations_with_readings
from tests.make.database import (
    DatabaseUrls,
    empty_database,
    migrated_database,
    timescale_database,
    timescale_server,
)
from tests.make.ingest import Device, element, new_device, send

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)


@pytest.fixture(scope="module")
def urls() -> Iterator[DatabaseUrls]:
    with timescale_database() as urls:
        with psycopg.connect(urls.owner) as owner:
            row = owner.execute("SELECT tsd.backend()").fetchone()
        if row != (Backend.TIMESCALE,):
            pytest.skip(
                "the server's TimescaleDB has no community licence: no columnstore to be tried"
            )
        yield urls


async def stored(admin: asyncpg.Pool, device: Device) -> dict[tuple[str, datetime], float]:
    rows = await admin.fetch(
        "SELECT s.key, r.ts, r.value_double FROM tsd.reading r JOIN platform.sensor s ON s.id = r.sensor_id "
        "WHERE r.org_id = $1",
        device[0],
    )
    assert len({(row["key"], row["ts"]) for row in rows}) == len(rows)
    return {(row["key"], row["ts"]): row["value_double"] for row in rows}


def days_of(days_ago: int, count: int = 200) -> list[dict[str, object]]:
    """Readings of four sensors on one day, none of them whole numbers."""
    start = NOW - timedelta(days=days_ago)
    return [
        element(f"s{n % 4}", start + timedelta(minutes=n // 4), n / 4 + 0.125) for n in range(count)
    ]


async def test_what_comes_late_or_again_into_columns_is_stored_once(
    pool: asyncpg.Pool, admin: asyncpg.Pool, owner: asyncpg.Pool
) -> None:
    device = await new_device(admin)
    first = [*days_of(10), *days_of(100)]
    assert (await send(pool, device, first)).accepted == len(first)
    assert await columnstore_everything(owner) >= 2
    again = await send(pool, device, first)
    assert (again.accepted, again.duplicates) == (0, len(first))
    late = [element("s0", NOW - timedelta(days=days, seconds=30), days + 0.5) for days in (10, 100)]
    new = element("never seen before", NOW - timedelta(days=100), 1.5)
    mixed = await send(pool, device, [*first[:50], *late, new])
    assert (mixed.accepted, mixed.duplicates) == (3, 50)
    other = await send(pool, device, [{**late[0], "value": 7.5}])
    assert [error.code for error in other.errors] == ["CONFLICTING_VALUE"]
    expected = {
        (str(each["sensor"]), datetime.fromisoformat(str(each["timestamp"]))): each["value"]
        for each in [*first, *late, new]
    }
    assert await stored(admin, device) == expected
    await columnstore_everything(owner)
    assert await stored(admin, device) == expected


async def test_four_writers_who_deliver_the_same_rows_into_columns_store_each_once_without_a_deadlock(
    pool: asyncpg.Pool, admin: asyncpg.Pool, owner: asyncpg.Pool
) -> None:
    device = await new_device(admin)
    old = [*days_of(20, 800), *days_of(21, 800)]
    await send(pool, device, old)
    await columnstore_everything(owner)
    between = [
        {
            **each,
            "timestamp": (
                datetime.fromisoformat(str(each["timestamp"])) + timedelta(seconds=1)
            ).isoformat(),
        }
        for each in old
    ]

    async def write(seed: int) -> Receipt:
        shuffled = [*old, *between]
        random.Random(seed).shuffle(shuffled)
        parts = [
            await send(pool, device, shuffled[at : at + 400]) for at in range(0, len(shuffled), 400)
        ]
        return Receipt(sum(part.accepted for part in parts), sum(part.duplicates for part in parts))

    receipts = await asyncio.gather(*map(write, range(4)))
    assert sum(receipt.accepted for receipt in receipts) == len(between)
    assert sum(receipt.duplicates for receipt in receipts) == 4 * len(old) + 3 * len(between)
    assert len(await stored(admin, device)) == len(old) + len(between)


async def test_copy_takes_new_rows_into_columns_and_refuses_a_row_that_is_there(
    pool: asyncpg.Pool, admin: asyncpg.Pool, owner: asyncpg.Pool
) -> None:
    device = await new_device(admin)
    await send(pool, device, days_of(30))
    await columnstore_everything(owner)
    [sensor, *_] = await admin.fetch(
        "SELECT id FROM platform.sensor WHERE org_id = $1 AND key = 's0'", device[0]
    )
    columns = ["org_id", "sensor_id", "ts", "value_double"]
    start = NOW - timedelta(days=30)

    async def copy(*moments: datetime) -> None:
        rows = [(device[0], sensor["id"], moment, 9.5) for moment in moments]
        await pool.copy_records_to_table(
            "reading", schema_name="tsd", columns=columns, records=rows
        )

    before = await stored(admin, device)
    new = [start + timedelta(seconds=n) for n in (1, 2)]
    await copy(*new)
    with pytest.raises(asyncpg.UniqueViolationError):
        await copy(start + timedelta(seconds=3), start)
    assert await stored(admin, device) == before | {("s0", moment): 9.5 for moment in new}


async def test_nobody_but_the_questions_and_the_pipeline_reaches_a_chunk(
    pool: asyncpg.Pool, admin: asyncpg.Pool, owner: asyncpg.Pool, urls: DatabaseUrls
) -> None:
    """Grants reach chunks and policies don't: a role that may read the hypertable may read every tenant's chunks."""
    device = await new_device(admin)
    await send(pool, device, [*days_of(40), *days_of(0)])
    await columnstore_everything(owner)
    await send(
        pool, device, [element("s0", NOW - timedelta(days=40, seconds=1), 1.5)]
    )  # both kinds in one chunk
    relation_ids = await relations_with_readings(admin)
    relations = list(relation_ids)
    kinds = {name.partition("_hyper_")[0] for name in relations}
    assert {"tsd.reading", "tsd_chunks."} <= kinds, kinds
    assert any("compress" in name for name in relations), relations
    with psycopg.connect(urls.app, autocommit=True) as app:
        app.execute("SELECT set_config('app.org_id', %s, false)", [str(device[0])])
        for name in relations:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(f"SELECT * FROM {name}".encode())
            row = app.execute(
                "SELECT has_any_column_privilege(%s, 'SELECT, INSERT, UPDATE, REFERENCES') "
                "OR has_table_privilege(%s, 'DELETE, TRUNCATE, TRIGGER')",
                [relation_ids[name], relation_ids[name]],
            ).fetchone()
            assert row == (False,), name


async def test_the_extensions_dangerous_internals_are_closed(
    pool: asyncpg.Pool, admin: asyncpg.Pool, urls: DatabaseUrls
) -> None:
    await send(pool, await new_device(admin), days_of(0))
    [chunk, *_] = await admin.fetch(
        "SELECT c::text AS name FROM public.show_chunks('tsd.reading') c"
    )
    open_to = await admin.fetch(
        "SELECT proname, rolname FROM pg_proc CROSS JOIN pg_roles "
        "WHERE pronamespace = '_timescaledb_functions'::regnamespace AND proname = ANY ($1) "
        "AND rolname IN ('app', 'iot_api', 'iot_auth', 'iot_ingest') "
        "AND has_function_privilege(rolname, pg_proc.oid, 'EXECUTE')",
        list(INTERNALS),
    )
    assert open_to == []
    attacks = (
        f"SELECT _timescaledb_functions.drop_chunk('{chunk['name']}')",
        f"SELECT _timescaledb_functions.freeze_chunk('{chunk['name']}')",
        "SELECT public.drop_chunks('tsd.reading', older_than => now())",
        "SELECT public.show_chunks('tsd.reading')",
    )
    for url in (urls.app, urls.ingest):
        with psycopg.connect(url, autocommit=True) as connection:
            for attack in attacks:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(attack.encode())


async def test_a_retention_policy_is_not_the_extensions_to_run_and_columns_come_after_a_week(
    admin: asyncpg.Pool,
) -> None:
    jobs = await admin.fetch(
        "SELECT proc_name, config FROM timescaledb_information.jobs WHERE hypertable_schema = 'tsd'"
    )
    assert [
        (job["proc_name"], msgspec.json.decode(job["config"])["compress_after"]) for job in jobs
    ] == [("policy_compression", "7 days")]


async def send_plainly(urls: DatabaseUrls, elements: list[dict[str, object]]) -> Device:
    async with asyncpg.create_pool(urls.admin, min_size=1, max_size=1) as admin:
        device = await new_device(admin)
    async with open_ingest_pool(urls.ingest, pool_size=2) as pool:
        await send(pool, device, elements)
    return device


async def test_readings_that_are_there_stay_where_they_are_until_they_are_moved() -> None:
    server = timescale_server()

    def migrated(wish: Wish, *, move_readings: bool = False) -> Backend:
        return migrate(
            owner_url=urls.owner,
            service_urls=[urls.app, urls.ingest],
            admin_url=server,
            timeseries=wish,
            move_readings=move_readings,
        )

    with empty_database(server) as urls:
        assert migrated(Wish.PLAIN) is Backend.PLAIN
        elements = [*days_of(0), *days_of(3), *days_of(50)]
        device = await send_plainly(urls, elements)
        assert migrated(Wish.TIMESCALE) is Backend.PLAIN
        async with asyncpg.create_pool(urls.admin, min_size=1, max_size=2) as admin:
            before = await stored(admin, device)
            with psycopg.connect(urls.app) as reader:
                reader.execute("SELECT * FROM api.reading")
                with pytest.raises(psycopg.errors.LockNotAvailable):
                    migrated(Wish.TIMESCALE, move_readings=True)
            assert migrated(Wish.AUTO) is Backend.PLAIN
            assert await stored(admin, device) == before
            assert migrated(Wish.TIMESCALE, move_readings=True) in (
                Backend.TIMESCALE,
                Backend.HYPERTABLE,
            )
            assert await stored(admin, device) == before
            assert len(before) == len(elements)
            async with open_ingest_pool(urls.ingest, pool_size=2) as pool:
                again = await send(pool, device, [*elements, *days_of(200)])
            assert (again.accepted, again.duplicates) == (200, len(elements))


def test_timescale_that_is_wished_for_and_is_not_there_is_an_error_and_changes_nothing() -> None:
    with migrated_database() as urls:
        for admin_url in (urls.admin, None):
            with pytest.raises(TimescaleMissing):
                migrate(
                    owner_url=urls.owner,
                    service_urls=[urls.app, urls.ingest],
                    admin_url=admin_url,
                    timeseries=Wish.TIMESCALE,
                )
        with psycopg.connect(urls.owner) as owner:
            assert owner.execute("SELECT tsd.backend()").fetchone() == (Backend.PLAIN,)

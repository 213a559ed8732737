"""A large tenant among small ones: whatever is asked of the lists, an index answers, under the policies.

The plans are those of the very SQL that the services send as role `app`. FLEET_DEVICES=100000 is the full size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Text, column, func, literal, select

from app.core.paging import PageRequest
from app.core.wire import Page
from app.fleet.devices import service as devices
from app.fleet.devices.search import DeviceFilter
from app.fleet.search import FEW, NEAR, word_conditions
from app.fleet.sensors import service as sensors
from app.fleet.sensors.service import SensorFilter
from db.connections.readers import Reader
from db.models import Device
from tests.make.fleet_questions import (
    DEVICE_FILTERS,
    DEVICE_SORTS,
    FARTHEST,
    QUESTIONS,
    SENSOR_FILTERS,
    TOTALS,
    Ask,
    of_devices,
    statements_of,
)
from tests.make.large_fleet import (
    DEVICES,
    SENSORS_PER_DEVICE,
    SITES,
    FleetStand,
    LargeFleet,
    fill,
    new_organization,
)
from tests.make.plans import SMALL_ROWS, looked_at, nodes, plan_of, scans

NEW_DEVICES = FEW + 1000
# Rows that one statement of a page may look at, however many match: the sensors of a site, each in an index and in
# the table, are the most that are read to be sorted.
PAGE_MAX_ROWS = max(FEW + 1000, 2.2 * SENSORS_PER_DEVICE * DEVICES / SITES)

pytestmark = pytest.mark.timeout(900)


async def plans_of(stand: FleetStand, fleet: LargeFleet, ask: Ask) -> list[dict[str, Any]]:
    """Of every statement that the service sends when it is asked."""
    statements = await statements_of(stand.database, fleet, ask)
    async with stand.database.reading_transaction(fleet.org_id) as tx:
        return [await plan_of(tx, statement) for statement in statements]


@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_page_is_found_by_an_index_and_reads_a_part_of_the_fleet(
    stand: FleetStand, question: str
) -> None:
    for plan in await plans_of(stand, stand.fleet, QUESTIONS[question]):
        assert scans(plan) == []
        lists = sum(
            node["Node Type"] == "Aggregate" for node in nodes(plan)
        )  # that are looked at for their length
        assert looked_at(plan) <= max(PAGE_MAX_ROWS, lists * (FEW + 1))


@pytest.mark.parametrize("question", FARTHEST)
async def test_what_lies_at_the_far_end_is_found_in_one_pass(
    stand: FleetStand, question: str
) -> None:
    """All who have it are gathered once, and an index is followed once until the page is full."""
    plans = await plans_of(stand, stand.fleet, FARTHEST[question])
    for plan in plans:
        assert scans(plan) == []
        assert all(node["Actual Loops"] <= NEAR for node in nodes(plan))
    farther = max(plans, key=looked_at)
    assert looked_at(farther) <= 3 * DEVICES * (SENSORS_PER_DEVICE if "sensors" in question else 1)
    passes = [
        node for node in nodes(farther) if "Relation Name" in node and node["Actual Rows"] > NEAR
    ]
    assert {node["Node Type"] for node in passes} == {"Index Only Scan"}


@pytest.mark.parametrize("question", TOTALS)
async def test_a_total_of_many_is_counted_in_an_index_alone(
    stand: FleetStand, question: str
) -> None:
    plans = await plans_of(stand, stand.fleet, TOTALS[question])
    [total] = [plan for plan in plans[1:] if plan["Node Type"] == "Aggregate"]
    assert scans(total) == []
    many = [node for node in nodes(total) if "Relation Name" in node and node["Actual Rows"] > FEW]
    assert {node["Node Type"] for node in many} <= {"Index Only Scan"}


async def test_the_plan_is_made_for_the_values_that_are_asked_for(stand: FleetStand) -> None:
    """PostgreSQL would keep one plan for all tags from the sixth time on: one that is right for a rare tag."""
    async with stand.database.reading_transaction(stand.fleet.org_id) as tx:
        assert await tx.fetchval("SHOW plan_cache_mode") == "force_custom_plan"


async def test_the_measure_sees_a_scan_where_there_is_one(stand: FleetStand) -> None:
    async def by_an_operator_that_leaks(reader: Reader, fleet: LargeFleet) -> None:
        await reader.records(select(Device.id).where(Device.tags.contains(["site-007"])))

    [plan] = await plans_of(stand, stand.fleet, by_an_operator_that_leaks)
    assert looked_at(plan) >= DEVICES


@pytest.fixture(scope="module")
async def newcomer(stand: FleetStand) -> LargeFleet:
    """A fleet that has just arrived: PostgreSQL's statistics are of the time before it."""
    admin = await asyncpg.connect(stand.urls.admin)
    try:
        return await fill(
            admin, await new_organization(admin), devices=NEW_DEVICES, sensors=NEW_DEVICES
        )
    finally:
        await admin.close()


@pytest.mark.parametrize("question", [*QUESTIONS, *FARTHEST, *TOTALS])
async def test_no_question_takes_devices_times_devices(
    stand: FleetStand, newcomer: LargeFleet, question: str
) -> None:
    ask = (QUESTIONS | FARTHEST | TOTALS)[question]
    for plan in await plans_of(stand, newcomer, ask):
        assert looked_at(plan) <= 4 * NEW_DEVICES
        assert all(
            node["Actual Rows"] * node["Actual Loops"] <= 4 * NEW_DEVICES for node in nodes(plan)
        )


_UNTAGGED = """
INSERT INTO platform.device (org_id, id, name, tags)
SELECT $1, uuidv7(), 'device-' || n, CASE WHEN n <= 5 THEN ARRAY['cold-chain'] ELSE '{}' END
FROM generate_series(1, $2::integer) n
"""


async def test_a_tag_that_is_rare_here_is_listed_though_it_is_frequent_elsewhere(
    stand: FleetStand,
) -> None:
    """Left to itself, PostgreSQL follows the page's order and expects to be done soon."""
    admin = await asyncpg.connect(stand.urls.admin)
    try:
        org_id = await new_organization(admin)
        await admin.execute(_UNTAGGED, org_id, NEW_DEVICES)
    finally:
        await admin.close()
    fleet = replace(stand.fleet, org_id=org_id)
    for sort in DEVICE_SORTS:
        for plan in await plans_of(stand, fleet, of_devices(sort, DEVICE_FILTERS["a tag of all"])):
            assert looked_at(plan) <= SMALL_ROWS


# The same conditions as whoever knows nothing of indexes would write them.
PLAIN_DEVICES = {
    "a rare tag": "tags @> '{site-007}'",
    "a tag of all": "tags @> '{cold-chain}'",
    "a tag of the oldest": "tags @> '{first-batch}'",
    "a tag of the oldest, connected": "tags @> '{first-batch}' AND is_connected",
    "a group": "tags @> '{site-007, cold-chain}'",
    "a rare word": "name ~* '\\mbrem'",
    "a word of all": "name ~* '\\mgate'",
    "a word of none": "name ~* '\\melsewhere'",
    "two words": "name ~* '\\mgateway' AND name ~* '\\mbremen'",
    "a tag and a word of all": "tags @> '{cold-chain}' AND name ~* '\\mgate'",
    "everything at once": "tags @> '{site-007, cold-chain}' AND name ~* '\\mgate' AND is_connected "
    "AND status IN ('ACTIVE', 'OFFLINE')",
}
PLAIN_SENSORS = {
    "a site": "device_id IN (SELECT id FROM platform.device WHERE site_id = $1)",
    "a rare word": "key || ' ' || name ~* '\\mbrem'",
    "a word of many": "key || ' ' || name ~* '\\mtemp'",
    "a word at a site": "key || ' ' || name ~* '\\mtemp' "
    "AND device_id IN (SELECT id FROM platform.device WHERE site_id = $1)",
}


@pytest.mark.parametrize(
    ("sort", "order"), [(None, "created_at DESC, id DESC"), ("name", "name, id")]
)
@pytest.mark.parametrize("name", PLAIN_DEVICES)
async def test_every_device_is_found_on_its_page(
    stand: FleetStand, name: str, sort: str | None, order: str
) -> None:
    wanted = DeviceFilter(**DEVICE_FILTERS[name](stand.fleet))
    found, total = await _through_all_pages(
        stand, lambda tx, page_request: devices.page(tx, wanted, page_request), sort
    )
    expected = await _ids(
        stand, f"SELECT id FROM platform.device WHERE {PLAIN_DEVICES[name]} ORDER BY {order}"
    )
    assert found == expected
    assert total == len(expected)


@pytest.mark.parametrize(
    ("sort", "order"), [(None, "created_at DESC, id DESC"), ("-key", "key DESC, id DESC")]
)
@pytest.mark.parametrize("name", PLAIN_SENSORS)
async def test_every_sensor_is_found_on_its_page(
    stand: FleetStand, name: str, sort: str | None, order: str
) -> None:
    wanted = SensorFilter(**SENSOR_FILTERS[name](stand.fleet))
    found, total = await _through_all_pages(
        stand, lambda tx, page_request: sensors.page(tx, wanted, page_request), sort
    )
    statement = f"SELECT id FROM platform.sensor WHERE {PLAIN_SENSORS[name]} ORDER BY {order}"
    expected = await _ids(stand, statement, *([stand.fleet.site_id] if "$1" in statement else []))
    assert found == expected
    assert total == len(expected)


async def _through_all_pages(
    stand: FleetStand, page: Callable[[Reader, PageRequest], Any], sort: str | None
) -> tuple[list[UUID], int]:
    """The ids, page after page, and the total that the first one tells."""
    found: list[UUID] = []
    cursor, total = None, None
    while cursor or total is None:
        async with stand.database.snapshot(stand.fleet.org_id) as reader:
            some: Page[Any] = await page(
                reader, PageRequest(500, cursor, sort, include_total=total is None)
            )
        found += [item.id for item in some.items]
        cursor, total = some.next_cursor, some.total if total is None else total
    return found, total


async def _ids(stand: FleetStand, statement: str, *arguments: Any) -> list[UUID]:
    async with stand.database.reading_transaction(stand.fleet.org_id) as tx:
        return [row[0] for row in await tx.fetch(statement, *arguments)]


TEXTS = st.text("aAbB12 _-.\n\u00b2\u00df\u0130\u03c3\u03a3\u0301\U0001f321", max_size=12)


@settings(max_examples=300, deadline=None)
@given(name=TEXTS, wanted=TEXTS)
async def test_a_row_says_of_its_words_what_the_index_says(
    stand: FleetStand, name: str, wanted: str
) -> None:
    """Of letters and digits, that is: a word with anything else is in no index, and few is what nobody has."""
    words = (
        func.unnest(func.platform.words(literal(name)))
        .table_valued(column("word", Text(collation="C")))
        .render_derived()
    )
    async with stand.database.snapshot(stand.fleet.org_id) as reader:
        for condition in word_conditions(None, None, words.c.word, [literal(name)], wanted):
            found = select(literal(1)).select_from(words).where(*condition.conditions).exists()
            [(says_row, is_found)] = await reader.records(select(condition.on_row, found))
            assert says_row == is_found

"""Finding as one types in a large tenant among small ones: no table is read whole.

The plans are those of the very SQL that is sent, as role `app`. FLEET_DEVICES=100000 is the full
size.
"""

from __future__ import annotations

import pytest

from db.queries.search import (
    CANDIDATES,
    NamedThing,
    owners_of,
    rarest_words,
    sites_and_dashboards,
    words_of,
)
from tests.make.large_fleet import DEVICES, SENSORS_PER_DEVICE, SITES, FleetStand
from tests.make.plans import NotedConnection, plan_of, rows_by_table, scans

pytestmark = pytest.mark.timeout(900)


async def found_by(connection: NotedConnection, text: str) -> dict[str, list[NamedThing]]:
    """What a search finds, by kind."""
    words = words_of(text)
    found = await sites_and_dashboards(connection, words, text)  # type: ignore[arg-type]
    rarest = await rarest_words(connection, words)  # type: ignore[arg-type]
    for kind, word in rarest.items():
        found[kind] = await owners_of(connection, kind, word, words)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("text", "devices", "sensors"),
    [
        ("g", CANDIDATES, 0),
        ("gateway", CANDIDATES, 0),
        ("gateway bremen", DEVICES // 1000, 0),
        ("brem", DEVICES // 1000, SENSORS_PER_DEVICE * DEVICES // 1000),
        ("temperature", 0, CANDIDATES),
        ("temp bre", 0, DEVICES // 1000),
        ("nobody has this", 0, 0),
    ],
)
async def test_what_is_typed_is_found_by_indexes(
    stand: FleetStand, text: str, devices: int, sensors: int
) -> None:
    async with stand.database.reading_transaction(stand.fleet.org_id) as tx:
        noted = NotedConnection(tx)
        found = await found_by(noted, text)
        assert len(found["device"]) == min(devices, CANDIDATES)
        assert len(found["sensor"]) == min(sensors, CANDIDATES)
        for statement in noted.sent:
            plan = await plan_of(tx, statement)
            assert scans(plan) == []
            looked_at = rows_by_table(plan)
            assert looked_at["device"] + looked_at["sensor"] <= 2 * CANDIDATES + SITES


async def test_words_that_many_have_and_nobody_both_cost_one_pass(stand: FleetStand) -> None:
    async with stand.database.reading_transaction(stand.fleet.org_id) as tx:
        noted = NotedConnection(tx)
        assert (await found_by(noted, "temperature humidity"))["sensor"] == []
        looked_at = rows_by_table(await plan_of(tx, noted.sent[-1]))
    assert looked_at["sensor_word"] <= 3 * DEVICES * SENSORS_PER_DEVICE


async def test_nothing_of_a_neighbour_is_found(stand: FleetStand) -> None:
    async with stand.database.reading_transaction(stand.fleet.org_id) as tx:
        ours = await found_by(NotedConnection(tx), "site 007")
    async with stand.database.reading_transaction(stand.neighbour.org_id) as tx:
        theirs = await found_by(NotedConnection(tx), "site 007")
    assert len(ours["site"]) == len(theirs["site"]) == 1
    assert {each.id for each in ours["site"]}.isdisjoint({each.id for each in theirs["site"]})

"""Single stories of alerting in the database: faults that only chance had found, what people do to
rules, what goes and what comes again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from db.connections.types import Pool
from db.readings import store as writing
from db.readings.times import moment_of
from db.rollups import retention
from ingest.alerting.definition import (
    RuleDefinition,
    RuleInput,
    RuleLevel,
    RuleSchedule,
    WeeklyTimes,
    encode_definition,
)
from ingest.pipeline.sort import sort_by_key
from tests.make.alert_history import SECOND, Value
from tests.make.alerting import AlertStand, StandingRule, open_days

T0 = int(datetime(2026, 3, 10, 12, tzinfo=UTC).timestamp()) * SECOND
MINUTE = 60 * SECOND
WARM = RuleDefinition(
    kind="VALUE", operator="GT", levels=(RuleLevel(severity="WARNING", value=8.0),)
)
SILENT = RuleDefinition(kind="NO_DATA", window_seconds=60, levels=(RuleLevel(severity="CRITICAL"),))


@pytest.fixture(scope="module", autouse=True)
async def _days(pool: Pool) -> None:
    await open_days(pool, [T0])


@pytest.fixture
async def stand(pool: Pool, admin: asyncpg.Pool) -> AlertStand:
    return await AlertStand.new(pool, admin)


async def arrive(stand: AlertStand, sensor_id: UUID, *readings: tuple[int, Value]) -> int:
    """Readings at seconds after T0."""
    return await stand.arrive([(sensor_id, T0 + at * SECOND, value) for at, value in readings])


async def late_rows(stand: AlertStand) -> int:
    count: int = await stand.admin.fetchval(
        "SELECT count(*) FROM tsd.alert_late WHERE org_id = $1", stand.org_id
    )
    return count


async def agree(stand: AlertStand, rule: StandingRule, sensor_id: UUID, *, after: int) -> int:
    """After all has settled, so many seconds after T0, the alerts are the definition's; how many
    there are."""
    now = T0 + after * SECOND
    await stand.settle(now)
    found = await stand.alerts(rule, sensor_id)
    assert found == stand.expected(rule, sensor_id, now)
    return len(found)


# ---- faults that only chance had found -----------------------------------------------------------


async def test_an_edge_of_the_schedule_before_the_next_reading_is_not_passed_over(
    stand: AlertStand,
) -> None:
    weekly = (WeeklyTimes(days=("TUE",), from_="12:01", to="12:02"),)
    definition = RuleDefinition(
        kind="VALUE",
        operator="GT",
        levels=(RuleLevel(severity="WARNING", value=8.0),),
        schedule=RuleSchedule(timezone="UTC", weekly=weekly),
    )
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 9.0))
    rule = await stand.watch(definition, sensor_id, T0)
    await arrive(stand, sensor_id, (90, 9.5), (200, 9.0))
    assert await agree(stand, rule, sensor_id, after=1000) == 1


async def test_a_reading_from_before_the_rule_that_is_its_sensors_newest_is_late(
    stand: AlertStand,
) -> None:
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.watch(WARM, sensor_id, T0 + 100 * SECOND)
    await arrive(stand, sensor_id, (50, 9.0))
    assert await late_rows(stand) == 1
    assert await agree(stand, rule, sensor_id, after=1000) == 1


async def test_everything_is_looked_at_while_a_late_reading_waits(stand: AlertStand) -> None:
    """The newest value and a state that doesn't know of it make no quiet band."""
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (200, 9.0))
    rule = await stand.watch(WARM, sensor_id, T0 + 100 * SECOND)
    await arrive(stand, sensor_id, (210, 9.5), (220, 7.0))
    assert await agree(stand, rule, sensor_id, after=1000) == 1


async def test_a_silence_that_ends_before_the_next_tick_is_found(stand: AlertStand) -> None:
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.watch(SILENT, sensor_id, T0)
    await arrive(stand, sensor_id, (61, 1.0), (70, 1.0))
    [alert] = await stand.alerts(rule, sensor_id)
    assert (alert.fired_at, alert.ended_at) == (T0 + 60 * SECOND, T0 + 61 * SECOND)
    assert await agree(stand, rule, sensor_id, after=100) == 1


async def test_a_repair_does_not_stop_before_the_old_state_has_come_to_its_end(
    stand: AlertStand,
) -> None:
    clears = RuleLevel(severity="WARNING", value=8.0, clear_for_seconds=60)
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.watch(replace_levels(WARM, clears), sensor_id, T0)
    await arrive(stand, sensor_id, (10, 9.0), (20, 1.0), (30, 1.0), (40, 1.0), (50, 1.0))
    await arrive(stand, sensor_id, (15, 1.0))
    await stand.repair(T0 + 55 * SECOND)
    await arrive(stand, sensor_id, (75, 9.0), (200, 1.0))
    assert await agree(stand, rule, sensor_id, after=1000) == 1


def replace_levels(definition: RuleDefinition, *levels: RuleLevel) -> RuleDefinition:
    return RuleDefinition(kind=definition.kind, operator=definition.operator, levels=levels)


async def test_an_alert_that_the_clock_has_not_ended_yet_is_not_refuted_by_a_repair_beyond_it(
    stand: AlertStand,
) -> None:
    clears = RuleLevel(severity="WARNING", value=8.0, clear_for_seconds=20)
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.watch(replace_levels(WARM, clears), sensor_id, T0)
    await arrive(stand, sensor_id, (10, 9.0), (20, 1.0))
    await arrive(stand, sensor_id, (100, 1.0), (110, 1.0), (120, 1.0), (130, 1.0))
    await arrive(stand, sensor_id, (105, 9.0))
    await stand.repair(T0 + 130 * SECOND)
    assert await agree(stand, rule, sensor_id, after=1000) == 2
    assert await stand.refuted() == 0


async def test_a_window_is_not_folded_with_the_readings_that_another_rule_woke_for(
    stand: AlertStand,
) -> None:
    average = RuleDefinition(
        kind="AGGREGATE",
        aggregate="AVG",
        operator="GT",
        window_seconds=60,
        step_seconds=60,
        levels=(RuleLevel(severity="WARNING", value=8.0),),
    )
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    windows = await stand.watch(average, sensor_id, T0)
    values = await stand.watch(WARM, sensor_id, T0)
    await arrive(stand, sensor_id, (10, 9.0), (20, 1.0))
    await stand.tick(T0 + 70 * SECOND)
    assert await agree(stand, values, sensor_id, after=1000) == 1
    assert await agree(stand, windows, sensor_id, after=1000) == 0


async def test_the_clock_does_not_move_past_a_window_that_was_not_read(stand: AlertStand) -> None:
    average = RuleDefinition(
        kind="AGGREGATE",
        aggregate="AVG",
        operator="GT",
        window_seconds=60,
        step_seconds=60,
        levels=(RuleLevel(severity="WARNING", value=8.0, for_seconds=60),),
    )
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.watch(average, sensor_id, T0)
    await arrive(stand, sensor_id, (30, 9.0))
    await stand.tick(T0 + 95 * SECOND)
    await arrive(stand, sensor_id, (90, 1.0), (130, 1.0))
    await arrive(stand, sensor_id, (31, 9.0))
    assert await agree(stand, rule, sensor_id, after=1000) == 0


# ---- what people complain of elsewhere -----------------------------------------------------------


async def test_silence_does_not_end_an_alert_of_values(stand: AlertStand) -> None:
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.watch(WARM, sensor_id, T0)
    await arrive(stand, sensor_id, (10, 9.0))
    assert await agree(stand, rule, sensor_id, after=80_000) == 1
    [alert] = await stand.alerts(rule, sensor_id)
    assert alert.ended_at is None


async def test_a_duration_passes_without_any_reading_in_it(stand: AlertStand) -> None:
    lasting = RuleLevel(severity="WARNING", value=8.0, for_seconds=300)
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.watch(replace_levels(WARM, lasting), sensor_id, T0)
    await arrive(stand, sensor_id, (10, 9.0))
    await stand.settle(T0 + 400 * SECOND)
    [alert] = await stand.alerts(rule, sensor_id)
    assert alert.fired_at == T0 + 310 * SECOND


async def test_a_change_is_over_when_it_does_not_come_again(stand: AlertStand) -> None:
    calm = RuleLevel(severity="INFO", clear_for_seconds=60)
    changes = RuleDefinition(kind="VALUE", operator="CHANGED", levels=(calm,))
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.watch(changes, sensor_id, T0)
    await arrive(stand, sensor_id, (10, 2.0), (50, 3.0), (60, 3.0))
    await stand.settle(T0 + 400 * SECOND)
    [alert] = await stand.alerts(rule, sensor_id)
    assert (alert.fired_at, alert.ended_at) == (T0 + 10 * SECOND, T0 + 110 * SECOND)


async def test_a_reading_at_the_very_moment_of_silence_comes_before_it(stand: AlertStand) -> None:
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.watch(SILENT, sensor_id, T0)
    await arrive(stand, sensor_id, (60, 1.0))
    await stand.tick(T0 + 60 * SECOND)
    assert await agree(stand, rule, sensor_id, after=61) == 0


async def test_what_an_outage_kept_back_is_found_at_its_own_times_and_told_in_their_order(
    stand: AlertStand,
) -> None:
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.watch(WARM, sensor_id, T0)
    await arrive(stand, sensor_id, (7200, 1.0))
    await arrive(
        stand, sensor_id, *((at, 9.0 if at // 600 % 2 else 1.0) for at in range(60, 7200, 60))
    )
    assert await agree(stand, rule, sensor_id, after=7300) == 6
    told = await stand.told()
    assert told == sorted(told, key=lambda change: change[1])
    assert [cause for cause, _ in told] == ["FIRED"] * 6


# ---- what costs nothing, and what is told --------------------------------------------------------


async def test_the_same_again_writes_nothing(stand: AlertStand) -> None:
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    await stand.watch(WARM, sensor_id, T0)
    await arrive(stand, sensor_id, (10, 9.0), (20, 1.0))
    before = await stand.told()
    assert await arrive(stand, sensor_id, (10, 9.0), (20, 1.0)) == 0
    assert await late_rows(stand) == 0
    assert await stand.told() == before


async def test_each_change_is_told_once_in_order_at_its_own_time(stand: AlertStand) -> None:
    levels = (
        RuleLevel(severity="WARNING", value=8.0),
        RuleLevel(severity="CRITICAL", value=10.0),
    )
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    await stand.watch(replace_levels(WARM, *levels), sensor_id, T0)
    for at, value in ((10, 9.0), (20, 11.0), (30, 1.0)):
        await arrive(stand, sensor_id, (at, value))
    await arrive(stand, sensor_id, (15, 2.0), (25, 2.0))
    await stand.settle(T0 + 100 * SECOND)
    told = [(cause, (at - moment_of(T0)).total_seconds()) for cause, at in await stand.told()]
    # Late readings cut the alert in two: the first goes on under its id, the second is over.
    assert told == [("FIRED", 10), ("SEVERITY", 20), ("RESOLVED", 30), ("FIRED", 20)]


@pytest.mark.parametrize(
    "muting",
    [
        {"rule_id": "its rule"},
        {"target": {"type": "ORGANIZATION"}},
        {"target": {"type": "DEVICE_PROFILE", "name": "fridge"}},
        {"status": "MAINTENANCE"},
    ],
)
async def test_who_was_not_told_because_of_a_mute_is_told_once_when_it_is_over(
    stand: AlertStand, muting: dict[str, Any]
) -> None:
    still, over = await stand.add_sensor(), await stand.add_sensor()
    await stand.be_a("fridge")
    for sensor_id in (still, over):
        await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.add_rule(WARM, {"type": "DEVICE", "id": str(stand.device_id)}, T0)
    await stand.synchronize(T0)
    async with stand.muted(rule, **muting):
        for sensor_id in (still, over):
            await arrive(stand, sensor_id, (10, 9.0))
        await arrive(stand, over, (20, 1.0))
        await stand.end_mutes()
        assert [cause for cause, _ in await stand.told()] == ["FIRED", "FIRED", "RESOLVED"]
    await stand.end_mutes()
    await stand.end_mutes()
    assert (await stand.told())[3:] == [("UNMUTED", moment_of(T0 + 10 * SECOND))]


async def test_a_late_reading_refutes_what_rested_on_its_absence(stand: AlertStand) -> None:
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.watch(SILENT, sensor_id, T0)
    await stand.tick(T0 + 70 * SECOND)
    assert len(await stand.alerts(rule, sensor_id)) == 1
    await arrive(stand, sensor_id, (30, 1.0), (65, 1.0))
    await stand.settle(T0 + 100 * SECOND)
    assert await stand.alerts(rule, sensor_id) == []
    assert await stand.refuted() == 1
    assert [cause for cause, _ in await stand.told()] == ["FIRED", "RESOLVED", "REFUTED"]


async def test_few_readings_stay_one_statement_until_they_leave_their_band(
    stand: AlertStand,
) -> None:
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    await stand.watch(WARM, sensor_id, T0)

    async def alone(at: int, value: float) -> None:
        table = stand.table([(sensor_id, T0 + at * SECOND, value)], {})
        ordered = sort_by_key(table)
        await writing.store_alone(stand.pool, ordered.unique, newest=ordered.newest)

    await alone(10, 2.0)
    for at, value in ((20, 9.0), (5, 2.0)):
        with pytest.raises(asyncpg.PostgresError) as raised:
            await alone(at, value)
        assert raised.value.sqlstate == writing.LOOK_NEEDED
    stored = await stand.admin.fetchval(
        "SELECT count(*) FROM tsd.reading WHERE sensor_id = $1", sensor_id
    )
    assert stored == 2


# ---- what is calculated of several sensors -------------------------------------------------------


def apart(other: UUID) -> RuleDefinition:
    """More than 3 above the other, of minutes."""
    return RuleDefinition(
        kind="DEVIATION",
        operator="GT",
        other=RuleInput(sensor_id=other),
        window_seconds=60,
        step_seconds=60,
        levels=(RuleLevel(severity="WARNING", value=3.0),),
    )


async def test_a_late_reading_of_the_other_sensor_decides_anew_what_is_calculated_of_it(
    stand: AlertStand,
) -> None:
    own, other = await stand.add_sensor(), await stand.add_sensor()
    await arrive(stand, own, (0, 5.0))
    await arrive(stand, other, (0, 5.0))
    rule = await stand.watch(apart(other), own, T0)
    for sensor_id, value in ((own, 9.0), (other, 1.0)):
        await arrive(stand, sensor_id, (65, value), (125, value), (185, value))
    assert await agree(stand, rule, own, after=190) == 1
    await arrive(stand, other, (66, 17.0), (126, 17.0))
    assert await late_rows(stand) == 1
    assert await agree(stand, rule, own, after=195) == 0
    assert await stand.refuted() == 1


async def test_the_other_sensors_first_reading_may_come_when_windows_have_ended_without_it(
    stand: AlertStand,
) -> None:
    own, other = await stand.add_sensor(), await stand.add_sensor()
    await arrive(stand, own, (0, 9.0))
    rule = await stand.watch(apart(other), own, T0)
    await arrive(stand, own, (65, 9.0), (125, 9.0), (185, 9.0))
    assert await agree(stand, rule, own, after=300) == 0
    await arrive(stand, other, (70, 1.0), (130, 1.0))
    assert await agree(stand, rule, own, after=400) == 1


async def test_windows_wait_for_the_sensor_that_is_behind_or_for_their_grace(
    stand: AlertStand,
) -> None:
    own, other = await stand.add_sensor(), await stand.add_sensor()
    await arrive(stand, own, (0, 9.0))
    await arrive(stand, other, (0, 9.0))
    rule = await stand.watch(apart(other), own, T0)
    await arrive(stand, own, (65, 9.0), (125, 9.0))
    await arrive(stand, other, (65, 1.0))
    await stand.tick(T0 + 130 * SECOND)
    assert await stand.alerts(rule, own) == []
    await stand.tick(T0 + 155 * SECOND)
    [alert] = await stand.alerts(rule, own)
    assert alert.fired_at == T0 + 120 * SECOND


async def test_two_sensors_that_are_calculated_of_one_another_come_to_rest(
    stand: AlertStand,
) -> None:
    one, two = await stand.add_sensor(), await stand.add_sensor()
    for sensor_id in (one, two):
        await arrive(stand, sensor_id, (0, 5.0))
    rules = [await stand.watch(apart(two), one, T0), await stand.watch(apart(one), two, T0)]
    for sensor_id, value in ((one, 9.0), (two, 1.0)):
        await arrive(stand, sensor_id, (65, value), (200, value))
    await stand.tick(T0 + 205 * SECOND)
    await arrive(stand, two, (66, 30.0))
    assert await agree(stand, rules[0], one, after=300) == 1
    assert await agree(stand, rules[1], two, after=300) == 1
    await stand.admin.execute(
        "UPDATE platform.alert_rule SET enabled = false, sync_due_at = $2 WHERE org_id = $1",
        stand.org_id,
        moment_of(T0 + 400 * SECOND),
    )
    await stand.synchronize(T0 + 400 * SECOND)
    watched = await stand.admin.fetchval(
        "SELECT count(*) FROM tsd.latest WHERE org_id = $1 AND quiet_from IS NOT NULL",
        stand.org_id,
    )
    assert watched == 0


async def test_an_input_is_found_by_its_key_in_the_same_component_first(
    stand: AlertStand,
) -> None:
    inputs = {"a": RuleInput(), "b": RuleInput(field="limit", aggregate="LAST")}
    definition = RuleDefinition(
        kind="EXPRESSION",
        expression="a > b",
        inputs=inputs,
        window_seconds=60,
        levels=(RuleLevel(severity="WARNING"),),
    )
    own = await stand.add_sensor()
    await arrive(stand, own, (0, 1.0))
    rule = await stand.watch(definition, own, T0)

    async def sources() -> list[list[UUID]]:
        await stand.admin.execute(
            "UPDATE platform.alert_rule SET sync_due_at = $2 WHERE id = $1", rule.id, moment_of(T0)
        )
        await stand.synchronize(T0)
        rows = await stand.admin.fetch(
            "SELECT sources FROM platform.alert_pair WHERE rule_id = $1", rule.id
        )
        return [row["sources"] for row in rows]

    assert await sources() == []
    probe = await stand.add_component("probe")
    inside = await stand.add_sensor(key="limit", component_id=probe)
    assert await sources() == [[inside]]
    outside = await stand.add_sensor(key="limit")
    assert await sources() == [[outside]]


# ---- what people do ------------------------------------------------------------------------------


async def test_readings_that_people_delete_refute_what_rested_on_them(
    stand: AlertStand, owner: asyncpg.Pool
) -> None:
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.watch(WARM, sensor_id, T0)
    await arrive(stand, sensor_id, (10, 9.0), (20, 1.0), (30, 9.0))
    await retention.delete_readings(
        owner, stand.org_id, moment_of(T0 + 5 * SECOND), moment_of(T0 + 15 * SECOND)
    )
    del stand.stored[sensor_id][T0 + 10 * SECOND]
    assert await agree(stand, rule, sensor_id, after=100) == 1
    assert await stand.refuted() == 1


async def test_what_retention_takes_stays_as_it_was_said(
    stand: AlertStand, owner: asyncpg.Pool
) -> None:
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.watch(WARM, sensor_id, T0)
    await arrive(stand, sensor_id, (10, 9.0), (20, 1.0))
    await retention.delete_readings(
        owner,
        stand.org_id,
        moment_of(T0),
        moment_of(T0 + 15 * SECOND),
        is_retention=True,
    )
    await stand.settle(T0 + 100 * SECOND)
    assert len(await stand.alerts(rule, sensor_id)) == 1
    assert await stand.refuted() == 0


async def test_a_sensor_all_of_whose_readings_go_is_watched_again_from_its_next(
    stand: AlertStand, owner: asyncpg.Pool
) -> None:
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.watch(WARM, sensor_id, T0)
    await arrive(stand, sensor_id, (10, 9.0))
    await retention.delete_readings(
        owner, stand.org_id, moment_of(T0 - SECOND), moment_of(T0 + MINUTE)
    )
    stand.stored[sensor_id].clear()
    assert await agree(stand, rule, sensor_id, after=100) == 0
    await arrive(stand, sensor_id, (120, 1.0), (130, 9.0))
    assert await agree(stand, rule, sensor_id, after=200) == 1


async def test_an_edit_keeps_the_alert_where_its_value_still_holds(stand: AlertStand) -> None:
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 9.0))
    target = {"type": "SENSOR", "id": str(sensor_id)}
    rule = await stand.watch(WARM, sensor_id, T0)
    assert [cause for cause, _ in await stand.told()] == ["FIRED"]
    stricter = replace_levels(WARM, RuleLevel(severity="WARNING", value=7.0))
    await stand.add_rule(stricter, target, T0 + MINUTE, rule_id=rule.id, version=2)
    await stand.synchronize(T0 + MINUTE)
    [alert] = await stand.alerts(rule, sensor_id)
    assert (alert.fired_at, alert.ended_at) == (T0, None)
    milder = replace_levels(WARM, RuleLevel(severity="WARNING", value=20.0))
    await stand.add_rule(milder, target, T0 + 2 * MINUTE, rule_id=rule.id, version=3)
    await stand.synchronize(T0 + 2 * MINUTE)
    [alert] = await stand.alerts(rule, sensor_id)
    assert alert.ended_at == T0 + 2 * MINUTE
    reasons = await stand.admin.fetchval(
        "SELECT end_reason FROM platform.alert WHERE rule_id = $1", rule.id
    )
    assert reasons == "RULE_CHANGED"
    assert [cause for cause, _ in await stand.told()] == ["FIRED", "RESOLVED"]


async def test_a_rule_that_is_disabled_ends_what_is_open_and_costs_nothing_more(
    stand: AlertStand,
) -> None:
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 9.0))
    rule = await stand.watch(WARM, sensor_id, T0)
    await stand.admin.execute(
        "UPDATE platform.alert_rule SET enabled = false, sync_due_at = $2 WHERE id = $1",
        rule.id,
        moment_of(T0 + MINUTE),
    )
    await stand.synchronize(T0 + MINUTE)
    row = await stand.admin.fetchrow(
        "SELECT ended_at, end_reason, status FROM platform.alert WHERE rule_id = $1", rule.id
    )
    assert tuple(row) == (moment_of(T0 + MINUTE), "RULE_DISABLED", "RESOLVED")
    band = await stand.admin.fetchval(
        "SELECT quiet_from FROM tsd.latest WHERE sensor_id = $1", sensor_id
    )
    assert band is None


async def test_a_rule_on_a_device_begins_with_the_first_reading_of_each_sensor(
    stand: AlertStand,
) -> None:
    target = {"type": "DEVICE", "id": str(stand.device_id)}
    first, second = await stand.add_sensor(), await stand.add_sensor()
    text = await stand.add_sensor("TEXT")
    await arrive(stand, first, (0, 9.0))
    rule = await stand.add_rule(WARM, target, T0)
    await stand.synchronize(T0)
    await arrive(stand, second, (5, 9.0), (20, 1.0))
    await arrive(stand, text, (5, "open"))
    assert await agree(stand, rule, second, after=100) == 1
    assert await agree(stand, rule, first, after=100) == 1
    assert await stand.alerts(rule, text) == []


async def test_a_boolean_and_a_text_are_watched(stand: AlertStand) -> None:
    door, state = await stand.add_sensor("BOOLEAN"), await stand.add_sensor("TEXT")
    opened = RuleDefinition(
        kind="VALUE",
        operator="IS_TRUE",
        levels=(RuleLevel(severity="INFO", for_seconds=30),),
    )
    fault = RuleDefinition(
        kind="VALUE",
        operator="CONTAINS",
        ignore_case=True,
        levels=(RuleLevel(severity="INFO", value="fault"),),
    )
    await arrive(stand, door, (0, False))
    await arrive(stand, state, (0, "ok"))
    doors = await stand.watch(opened, door, T0)
    states = await stand.watch(fault, state, T0)
    await arrive(stand, door, (10, True), (20, True), (50, False), (60, True), (70, False))
    await arrive(stand, state, (10, "no FAULT"), (20, "Faulty"), (30, "well"))
    assert await agree(stand, doors, door, after=200) == 1
    assert await agree(stand, states, state, after=200) == 1


async def test_two_transactions_at_the_same_moment_decide_one_after_the_other(
    stand: AlertStand,
) -> None:
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 1.0))
    rule = await stand.watch(WARM, sensor_id, T0)
    await asyncio.gather(
        *(arrive(stand, sensor_id, (at, value)) for at, value in ((10, 9.0), (11, 1.0), (12, 9.5)))
    )
    assert await agree(stand, rule, sensor_id, after=100) == 2


async def test_a_rule_of_another_organization_watches_nothing_here(
    stand: AlertStand, pool: Pool, admin: asyncpg.Pool
) -> None:
    sensor_id = await stand.add_sensor()
    await arrive(stand, sensor_id, (0, 9.0))
    stranger = await AlertStand.new(pool, admin)
    await stranger.watch(WARM, sensor_id, T0)
    pairs = await admin.fetchval(
        "SELECT count(*) FROM platform.alert_pair WHERE sensor_id = $1", sensor_id
    )
    assert pairs == 0


async def test_a_rule_that_can_not_be_decided_keeps_no_reading_and_no_other_sensor_waiting(
    stand: AlertStand,
) -> None:
    broken, well = await stand.add_sensor(), await stand.add_sensor()
    for sensor_id in (broken, well):
        await arrive(stand, sensor_id, (0, 1.0))
    bad, good = await stand.watch(WARM, broken, T0), await stand.watch(WARM, well, T0)
    kept = "UPDATE platform.alert_rule_version SET definition = $2 WHERE rule_id = $1"
    await stand.admin.execute(kept, bad.id, "{}")
    readings = [(sensor_id, T0 + 10 * SECOND, 9.0) for sensor_id in (broken, well)]
    assert await stand.arrive(readings) == 2
    await stand.repair(T0 + MINUTE)
    assert len(await stand.alerts(good, well)) == 1
    assert await late_rows(stand) == 1
    await stand.admin.execute(kept, bad.id, encode_definition(WARM).decode())
    assert await agree(stand, bad, broken, after=100) == 1

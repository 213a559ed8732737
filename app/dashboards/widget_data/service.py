"""The data of all widgets of a dashboard, in one snapshot.

However many widgets there are, it is the same few statements: the dashboard, the devices that are
chosen, the sensors that series come to, what they have, their buckets (series.py), their newest
readings, changes of texts, devices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import numpy as np

from app.core.errors import Forbidden, NotFound, Problem, Unprocessable
from app.core.timezones import timezone
from app.dashboards.dashboards.documents import (
    OF_SITE,
    DashboardContent,
    VariableKind,
    check_content,
)
from app.dashboards.dashboards.inputs import questions_of
from app.dashboards.dashboards.schemas import DashboardDraft
from app.dashboards.widget_data.questions import (
    ALERTS_OF_WIDGET,
    DEVICES_OF_WIDGET,
    SENSORS_OF_WIDGET,
    STATES_MAX,
    AskedRange,
    AskedSeries,
    AskedWidget,
    Grids,
    asked_of,
    share_of_readings,
    wanted_of,
)
from app.dashboards.widget_data.schemas import (
    DashboardData,
    DataGrid,
    LatestValue,
    LiveSelection,
    SeriesData,
    ShownAlert,
    ShownDevice,
    StateChange,
    StateData,
    WidgetData,
    location_of,
)
from app.telemetry.aggregates.functions import COUNT, LOOK_BACK
from app.telemetry.aggregates.series import Answer, Grid, Wanted, answers
from app.telemetry.readings import service as readings
from app.telemetry.readings import tiers
from app.telemetry.readings.schemas import LatestReading
from db.connections.types import Connection
from db.queries import dashboards as queries
from db.queries.targets import Target, devices_of
from db.readings import latest as stored
from db.readings.buckets import Buckets, partials


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What whoever looks has chosen; of what nothing is chosen, the dashboard's default counts."""

    devices: Sequence[UUID] = ()
    sites: Sequence[UUID] = ()
    groups: Sequence[UUID] = ()
    zone: str | None = None
    may_read_alerts: bool = True


@dataclass
class Shown:
    """What is asked, and what was found of it."""

    widgets: list[AskedWidget]
    grids: Grids
    asked: list[tuple[AskedWidget, AskedSeries, Wanted]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    latest: dict[UUID, LatestReading] = field(default_factory=dict)
    states: dict[UUID, list[asyncpg.Record]] = field(default_factory=dict)
    devices: list[asyncpg.Record] = field(default_factory=list)
    alerts: list[asyncpg.Record] = field(default_factory=list)


async def data(
    tx: Connection,
    dashboard_id: UUID,
    choice: Choice,
    start: datetime,
    end: datetime,
    *,
    since: datetime | None,
    width: int,
    readings_max: int,
) -> DashboardData:
    """Raises NotFound for the dashboard and Unprocessable for a zone; what is wrong with a widget
    is the widget's."""
    content = await _content(tx, dashboard_id)
    return await data_of(
        tx, content, choice, start, end, since=since, width=width, readings_max=readings_max
    )


async def data_of(
    tx: Connection,
    content: DashboardContent,
    choice: Choice,
    start: datetime,
    end: datetime,
    *,
    since: datetime | None = None,
    width: int,
    readings_max: int,
) -> DashboardData:
    """As `data`, of what a dashboard would say."""
    choice = _with_defaults(choice, content)
    devices = await _devices_chosen(tx, choice)
    zone = await _zone(tx, choice, content)
    widgets = await _asked(tx, content, devices)
    if not choice.may_read_alerts:
        _refuse_alerts(widgets)
    sensors = list(dict.fromkeys(each.sensor.id for widget in widgets for each in widget.shown))
    now, _ = await stored.sensors_there(tx, sensors)
    range_ = AskedRange(start, end, since or start, timezone(zone), width)
    shown = Shown(widgets, Grids(range_, len(sensors)))
    _ask_for_buckets(shown)
    await _leave_out_what_costs_too_much(tx, shown, start, end, readings_max)
    wanted = [wanted for _, _, wanted in shown.asked]
    shown.answers = await answers(tx, wanted, now=now, readings_max=readings_max)
    await _look_at_what_is_now(tx, shown, devices, start, end)
    return DashboardData(
        from_=start,
        to=end,
        timezone=zone,
        fresh_as_of=now,
        grids=[_grid(grid) for grid in _grids(shown)],
        widgets=_widgets(shown),
        live=LiveSelection(sensors),
    )


async def sensors_shown(tx: Connection, dashboard_id: UUID, choice: Choice) -> list[UUID]:
    """All that widgets show. Raises NotFound."""
    content = await _content(tx, dashboard_id)
    devices = await _devices_chosen(tx, _with_defaults(choice, content))
    widgets = await _asked(tx, content, devices)
    return list(dict.fromkeys(each.sensor.id for widget in widgets for each in widget.shown))


async def _asked(
    tx: Connection, content: DashboardContent, devices: Sequence[UUID] | None
) -> list[AskedWidget]:
    found = await queries.sensors_asked(
        tx, questions_of(content.widgets), devices, at_most=SENSORS_OF_WIDGET + 1
    )
    return asked_of(content.widgets, found)


def content_of(draft: DashboardDraft) -> DashboardContent:
    """Raises Unprocessable or Malformed for what no dashboard can say."""
    content = DashboardContent(
        variables=draft.variables, timezone=draft.timezone, widgets=draft.widgets
    )
    check_content(content)
    return content


async def _content(tx: Connection, dashboard_id: UUID) -> DashboardContent:
    found = await queries.content_of(tx, dashboard_id)
    if found is None:
        raise NotFound(f"no dashboard {dashboard_id}")
    return msgspec.json.decode(found, type=DashboardContent)


def _with_defaults(choice: Choice, content: DashboardContent) -> Choice:
    if choice.devices or choice.sites or choice.groups:
        return choice
    defaults: dict[VariableKind, list[UUID]] = {
        variable.kind: [variable.default]
        for variable in content.variables
        if variable.default is not None
    }
    return Choice(
        devices=defaults.get("DEVICE", []),
        sites=defaults.get("SITE", []),
        groups=defaults.get("DEVICE_GROUP", []),
        zone=choice.zone,
        may_read_alerts=choice.may_read_alerts,
    )


async def _devices_chosen(tx: Connection, choice: Choice) -> list[UUID] | None:
    """Those that are named; where none is, those of the sites and groups; None where nothing is
    chosen: all."""
    if choice.devices:
        target = Target(device_ids=frozenset(choice.devices))
    else:
        target = Target(site_ids=frozenset(choice.sites), group_ids=frozenset(choice.groups))
    if target.is_empty:
        return None
    return await devices_of(tx, target, limit=DEVICES_OF_WIDGET)


async def _zone(tx: Connection, choice: Choice, content: DashboardContent) -> str:
    said = choice.zone or content.timezone or "UTC"
    if said != OF_SITE:
        return said
    return await queries.zone_of(tx, list(choice.sites), list(choice.devices)) or "UTC"


def _refuse_alerts(widgets: Sequence[AskedWidget]) -> None:
    for widget in widgets:
        if widget.widget.type == "ALERT_LIST":
            widget.refuse(Forbidden("this needs the permission alerts:read"))


def _ask_for_buckets(shown: Shown) -> None:
    for widget in shown.widgets:
        try:
            asked = [
                (widget, each, wanted_of(each, shown.grids.of(widget.widget, each.series)))
                for each in widget.by_buckets
            ]
        except Problem as problem:
            widget.refuse(problem)
        else:
            shown.asked += asked


async def _leave_out_what_costs_too_much(
    tx: Connection, shown: Shown, start: datetime, end: datetime, readings_max: int
) -> None:
    """Readings that would be looked at one by one are counted, in the rollups; a widget that goes
    beyond what is left for it isn't asked for."""
    shares: dict[int, list[tuple[UUID, float]]] = {}
    for number, widget in enumerate(shown.widgets):
        of_buckets = [(one.sensor.id, wanted) for w, one, wanted in shown.asked if w is widget]
        costly = [(sensor, share_of_readings(wanted)) for sensor, wanted in of_buckets]
        costly += [(each.sensor.id, 1.0) for each in widget.states]
        if any(share for _, share in costly):
            shares[number] = costly
    sensors = list({sensor for costly in shares.values() for sensor, share in costly if share})
    if not sensors:
        return
    counted = await partials(tx, [Buckets(sensors, [start, end])], [])
    left = readings_max
    for number, costly in shares.items():
        count = sum(
            int(of_it.counts.sum() * share)
            for sensor, share in costly
            if (of_it := counted.get((0, sensor)))
        )
        if count <= left:
            left -= count
            continue
        widget = shown.widgets[number]
        widget.refuse(
            Unprocessable(
                f"that takes {count} readings, one by one, and {left} are left for it; choose a "
                "shorter range, longer intervals or functions that rollups answer",
                code="TOO_EXPENSIVE",
            )
        )
        shown.asked = [each for each in shown.asked if each[0] is not widget]


async def _look_at_what_is_now(
    tx: Connection,
    shown: Shown,
    devices: Sequence[UUID] | None,
    start: datetime,
    end: datetime,
) -> None:
    """Newest readings, changes of texts and devices, each where some widget shows them."""
    if latest := {each.sensor.id for widget in shown.widgets for each in widget.latest}:
        found = await readings.latest_of(tx, list(latest))
        shown.latest = {each.sensor_id: each for each in found}
    if states := {each.sensor.id for widget in shown.widgets for each in widget.states}:
        rows = await queries.state_changes(
            tx, list(states), start, end, look_back=LOOK_BACK, at_most=STATES_MAX + 1
        )
        for row in rows:
            shown.states.setdefault(row["sensor_id"], []).append(row)
    if any(widget.widget.type in ("MAP", "DEVICE") for widget in shown.widgets):
        shown.devices = await queries.devices_shown(tx, devices, at_most=DEVICES_OF_WIDGET + 1)
    if any(widget.shows_alerts for widget in shown.widgets):
        shown.alerts = await queries.alerts_shown(tx, devices, at_most=ALERTS_OF_WIDGET + 1)


def _grids(shown: Shown) -> list[Grid]:
    return list(dict.fromkeys(wanted.grid for _, _, wanted in shown.asked))


def _grid(grid: Grid) -> DataGrid:
    return DataGrid(grid.interval.text, grid.bounds[:-1])


def _widgets(shown: Shown) -> list[WidgetData]:
    numbers = {grid: number for number, grid in enumerate(_grids(shown))}
    series: dict[int, list[SeriesData]] = {}
    for (widget, asked, wanted), answer in zip(shown.asked, shown.answers, strict=True):
        found = _series(asked, wanted, answer, numbers[wanted.grid])
        series.setdefault(id(widget), []).append(found)
    return [_widget(widget, shown, series.get(id(widget), [])) for widget in shown.widgets]


def _widget(widget: AskedWidget, shown: Shown, series: list[SeriesData]) -> WidgetData:
    shows_devices = widget.widget.type in ("MAP", "DEVICE")
    devices = shown.devices if shows_devices else []
    alerts = shown.alerts if widget.shows_alerts else []
    return WidgetData(
        id=widget.widget.id,
        series=series,
        latest=[_latest(each, shown.latest.get(each.sensor.id)) for each in widget.latest],
        states=[_states(each, shown.states.get(each.sensor.id, [])) for each in widget.states],
        devices=[_device(row) for row in devices[:DEVICES_OF_WIDGET]],
        alerts=[_alert(row) for row in alerts[:ALERTS_OF_WIDGET]],
        truncated=widget.is_truncated
        or len(devices) > DEVICES_OF_WIDGET
        or len(alerts) > ALERTS_OF_WIDGET,
        problem=widget.problem,
    )


def _sensor(asked: AskedSeries) -> dict[str, Any]:
    sensor = asked.sensor
    return {
        "series": asked.number,
        "sensor_id": sensor.id,
        "device_id": sensor.device_id,
        "device": sensor.device_name,
        "component": sensor.component_key,
        "key": sensor.key,
        "label": asked.series.label or sensor.name,
        "unit": asked.series.unit or sensor.unit,
        "value_type": sensor.value_type,
    }


def _series(asked: AskedSeries, wanted: Wanted, answer: Answer, grid: int) -> SeriesData:
    [function] = wanted.functions
    whole = np.full(len(wanted.grid), 0.0 if function == COUNT else np.nan)
    whole[answer.places] = answer.counts if function == COUNT else answer.values[function]
    return SeriesData(
        **_sensor(asked),
        grid=grid,
        values=[None if value != value else value for value in whole.tolist()],  # noqa: PLR0124
        tiers=tiers.named([answer.tiers]),
    )


def _latest(asked: AskedSeries, found: LatestReading | None) -> LatestValue:
    return LatestValue(
        **_sensor(asked),
        timestamp=None if found is None else found.timestamp,
        value=None if found is None else found.value,
    )


def _states(asked: AskedSeries, rows: Sequence[asyncpg.Record]) -> StateData:
    changes = [StateChange(row["ts"], row["value_text"]) for row in rows]
    if len(changes) > 1 and changes[0].value == changes[1].value:
        del changes[1]  # held since before the range
    return StateData(
        **_sensor(asked), changes=changes[:STATES_MAX], truncated=len(changes) > STATES_MAX
    )


def _alert(row: asyncpg.Record) -> ShownAlert:
    return ShownAlert(
        id=row["id"],
        rule=row["rule_name"],
        severity=row["severity"],
        status=row["status"],
        device_id=row["device_id"],
        device=row["device"],
        sensor_id=row["sensor_id"],
        sensor=row["sensor"],
        fired_at=row["fired_at"],
    )


def _device(row: asyncpg.Record) -> ShownDevice:
    location = None if row["location"] is None else msgspec.json.decode(row["location"])
    latitude, longitude = location_of(location, row["site_latitude"], row["site_longitude"])
    return ShownDevice(
        id=row["id"],
        name=row["name"],
        status=row["status"],
        connected=row["is_connected"],
        last_seen_at=row["last_seen_at"],
        site_id=row["site_id"],
        site=row["site_name"],
        latitude=latitude,
        longitude=longitude,
        device_profile_id=row["device_profile_id"],
    )

"""What all widgets of a dashboard show is what the readings' own questions answer, at a cost that
doesn't grow with the number of widgets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from app.dashboards.widget_data.service import Choice, data
from tests.dashboards.test_dashboards import make_dashboard
from tests.make.fleet import make_device, make_site
from tests.make.platform import Organization, RunningPlatform
from tests.make.production import ON_EITHER_BACKEND
from tests.make.profiles import make_device_profile, make_sensor_profile
from tests.make.readings import NOW, assert_problem, at, by_key, send, sensors_by_key

pytestmark = ON_EITHER_BACKEND

HOUR = {"from": at(0).isoformat(), "to": at(3600).isoformat()}
FIELD = {"sensorProfile": "climate", "field": "temperature"}


def widget(id_: str, type_: str, *series: dict[str, Any], **more: Any) -> dict[str, Any]:
    place = {"x": 0, "y": 0, "width": 12, "height": 6}
    return {"id": id_, "type": type_, **place, "series": list(series), **more}


@pytest.fixture
def stations(organization: Organization) -> list[str]:
    """Two devices with a probe each; the first one stands at a site. An hour of readings."""
    make_sensor_profile(organization)
    make_device_profile(organization)
    site = make_site(organization, "Depot", timezone="Asia/Kathmandu", latitude=1.5, longitude=2.5)
    profile = {"name": "station", "version": "1.0"}
    devices = [
        make_device(organization, "station-1", deviceProfile=profile, siteId=site["id"]),
        make_device(organization, "station-2", deviceProfile=profile),
    ]
    readings = []
    for number, device in enumerate(devices):
        for second in range(0, 3600, 60):
            payload = {"temperature": 20.0 + number * 10 + second / 3600, "humidity": 40.0}
            readings.append(
                {
                    "deviceId": device,
                    "component": "probe",
                    "timestamp": at(second).isoformat(),
                    "values": payload,
                }
            )
        for second, text in ((600, "IDLE"), (1200, "IDLE"), (1800, "DEFROST"), (2400, "IDLE")):
            readings.append(by_key(device, "mode", at(second), text))
    receipt = send(organization, readings)
    assert receipt["quarantined"] == 0, receipt
    return devices


def data_of(organization: Organization, dashboard: dict[str, Any], **query: Any) -> dict[str, Any]:
    answer = organization.http.get(f"/dashboards/{dashboard['id']}/data", params={**HOUR, **query})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_values_are_those_of_the_readings_query(
    organization: Organization, stations: list[str]
) -> None:
    functions = ["avg", "max", "p95", "timeWeightedAvg", "count"]
    series = [{"input": FIELD, "function": each, "interval": "PT5M"} for each in functions]
    found = data_of(
        organization, make_dashboard(organization, widgets=[widget("w", "LINE_CHART", *series)])
    )
    [shown] = found["widgets"]
    assert [(each["series"], each["device"]) for each in shown["series"]] == [
        (number, device) for number in range(5) for device in ("station-1", "station-2")
    ]
    asked = [
        {
            "sensorId": each["sensorId"],
            "function": functions[each["series"]],
            "interval": "PT5M",
            "fill": "null",
        }
        for each in shown["series"]
    ]
    expected = organization.http.post("/readings/query", json={**HOUR, "series": asked}).json()
    for one, other in zip(shown["series"], expected["series"], strict=True):
        assert one["values"] == [item["value"] for item in other["items"]]
        assert found["grids"][one["grid"]]["at"] == [item["from"] for item in other["items"]]
    assert len(found["grids"]) == 1
    assert set(found["live"]["sensorIds"]) == {each["sensorId"] for each in shown["series"]}


def test_what_is_chosen_narrows_fields_of_profiles(
    organization: Organization, stations: list[str]
) -> None:
    dashboard = make_dashboard(
        organization,
        variables=[{"name": "device", "kind": "DEVICE", "default": stations[1]}],
        timezone="SITE",
        widgets=[widget("w", "STAT", {"input": FIELD, "function": "last"})],
    )

    def devices(**query: Any) -> list[str]:
        return [
            each["device"]
            for each in data_of(organization, dashboard, **query)["widgets"][0]["latest"]
        ]

    site = organization.http.get(f"/devices/{stations[0]}").json()["siteId"]
    assert devices() == ["station-2"]
    assert devices(device=",".join(stations)) == ["station-1", "station-2"]
    assert devices(site=site) == ["station-1"]
    assert data_of(organization, dashboard, site=site)["timezone"] == "Asia/Kathmandu"
    assert data_of(organization, dashboard)["timezone"] == "UTC"


def test_a_dashboard_that_is_not_kept_shows_what_it_would_if_it_were(
    organization: Organization, stations: list[str]
) -> None:
    said = {
        "variables": [{"name": "device", "kind": "DEVICE"}],
        "widgets": [
            widget("climate", "LINE_CHART", {"input": FIELD}),
            widget("now", "STAT", {"input": FIELD, "function": "last"}),
        ],
    }
    asked = {"dashboard": said, **HOUR, "devices": [stations[0]]}
    answer = organization.http.post("/dashboards/preview", json=asked)
    assert answer.status_code == 200, answer.text
    assert organization.http.get("/dashboards").json()["items"] == []
    kept = data_of(organization, make_dashboard(organization, **said), device=stations[0])
    found = answer.json()
    assert [found[key] for key in ("grids", "widgets", "live")] == [
        kept[key] for key in ("grids", "widgets", "live")
    ]


def test_what_no_dashboard_can_say_has_no_preview(organization: Organization) -> None:
    twice = [widget("same", "STAT"), widget("same", "STAT")]
    answer = organization.http.post(
        "/dashboards/preview", json={"dashboard": {"widgets": twice}, **HOUR}
    )
    assert_problem(answer, 422, code="UNPROCESSABLE")


def test_a_stat_is_the_newest_reading_or_a_function_of_the_whole_range(
    organization: Organization, stations: list[str]
) -> None:
    last, most = ({"input": FIELD, "function": each} for each in ("last", "max"))
    found = data_of(
        organization,
        make_dashboard(organization, widgets=[widget("w", "STAT", last, most)]),
        device=stations[0],
    )["widgets"][0]
    [latest], [whole] = found["latest"], found["series"]
    assert (latest["value"], latest["unit"]) == (20 + 3540 / 3600, "°C")
    assert latest["timestamp"] == at(3540).isoformat().replace("+00:00", "Z")
    assert whole["values"] == [20 + 3540 / 3600]


def test_a_timeline_of_texts_shows_when_they_changed(
    organization: Organization, stations: list[str]
) -> None:
    series = {"input": {"deviceId": stations[0], "sensor": "mode"}}
    dashboard = make_dashboard(organization, widgets=[widget("w", "STATE_TIMELINE", series)])

    def changes(**query: Any) -> list[tuple[str, str]]:
        [state] = data_of(organization, dashboard, **query)["widgets"][0]["states"]
        assert state["truncated"] is False
        return [(each["at"], each["value"]) for each in state["changes"]]

    moment = {second: at(second).isoformat().replace("+00:00", "Z") for second in (600, 1800, 2400)}
    whole = [(moment[600], "IDLE"), (moment[1800], "DEFROST"), (moment[2400], "IDLE")]
    assert changes() == whole
    later = {"from": at(1000).isoformat(), "to": at(2000).isoformat()}
    assert changes(**later) == whole[:2]  # what was held as the range began has its own time


def test_a_map_shows_devices_where_they_or_their_sites_are(
    organization: Organization, stations: list[str]
) -> None:
    own = {"location": {"latitude": 50.0, "longitude": 4.0}}
    assert organization.http.patch(f"/devices/{stations[1]}", json=own).status_code == 200
    found = data_of(organization, make_dashboard(organization, widgets=[widget("w", "MAP")]))
    shown = found["widgets"][0]["devices"]
    assert [(each["name"], each["latitude"], each["longitude"]) for each in shown] == [
        ("station-1", 1.5, 2.5),
        ("station-2", 50.0, 4.0),
    ]
    assert [each["site"] for each in shown] == ["Depot", None]


def test_a_refresh_asks_for_the_last_buckets_alone(
    organization: Organization, stations: list[str]
) -> None:
    dashboard = make_dashboard(organization, widgets=[widget("w", "LINE_CHART", {"input": FIELD})])
    whole = data_of(organization, dashboard, width=400)
    edge = whole["grids"][0]["at"][-3]
    newest = data_of(organization, dashboard, width=400, since=edge)
    assert newest["grids"][0]["interval"] == whole["grids"][0]["interval"]
    assert newest["grids"][0]["at"] == whole["grids"][0]["at"][-3:]
    for one, other in zip(
        newest["widgets"][0]["series"], whole["widgets"][0]["series"], strict=True
    ):
        assert one["values"] == other["values"][-3:]


def test_a_widget_that_asks_too_much_has_a_problem_of_its_own(
    organization: Organization, stations: list[str]
) -> None:
    fine = {"input": FIELD, "interval": "PT0.1S"}
    found = data_of(
        organization,
        make_dashboard(
            organization,
            widgets=[
                widget("good", "LINE_CHART", {"input": FIELD}),
                widget("heavy", "LINE_CHART", fine),
            ],
        ),
    )
    good, heavy = found["widgets"]
    assert len(good["series"]) == 2
    assert heavy["problem"]["code"] == "TOO_MANY_BUCKETS"
    assert "series" not in heavy


def test_nothing_of_a_neighbour_is_there(
    organization: Organization, neighbour: Organization, stations: list[str]
) -> None:
    sensor = sensors_by_key(organization, stations[0])["temperature"]["id"]
    theirs = make_dashboard(
        neighbour,
        widgets=[
            widget("id", "STAT", {"input": {"sensorId": sensor}, "function": "last"}),
            widget("field", "LINE_CHART", {"input": FIELD}),
            widget("map", "MAP"),
        ],
    )
    found = data_of(neighbour, theirs, device=stations[0])
    assert found["live"]["sensorIds"] == []
    assert [set(each) for each in found["widgets"]] == [{"id"}] * 3
    ours = make_dashboard(organization)
    assert_problem(neighbour.http.get(f"/dashboards/{ours['id']}/data", params=HOUR), 404)


async def test_more_widgets_are_no_more_statements(
    platform: RunningPlatform, organization: Organization, stations: list[str]
) -> None:
    kinds = ("LINE_CHART", "STAT", "STATE_TIMELINE", "GAUGE", "MAP", "TABLE")

    def dashboard(count: int) -> dict[str, Any]:
        mode = {"input": {"deviceId": stations[0], "sensor": "mode"}}
        return make_dashboard(
            organization,
            name=f"{count} widgets",
            widgets=[
                widget(
                    f"w{number}",
                    kinds[number % len(kinds)],
                    {"input": FIELD, "function": ("avg", "p95", "delta", "last")[number % 4]},
                    *([mode] if kinds[number % len(kinds)] == "STATE_TIMELINE" else []),
                )
                for number in range(count)
            ],
        )

    counts = [len(await statements_of(platform, organization, dashboard(n))) for n in (12, 48)]
    assert counts[0] == counts[1] <= 15


async def statements_of(
    platform: RunningPlatform, organization: Organization, dashboard: dict[str, Any]
) -> list[str]:
    """What is asked of the database for the data of all widgets."""
    asked: list[str] = []
    connection = await asyncpg.connect(platform.secret_urls()["database_url"])
    try:
        await connection.execute("SELECT set_config('app.org_id', $1, false)", organization.id)
        connection.add_query_logger(lambda record: asked.append(record.query))
        for _ in range(2):  # the first time, types are looked up
            asked.clear()
            found = await data(
                connection,
                dashboard["id"],
                Choice(),
                NOW,
                NOW + timedelta(hours=1),
                since=None,
                width=1440,
                readings_max=3_000_000,
            )
            assert len(found.widgets) == len(dashboard["widgets"])
            await connection.fetchval("SELECT 'a logger is told a turn later'")
    finally:
        await connection.close()
    return [query for query in asked if "a turn later" not in query]

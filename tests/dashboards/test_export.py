"""A dashboard leaves as a file: what makes it again, and what Grafana imports."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dashboards.test_dashboards import make_dashboard
from tests.dashboards.test_widget_data import widget
from tests.make.fleet import make_device
from tests.make.infinity import rows_of
from tests.make.platform import Organization
from tests.make.readings import assert_problem, at, by_key, send, sensors_by_key


def exported(organization: Organization, dashboard: dict[str, Any], format_: str) -> dict[str, Any]:
    answer = organization.http.get(f"/dashboards/{dashboard['id']}", params={"format": format_})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def sensor(organization: Organization) -> dict[str, Any]:
    device = make_device(organization, "room")
    readings = [by_key(device, "temperature", at(second), 4.0) for second in range(0, 600, 60)]
    send(organization, [*readings, by_key(device, "mode", at(60), "DEFROST")])
    return sensors_by_key(organization, device)


def of(sensor: dict[str, Any], key: str = "temperature", **more: Any) -> dict[str, Any]:
    return {"input": {"sensorId": sensor[key]["id"]}, **more}


def test_an_exported_dashboard_makes_the_same_one_elsewhere(
    organization: Organization, neighbour: Organization, sensor: dict[str, Any]
) -> None:
    made = make_dashboard(organization, widgets=[widget("w", "STAT", of(sensor))], timezone="UTC")
    file = exported(organization, made, "holdfast")
    assert file["schemaVersion"] == 1
    again = neighbour.http.post("/dashboards", json=file).json()
    assert exported(neighbour, again, "holdfast") == file
    later = neighbour.http.post("/dashboards", json={**file, "name": "x", "schemaVersion": 2})
    assert_problem(later, 422)


def test_grafanas_panels_stand_where_the_widgets_do_and_ask_for_the_same(
    organization: Organization, sensor: dict[str, Any]
) -> None:
    limits = [{"value": 8.0, "state": "CRITICAL"}]
    widgets = [
        widget("line", "LINE_CHART", of(sensor, unit="°C", thresholds=limits), title="Air"),
        widget("now", "STAT", of(sensor, function="last")),
        widget("most", "GAUGE", of(sensor, function="max")),
        widget("mode", "STATE_TIMELINE", of(sensor, "mode")),
        widget("map", "MAP"),
        widget("alerts", "ALERT_LIST"),
    ]
    made = make_dashboard(organization, widgets=widgets, range={"last": "PT90M"})
    board = exported(organization, made, "grafana")
    assert (board["title"], board["time"]) == (made["name"], {"from": "now-90m", "to": "now"})
    assert not {"id", "uid"} & board.keys()  # so that it is imported as a new one
    assert [panel["type"] for panel in board["panels"]] == [
        "timeseries",
        "stat",
        "gauge",
        "state-timeline",
        "geomap",
        "table",
    ]
    for panel, each in zip(board["panels"], made["widgets"], strict=True):
        assert list(panel["gridPos"].values()) == [each[n] for n in ("x", "y", "width", "height")]
        [target] = panel["targets"]
        assert (
            panel["datasource"]
            == target["datasource"]
            == {
                "type": board["__inputs"][0]["pluginId"],
                "uid": "${" + board["__inputs"][0]["name"] + "}",
            }
        )
    first = board["panels"][0]
    assert (first["title"], first["fieldConfig"]["defaults"]["unit"]) == ("Air", "suffix: °C")
    assert first["fieldConfig"]["defaults"]["thresholds"]["steps"][-1] == {
        "color": "red",
        "value": 8.0,
    }


def test_what_grafana_asks_is_answered_when_asked_as_infinity_does(
    organization: Organization, sensor: dict[str, Any]
) -> None:
    kinds = {"line": "LINE_CHART", "now": "STAT", "mode": "STATE_TIMELINE"}
    series = {"line": of(sensor), "now": of(sensor, function="last"), "mode": of(sensor, "mode")}
    widgets = [widget(name, kind, series[name]) for name, kind in kinds.items()]
    rest = [widget("map", "MAP"), widget("alerts", "ALERT_LIST")]
    board = exported(
        organization, make_dashboard(organization, widgets=[*widgets, *rest]), "grafana"
    )
    line, now, mode, places, alerts = (
        rows_of(organization.http, panel["targets"][0], at(0), at(3600))
        for panel in board["panels"]
    )
    assert {row["room temperature"] for row in line} == {4.0}
    assert [row["room temperature"] for row in now] == [4.0]
    assert [row["room mode"] for row in mode] == ["DEFROST"]
    assert [row["name"] for row in places] == ["room"]
    assert alerts == []


def test_what_is_no_format_is_refused(organization: Organization) -> None:
    made = make_dashboard(organization)
    answer = organization.http.get(f"/dashboards/{made['id']}", params={"format": "perses"})
    assert_problem(answer, 400)

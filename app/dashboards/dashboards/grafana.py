"""A dashboard as Grafana imports it (its classic JSON model): the same places and titles, and each
series a query of the Infinity data source to this API. Pure.

Grafana asks which data source is meant when it imports. Sensors are those that the dashboard shows
as it is exported, with the defaults of its variables: Grafana knows nothing of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.dashboards.dashboards.documents import DashboardWidget, WidgetSeries, WidgetType
from app.dashboards.dashboards.schemas import DashboardRead
from db.queries.dashboards import SensorPlace

SCHEMA_VERSION = 39  # of Grafana 11; later ones read it
PLUGIN = "yesoreyeram-infinity-datasource"
_INPUT = "DS_HOLDFAST"
_SOURCE = {"type": PLUGIN, "uid": "${" + _INPUT + "}"}
# ISO on purpose: without a format Grafana writes milliseconds, which are no times to this API.
_RANGE = "from=${__timeFrom:date:iso}&to=${__timeTo:date:iso}"
_POINTS = 500
_PANELS: dict[WidgetType, str] = {
    "LINE_CHART": "timeseries",
    "STAT": "stat",
    "GAUGE": "gauge",
    "STATE_TIMELINE": "state-timeline",
    "TABLE": "table",
    "ALERT_LIST": "table",
    "MAP": "geomap",
    "CAMERA": "text",
    "DEVICE": "stat",
}
_OF_NOW = ("STAT", "GAUGE", "TABLE", "DEVICE")
_COLORS = {"OK": "green", "WARNING": "orange", "CRITICAL": "red"}


def grafana_dashboard(
    dashboard: DashboardRead, found: Sequence[Sequence[SensorPlace]], api_url: str
) -> dict[str, Any]:
    """`found` are the sensors of each series, widget by widget; `api_url` ends in /api/v1."""
    answers = iter(found)
    return {
        "__inputs": [
            {"name": _INPUT, "label": "Holdfast", "type": "datasource", "pluginId": PLUGIN}
        ],
        "__requires": [
            {"type": "datasource", "id": PLUGIN, "name": "Infinity", "version": "3.0.0"}
        ],
        "title": dashboard.name,
        "description": dashboard.description or "",
        "tags": ["holdfast"],
        "schemaVersion": SCHEMA_VERSION,
        "editable": True,
        "timezone": _zone(dashboard),
        "time": _time(dashboard),
        "refresh": f"{dashboard.refresh_seconds}s" if dashboard.refresh_seconds else "",
        "templating": {"list": []},
        "annotations": {"list": []},
        "panels": [
            _panel(number, widget, [next(answers) for _ in widget.series], api_url)
            for number, widget in enumerate(dashboard.widgets, 1)
        ],
    }


def _zone(dashboard: DashboardRead) -> str:
    return "browser" if dashboard.timezone in (None, "SITE") else str(dashboard.timezone)


def _time(dashboard: DashboardRead) -> dict[str, str]:
    range_ = dashboard.range
    if range_.from_ is not None and range_.to is not None:
        return {"from": range_.from_.isoformat(), "to": range_.to.isoformat()}
    return {"from": f"now-{_span(range_.last or 'PT6H')}", "to": "now"}


def _span(last: str) -> str:
    """As Grafana writes it: the units of ISO 8601, M being a month before T and a minute behind."""
    days, _, clock = last.removeprefix("P").partition("T")
    return (days + clock.lower()).replace("D", "d").replace("W", "w").replace("Y", "y")


def _panel(
    number: int, widget: DashboardWidget, found: Sequence[Sequence[SensorPlace]], api_url: str
) -> dict[str, Any]:
    panel: dict[str, Any] = {
        "id": number,
        "type": _PANELS[widget.type],
        "title": widget.title,
        "gridPos": {"x": widget.x, "y": widget.y, "w": widget.width, "h": widget.height},
        "datasource": _SOURCE,
        "targets": list(_targets(widget, found, api_url)),
        "fieldConfig": {"defaults": _defaults(widget.series), "overrides": []},
        "options": {},
    }
    if widget.type == "CAMERA":
        panel["options"] = {"mode": "markdown", "content": "Cameras are shown by Holdfast itself."}
    return panel


def _defaults(series: Sequence[WidgetSeries]) -> dict[str, Any]:
    """What all series of a panel have in common, of the first of them that says it."""
    defaults: dict[str, Any] = {}
    for each in reversed(series):
        if each.unit:
            defaults["unit"] = f"suffix: {each.unit}"
        if each.decimals is not None:
            defaults["decimals"] = each.decimals
        if each.thresholds:
            steps = [{"color": _COLORS[t.state], "value": t.value} for t in each.thresholds]
            first = {"color": "green", "value": None}
            defaults["thresholds"] = {"mode": "absolute", "steps": [first, *steps]}
    return defaults


def _targets(
    widget: DashboardWidget, found: Sequence[Sequence[SensorPlace]], api_url: str
) -> Iterator[dict[str, Any]]:
    if widget.type == "MAP":
        columns = {"name": "string", "location.latitude": "number", "location.longitude": "number"}
        yield _target("A", f"{api_url}/devices?limit=500", "items", columns, "table")
    elif widget.type == "ALERT_LIST":
        columns = {"firedAt": "timestamp", "severity": "string", "status": "string"}
        yield _target("A", f"{api_url}/alerts?open=true&limit=50", "items", columns, "table")
    elif widget.type != "CAMERA":
        for number, (series, sensor) in enumerate(
            (series, sensor)
            for series, sensors in zip(widget.series, found, strict=True)
            for sensor in sensors
        ):
            yield _series_target(_reference(number), widget, series, sensor, api_url)


def _reference(number: int) -> str:
    """A to Z, then A1 and so on."""
    letter = chr(ord("A") + number % 26)
    return letter if number < 26 else f"{letter}{number // 26}"


def _series_target(
    reference: str, widget: DashboardWidget, series: WidgetSeries, sensor: SensorPlace, api_url: str
) -> dict[str, Any]:
    label = f"{sensor.device_name} {series.label or sensor.name}"
    of_sensor = f"{api_url}/readings/sensor/{sensor.id}"
    is_text = sensor.value_type in ("TEXT", "BOOLEAN")
    kind = {"TEXT": "string", "BOOLEAN": "boolean"}.get(sensor.value_type, "number")
    if widget.type in _OF_NOW and (is_text or series.function == "last"):
        columns, url, root = {"timestamp": "timestamp", "value": kind}, f"{of_sensor}/latest", ""
    elif is_text:
        url, root = f"{of_sensor}?{_RANGE}&limit=10000", "items"
        columns = {"timestamp": "timestamp", "value": kind}
    else:
        interval = "auto" if widget.type in _OF_NOW else series.interval
        points = f"&points={_POINTS}" if interval == "auto" else ""
        url = f"{of_sensor}/aggregated?{_RANGE}&interval={interval}{points}"
        url, root = f"{url}&functions={series.function}", "items"
        columns = {"from": "timestamp", series.function: kind}
    return _target(reference, url, root, columns, "timeseries" if not is_text else "table", label)


def _target(
    reference: str, url: str, root: str, columns: dict[str, str], format_: str, label: str = ""
) -> dict[str, Any]:
    """A query of the backend parser, which alerting and shared dashboards need. The last column is
    called as the series is."""
    names = list(columns)
    return {
        "refId": reference,
        "datasource": _SOURCE,
        "type": "json",
        "source": "url",
        "parser": "backend",
        "format": format_,
        "url": url,
        "url_options": {"method": "GET"},
        "root_selector": root,
        "columns": [
            {
                "selector": name,
                "text": label if label and name == names[-1] else name,
                "type": columns[name],
            }
            for name in names
        ],
        "filters": [],
    }

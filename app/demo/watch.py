"""What the demonstration watches: two alert rules that fire and clear, whom they tell, and a
dashboard of it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from app.demo.device import DemoDevice

RETRY_SECONDS = 1.0
_TOO_WARM = {
    "name": "Demo: cold room too warm",
    "field": "temperature",
    "condition": {"kind": "VALUE", "operator": "GT"},
    "levels": [
        {"severity": "WARNING", "value": 6.5, "clearValue": 5.0, "forSeconds": 5},
        {"severity": "CRITICAL", "value": 8.0, "clearValue": 6.5, "forSeconds": 30},
    ],
}
_DOOR_OPEN = {
    "name": "Demo: door stands open",
    "field": "door_open",
    "condition": {"kind": "VALUE", "operator": "IS_TRUE"},
    "levels": [{"severity": "INFO", "forSeconds": 15}],
}
_MAIL = {
    "name": "Demo: night shift",
    "type": "EMAIL",
    "email": {"to": ["night-shift@example.com"]},
}


async def watch_rooms(
    http: httpx.AsyncClient, organization_id: str, rooms: list[DemoDevice]
) -> None:
    """Make what isn't there yet, as soon as a room has reported; then rest to the end."""
    while True:
        try:
            await _make_all(http, organization_id, rooms)
            break
        # It is just starting, or starting again.
        except (httpx.HTTPError, LookupError):
            await asyncio.sleep(RETRY_SECONDS)
    await asyncio.Event().wait()


async def _make_all(http: httpx.AsyncClient, organization_id: str, rooms: list[DemoDevice]) -> None:
    """Raises LookupError before the first room has reported all that it has."""
    known = [room.device_id for room in rooms if room.device_id]
    sensors = await http.get("/sensors", params={"deviceId": known[0], "limit": 50})
    keys = {item["key"] for item in sensors.raise_for_status().json()["items"]}
    if not {"temperature", "door_open", "compressor"} <= keys:
        raise LookupError("a room that hasn't reported yet")
    target = {"type": "ORGANIZATION", "id": organization_id}
    notify = [{"channelId": await _channel(http), "minSeverity": "WARNING"}]
    for rule in (_TOO_WARM, _DOOR_OPEN):
        await _make(http, "/alert-rules", {**rule, "target": target, "notify": notify})
    await _make(http, "/dashboards", _dashboard(known))


async def _channel(http: httpx.AsyncClient) -> str:
    """Where the rules' mails go."""
    await _make(http, "/notification-channels", _MAIL)
    answer = await http.get("/notification-channels", params={"limit": 200})
    for item in answer.raise_for_status().json()["items"]:
        if item["name"] == _MAIL["name"]:
            return str(item["id"])
    raise LookupError("a channel that was deleted this moment")


async def _make(http: httpx.AsyncClient, path: str, body: dict[str, Any]) -> None:
    """Unless it is there, from the start before."""
    answer = await http.post(path, json=body)
    if answer.status_code != httpx.codes.CONFLICT:
        answer.raise_for_status()


def _dashboard(rooms: list[str]) -> dict[str, Any]:
    def series(sensor: str, function: str, devices: list[str]) -> list[dict[str, Any]]:
        return [
            {"input": {"deviceId": device, "sensor": sensor}, "function": function}
            for device in devices
        ]

    def widget(
        id_: str, type_: str, title: str, place: tuple[int, int, int, int], **more: Any
    ) -> Any:
        x, y, width, height = place
        return {
            "id": id_,
            "type": type_,
            "title": title,
            **{"x": x, "y": y, "width": width, "height": height},
            **more,
        }

    few = rooms[:6]
    return {
        "name": "Demo: cold rooms",
        "description": "What the demonstration's cold rooms do",
        "range": {"last": "PT1H"},
        "widgets": [
            widget(
                "air",
                "LINE_CHART",
                "Air, °C",
                (0, 0, 16, 7),
                series=series("temperature", "avg", few),
            ),
            widget("alerts", "ALERT_LIST", "Open alerts", (16, 0, 8, 7)),
            widget(
                "now", "STAT", "Now, °C", (0, 7, 12, 4), series=series("temperature", "last", few)
            ),
            widget(
                "compressors",
                "STATE_TIMELINE",
                "Compressors",
                (12, 7, 12, 4),
                series=series("compressor", "last", few),
            ),
        ],
    }

"""`make demo`: a small fleet does what real devices do, and the screen shows what becomes of it. ←
start here

Two weather stations replay a year of hourly temperatures (NOAA's, from vega_datasets), on the same
days of the year that ends now, and go on live. The other devices are simulated cold rooms.
"""

from __future__ import annotations

import asyncio
import resource
from asyncio import CancelledError
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiomqtt
import httpx
from rich.console import Console

from app.demo.camera import show_camera
from app.demo.figures import Figures
from app.demo.fleet import HISTORY, Fleet
from app.demo.mail import mail_folder, show_mails
from app.demo.readings import Year
from app.demo.screen import show
from app.demo.together import together
from app.demo.watch import watch_rooms
from app.embedded.ready import DemoOptions, Ready
from app.embedded.state import READY_FILE

RETRY_SECONDS = 0.5
FILES_BESIDES_DEVICES = 200


async def run_demo(ready: Ready, options: DemoOptions, console: Console | None = None) -> None:
    """Run the fleet and its screen until cancelled."""
    console = console or Console()
    asyncio.get_running_loop().set_exception_handler(_without_noise)
    _allow_open_files(options.devices + FILES_BESIDES_DEVICES)
    async with httpx.AsyncClient(
        base_url=f"{ready.base_url}/api/v1",
        headers={"Authorization": f"Bearer {ready.api_key}"},
        trust_env=False,
        timeout=10.0,
    ) as http:
        fleet, figures = Fleet(ready, options, http), Figures()
        await together(
            fleet.run(),
            figures.watch(http, ready.metrics_url),
            _invite(console, ready, http, fleet),
            show_camera(http, fleet.rooms[0], is_wanted=options.has_camera),
            watch_rooms(http, ready.organization_id, fleet.rooms),
            show_mails(console, mail_folder(ready)),
            show(console, fleet, figures),
        )


async def _invite(console: Console, ready: Ready, http: httpx.AsyncClient, fleet: Fleet) -> None:
    """Print what can be asked as soon as there is an answer."""
    await fleet.has_history.wait()
    _print_commands(console, ready, await _questions(http, fleet))
    await asyncio.Event().wait()  # to the end, like all the others


async def _questions(http: httpx.AsyncClient, fleet: Fleet) -> dict[str, str]:
    """What to ask about a real sensor, as URL paths by their description. Each was answered with
    data just now."""
    while True:
        try:
            sensor_id = await _sensor_with_history(http, fleet)
            questions = _about(sensor_id, datetime.now(UTC))
            for path in questions.values():
                _check_data((await http.get(path)).raise_for_status().json())
            return questions
        # The API starts again, or the device was deleted this moment.
        except (httpx.HTTPError, LookupError):
            await asyncio.sleep(RETRY_SECONDS)


async def _sensor_with_history(http: httpx.AsyncClient, fleet: Fleet) -> str:
    answer = await http.get("/sensors", params={"deviceId": fleet.stations[0].device_id or ""})
    sensors = {item["key"]: item["id"] for item in answer.raise_for_status().json()["items"]}
    return str(sensors[Year.sensor])


def _check_data(answer: dict[str, Any]) -> None:
    if not answer.get("items") and not answer.get("count"):
        raise LookupError("an answer without data")


def _about(sensor_id: str, now: datetime) -> dict[str, str]:
    end = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    day, month, year = end - timedelta(days=1), end - timedelta(days=30), end - HISTORY

    def path(kind: str, start: datetime, **more: str) -> str:
        query = {"from": _rfc3339(start), "to": _rfc3339(end), **more}
        return f"/readings/sensor/{sensor_id}{kind}?{urlencode(query, safe=':,')}"

    return {
        "Its last 24 hours": path("", day, limit="48"),
        "Its last 30 days, by day": path(
            "/aggregated", month, interval="P1D", functions="avg,min,max"
        ),
        "Its whole year": path("/stats", year),
    }


def _print_commands(console: Console, ready: Ready, questions: dict[str, str]) -> None:
    """As plain text without a line break inside a command: it is there to be copied."""
    lines = ["", "A year of Seattle's hourly temperatures (NOAA) is in. Ask for it:"]
    key = ready.api_key if console.is_terminal else _key_in_file(ready)
    for what, path in questions.items():
        command = f"curl -s -H \"Authorization: Bearer {key}\" '{ready.base_url}/api/v1{path}'"
        lines += ["", f"# {what}", command]
    for line in lines:
        console.print(line, soft_wrap=True, markup=False, highlight=False)


def _key_in_file(ready: Ready) -> str:
    """For a shell, which reads the key where its owner may: what isn't printed to a terminal may be
    kept in a journal."""
    pattern = r's/.*"apiKey":"\([^"]*\)".*/\1/p'
    return f"$(sed -n '{pattern}' '{Path(ready.ca_file).with_name(READY_FILE)}')"


def _without_noise(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Leave out what aiomqtt's callbacks complain of when a connection ends while it is made.

    It stays in place after the demonstration, for connections may end later than that.
    """
    error = context.get("exception")
    is_callback = "handle" in context
    if isinstance(error, aiomqtt.MqttError) or (
        is_callback and isinstance(error, OSError | CancelledError)
    ):
        return
    loop.default_exception_handler(context)


def _allow_open_files(needed: int) -> None:
    """A connection is an open file, and the usual limit is 1024; a process may raise its own up to
    the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY != soft < needed:
        resource.setrlimit(
            resource.RLIMIT_NOFILE,
            (needed if hard == resource.RLIM_INFINITY else min(needed, hard), hard),
        )


def _rfc3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

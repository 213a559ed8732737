"""`holdfast up`: the platform in the foreground of a terminal, or of a service manager."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from app.standalone import programs
from app.standalone.errors import StandaloneError
from app.standalone.progress import Terminal
from app.standalone.ready import DemoOptions, Ready
from app.standalone.supervisor import FirstOrganization, MakeSuite, Options, Supervisor, first_organization

RunDemo = Callable[[Ready, DemoOptions], Awaitable[None]]


def up(
    state_dir: Path,
    http_port: int,
    mqtt_port: int,
    host: str,
    demo: DemoOptions | None,
    *,
    suite: MakeSuite = programs.holdfast,
    first: FirstOrganization = first_organization,
) -> int:
    """Start everything and keep it running until Ctrl-C or SIGTERM; the exit code."""
    console = Console()

    async def on_ready(ready: Ready) -> None:
        console.print(_panel(ready))
        if demo is not None:
            await _run_demo(ready, demo, console)

    async def run() -> None:
        options = Options(state_dir=state_dir, host=host, http_port=http_port, mqtt_port=mqtt_port)
        supervisor = Supervisor(
            options, progress=Terminal(console), on_ready=on_ready, suite=suite, first=first
        )
        await supervisor.run()

    try:
        asyncio.run(run())
    except StandaloneError as error:
        _explain(error, Console(stderr=True))
        return 1
    return 0


async def _run_demo(ready: Ready, demo: DemoOptions, console: Console) -> None:
    # By name, for the demonstration needs packages that the platform doesn't.
    run_demo = cast(RunDemo, import_module("app.standalone.demo").run_demo)
    try:
        await run_demo(ready, demo)
    except Exception as error:  # the demonstration never takes the platform with it
        console.print(f"[red]The demonstration ended:[/] {escape(repr(error))}")


def _panel(ready: Ready) -> Panel:
    table = Table.grid(padding=(0, 2))
    rows = {
        "API": ready.base_url,
        "MQTT": f"mqtts://{ready.mqtt_host}:{ready.mqtt_port}",
        "CA certificate": ready.ca_file,
        "Sign in": f"{ready.admin_email}  {ready.admin_password}",
        "API key": ready.api_key,
        "Organization": ready.organization_id,
        "Stop": "Ctrl-C",
    }
    for name, value in rows.items():
        table.add_row(f"[bold]{name}[/]", escape(value))
    return Panel(table, title="Holdfast is ready", border_style="green", expand=False)


def _explain(error: StandaloneError, console: Console) -> None:
    console.print(f"[red]Holdfast can't run:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
    if error.tail:
        console.print(Panel(escape(error.tail), title="the end of its log", border_style="red"))

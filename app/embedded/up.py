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

from app.embedded.errors import EmbeddedError
from app.embedded.programs import own_programs
from app.embedded.progress import Terminal
from app.embedded.ready import DemoOptions, Ready
from app.embedded.state import CREDENTIALS_FILE
from app.embedded.supervisor import (
    FirstOrganization,
    MakePrograms,
    Options,
    Supervisor,
    first_organization,
)

RunDemo = Callable[[Ready, DemoOptions, Console], Awaitable[None]]


def up(
    state_dir: Path,
    http_port: int,
    mqtt_port: int,
    host: str,
    demo: DemoOptions | None,
    *,
    metrics_port: int = 0,
    make_programs: MakePrograms = own_programs,
    first: FirstOrganization = first_organization,
) -> int:
    """Start everything and keep it running until Ctrl-C or SIGTERM; the exit code."""
    console = Console()

    async def on_ready(ready: Ready) -> None:
        print_addresses(ready, console, state_dir.expanduser().resolve() / CREDENTIALS_FILE)
        if demo is not None:
            await _run_demo(ready, demo, console)

    async def run() -> None:
        options = Options(
            state_dir=state_dir,
            host=host,
            http_port=http_port,
            mqtt_port=mqtt_port,
            metrics_port=metrics_port,
        )
        supervisor = Supervisor(
            options,
            progress=Terminal(console),
            on_ready=on_ready,
            make_programs=make_programs,
            first=first,
        )
        await supervisor.run()

    try:
        asyncio.run(run())
    except EmbeddedError as error:
        _explain(error, Console(stderr=True))
        return 1
    return 0


async def _run_demo(ready: Ready, demo: DemoOptions, console: Console) -> None:
    """The demonstration never takes the platform with it."""
    try:
        # By name, for it needs packages that the platform doesn't.
        run_demo = cast(RunDemo, import_module("app.demo.run").run_demo)
        await run_demo(ready, demo, console)
    except ModuleNotFoundError as error:
        console.print(f"[red]The demonstration needs {error.name}:[/] install holdfast\\[demo]")
    except Exception as error:
        console.print(f"[red]The demonstration ended:[/] {escape(repr(error))}", soft_wrap=True)


def print_addresses(ready: Ready, console: Console, credentials: Path) -> None:
    """Plain lines that are never broken: they are there to be copied. What isn't a terminal may be
    a service's journal, which others read: there, secrets are named by their file."""
    console.print("\n[bold green]Holdfast is ready[/]")
    rows = {
        "Console": f"{ready.base_url}/console/",
        "API": ready.base_url,
        "MQTT": f"mqtts://{ready.mqtt_host}:{ready.mqtt_port}",
        "CA certificate": ready.ca_file,
        "Metrics": ready.metrics_url,
    }
    if console.is_terminal:
        rows["Sign in"] = f"{ready.admin_email}  {ready.admin_password}"
        rows["API key"] = ready.api_key
    else:
        rows["Credentials"] = f"in {credentials}, for its owner alone"
    rows |= {"Organization": ready.organization_id, "Stop": "Ctrl-C"}
    for name, value in rows.items():
        console.print(f"[bold]{name:16}[/]{escape(value)}", highlight=False, soft_wrap=True)


def _explain(error: EmbeddedError, console: Console) -> None:
    console.print(
        f"[red]Holdfast can't run:[/] {escape(str(error))}", highlight=False, soft_wrap=True
    )
    if error.tail:
        console.print(Panel(escape(error.tail), title="the end of its log", border_style="red"))

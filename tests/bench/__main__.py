"""`make bench`: a platform of its own, held against limits that are measured in turns with it."""

from __future__ import annotations

import os
from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from tests.bench import (
    alerting,
    analytics,
    annotations,
    answers,
    audit,
    backlog,
    calculations,
    columnstore,
    command_line,
    commands,
    dashboards,
    device_flood,
    exports,
    fleet_lists,
    flood,
    http_ingest,
    inspector,
    list_devices,
    live,
    marks,
    media,
    mosquitto,
    mqtt_ingest,
    processes,
    queries,
    rate_limiter,
    reads,
    revocation,
    rollups,
    sessions,
    sign_ins,
    structured,
    trivial_get,
    webhooks,
    yardstick,
)
from tests.bench.fleet import GATEWAYS, ORGANIZATIONS, equip
from tests.bench.machine import describe_machine
from tests.bench.report import TABLE_COLUMNS, Report, show, write
from tests.bench.sizes import QUICK, Sizes
from tests.bench.stand import Stand, opened
from tests.bench.turns import measured
from tests.make.database import TIMESCALE_URL
from tests.make.platform import running_platform
from tests.make.production import platform_on_timescale

# What the rows write lies days in the past, and is to cost what readings in order cost.
SETTINGS = {
    "HOLDFAST_ROLLUP_SETTLE_SECONDS": str(40 * 86_400),
    "HOLDFAST_ALLOW_HTTP_WEBHOOKS": "true",
    "HOLDFAST_ALLOW_PRIVATE_WEBHOOKS": "true",
    "HOLDFAST_WEBHOOK_PORTS": "any",
    "HOLDFAST_ALLOW_PRIVATE_CAMERAS": "true",
    "HOLDFAST_CAMERA_PORTS": "any",
}

NAMES = (
    yardstick.NAME,
    *http_ingest.NAMES,
    *mqtt_ingest.NAMES,
    *inspector.NAMES,
    *structured.NAMES,
    mosquitto.NAME,
    processes.NAME,
    backlog.NAME,
    marks.NAME,
    *reads.NAMES,
    *rollups.NAMES,
    columnstore.NAME,
    *queries.NAMES,
    *answers.NAMES,
    *dashboards.NAMES,
    *list_devices.NAMES,
    *trivial_get.NAMES,
    sign_ins.NAME,
    rate_limiter.NAME,
    revocation.NAME,
    flood.NAME,
    flood.LOW_LIMITS,
    *device_flood.NAMES,
    *sessions.NAMES,
    live.SCREEN,
    live.INGEST,
    exports.READ,
    exports.WRITE,
    exports.DUCKDB,
    exports.INGEST,
    *fleet_lists.NAMES,
    commands.TRIP,
    commands.GROUP,
    *alerting.NAMES,
    webhooks.NAME,
    audit.NAME,
    *annotations.NAMES,
    *analytics.NAMES,
    *calculations.NAMES,
    *command_line.NAMES,
    *media.NAMES,
)

TOPICS = (
    yardstick.topic,
    http_ingest.topic,
    mqtt_ingest.topic,
    inspector.topic,
    structured.topic,
    mosquitto.topic,
    processes.topic,
    backlog.topic,
    marks.topic,
    reads.topic,
    rollups.topic,
    columnstore.topic,
    queries.topic,
    answers.topic,
    dashboards.topic,
    list_devices.topic,
    trivial_get.topic,
    sign_ins.topic,
    rate_limiter.topic,
    revocation.topic,
    flood.topic,
    device_flood.topic,
    sessions.topic,
    live.topic,
    exports.topic,
    fleet_lists.topic,
    commands.topic,
    alerting.topic,
    webhooks.topic,
    audit.topic,
    annotations.topic,
    analytics.topic,
    calculations.topic,
    command_line.topic,
    media.topic,
)

Quick = Annotated[
    bool, typer.Option("--quick", help="Small sizes, one repetition: does it run at all?")
]
Full = Annotated[
    bool,
    typer.Option(
        "--full", help="Ten million readings of history for the queries; takes minutes more."
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(help=f"Rows whose name begins so; repeatable. There are: {', '.join(NAMES)}."),
]
Output = Annotated[Path, typer.Option(help="Where the figures go, as JSON.")]
Timescale = Annotated[
    bool, typer.Option("--timescale", help=f"On the server with TimescaleDB of {TIMESCALE_URL}.")
]
Repetitions = Annotated[
    int | None, typer.Option(min=1, help="Of every row.", show_default="3, or 5 of short ones")
]


def main(
    quick: Quick = False,
    full: Full = False,
    only: Only = None,
    output: Output = Path("bench.json"),
    repetitions: Repetitions = None,
    timescale: Timescale = False,
) -> None:
    """Measure what the platform takes in and gives out, each as a ratio to a limit on the same machine."""
    names = _chosen(only or [""])
    if timescale and TIMESCALE_URL not in os.environ:
        raise typer.BadParameter(f"--timescale needs a superuser's address in {TIMESCALE_URL}")
    sizes = QUICK if quick else Sizes()
    if full:
        sizes = replace(sizes, series_step=sizes.history_step)
    if repetitions:
        sizes = replace(sizes, repetitions=repetitions, short_repetitions=repetitions)
    console = Console()
    if not console.is_terminal:
        console = Console(width=TABLE_COLUMNS)
    with _progress(console) as progress:
        report = _run(names, sizes, progress, output, is_quick=quick, on_timescale=timescale)
    show(report, console)
    if report.failures:
        raise typer.Exit(1)


def _chosen(prefixes: Sequence[str]) -> set[str]:
    for prefix in prefixes:
        if not any(name.startswith(prefix) for name in NAMES):
            raise typer.BadParameter(f"no row begins with {prefix!r}; there are {', '.join(NAMES)}")
    return {name for name in NAMES if name.startswith(tuple(prefixes))}


def _progress(console: Console) -> Progress:
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=True)


def _run(
    names: Set[str],
    sizes: Sizes,
    progress: Progress,
    output: Path,
    *,
    is_quick: bool,
    on_timescale: bool,
) -> Report:
    began, load = datetime.now(UTC), os.getloadavg()[0]
    starting = progress.add_task("starting a platform", total=None)
    with (
        platform_on_timescale(SETTINGS) if on_timescale else running_platform(SETTINGS) as platform
    ):
        progress.update(starting, description="provisioning", total=ORGANIZATIONS * GATEWAYS)
        tenants = equip(platform, lambda: progress.advance(starting))
        progress.remove_task(starting)

        async def measure() -> Report:
            async with opened(platform, sizes, tenants) as stand:
                machine = await describe_machine(stand.admin, load)
                report = Report(machine=machine, started_at=began, is_quick=is_quick)
                await _fill(report, stand, names, progress, output)
                return report

        return uvloop.run(measure())


async def _fill(
    report: Report, stand: Stand, names: Set[str], progress: Progress, output: Path
) -> None:
    """Written after each topic: what was measured outlives what comes after it."""
    await yardstick.yardstick(stand)()  # the first COPY of all is slower: caches, catalogue, files
    for make_topic in TOPICS:
        topic = make_topic(stand)
        if names & set(topic.names):
            report.rows += await measured(topic, names, progress)
            report.seconds = (datetime.now(UTC) - report.started_at).total_seconds()
            report.machine.load_after = os.getloadavg()[0]
            write(report, output)


if __name__ == "__main__":
    typer.run(main)

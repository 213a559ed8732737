"""`holdfast doctor`: how the time-series core is doing, what is wrong or open, how to mend it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import msgspec
from rich.console import Console
from rich.table import Table

from app.operations import exposure
from app.operations.backup_files import fault_of_backups
from app.operations.timeseries_health import HealthFinding, findings, lags
from app.settings import Settings
from db.connections.sessions import open_database
from db.rollups import retention


class Report(msgspec.Struct, rename="camel"):
    """What `--json` prints. `health` is null when the database could not be asked."""

    is_well: bool
    findings: list[HealthFinding]
    health: dict[str, Any] | None
    tenants_over_retention: int | None


def examine(settings: Settings, *, as_json: bool) -> int:
    """Print how things stand; 0 if all is well, 1 if not."""
    report = asyncio.run(_report(settings))
    if as_json:
        print(msgspec.json.encode(report).decode())  # noqa: T201 - what was asked for, for programs
    else:
        _show(report, timedelta(seconds=settings.retention.rollup_settle_seconds))
    return 0 if report.is_well else 1


async def _report(settings: Settings) -> Report:
    try:
        async with open_database(
            settings.database.url, pool_size=1, statement_timeout_seconds=60
        ) as database:
            health = await retention.health(database.pool)
            over = await retention.tenants_over_retention(database.pool)
            exposed = await exposure.exposure_of(database.pool)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        unreachable = HealthFinding(
            f"the database can't be asked: {type(error).__name__}",
            "Is PostgreSQL running, is HOLDFAST_DATABASE_URL right, and did `holdfast migrate` run?",
        )
        return Report(False, [unreachable, *exposure.findings(settings, None)], None, None)
    wrong = list(
        findings(
            health,
            settle=timedelta(seconds=settings.retention.rollup_settle_seconds),
            retention=timedelta(days=settings.retention.readings_days),
            tenants_over_retention=over,
        )
    )
    wrong += exposure.findings(settings, exposed)
    if fault := fault_of_backups(settings.backups, datetime.now(UTC)):
        wrong.append(
            HealthFinding(fault, "The supervisor's log `backup.log` says why; is the disk there?")
        )
    return Report(not wrong, wrong, health, over)


def _show(report: Report, settle: timedelta) -> None:
    console = Console(highlight=False)
    if report.health is not None:
        console.print(_figures(report.health, settle, report.tenants_over_retention or 0))
    for finding in report.findings:
        console.print(f"[red]✗[/red] {finding.what}\n  {finding.mend}")
    if report.is_well:
        console.print("[green]✓[/green] All is well.")


def _figures(health: dict[str, Any], settle: timedelta, over: int) -> Table:
    partitions, pending, readings = (
        health["partitions"],
        health["invalidations"],
        health["readings"],
    )
    table = Table("what", "how it stands", box=None, title="Time-series core", title_justify="left")
    table.add_row("backend", f"{health['backend']}, PostgreSQL {health['server']}")
    if "timescale" in health:
        timescale = health["timescale"]
        table.add_row(
            "TimescaleDB", f"{timescale['version']}, {timescale['columnar']} days are columns"
        )
    for lag in lags(health, settle=settle):
        table.add_row(
            f"rollups {lag.tier}",
            f"to {lag.materialised_to:%Y-%m-%d %H:%M} UTC, {timedelta(seconds=round(lag.behind_seconds))} behind",
        )
    table.add_row(
        "late readings",
        f"{pending['pending']} entries wait, the oldest for {round(pending['oldestSeconds'])} s",
    )
    table.add_row(
        "partitions",
        f"{partitions['count']} days, {partitions['oldest']} to {partitions['newest']}, "
        f"{partitions['missingAhead']} missing ahead",
    )
    table.add_row("readings", f"{_megabytes(readings['bytes'])}, about {readings['rows']:,} rows")
    for found in health["tables"]:
        table.add_row(
            found["name"],
            f"{_megabytes(found['bytes'])}, {found['rows']:,} rows, {found['deadRows']:,} dead",
        )
    table.add_row("over retention", f"{over} organizations")
    return table


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"

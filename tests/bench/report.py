"""The table for people and bench.json for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from tests.bench.fleet_lists import ENOUGH_MS
from tests.bench.machine import Machine
from tests.bench.results import Row, Spread

TABLE_COLUMNS = 160


class Report(msgspec.Struct, kw_only=True):
    machine: Machine
    started_at: datetime
    seconds: float = 0
    is_quick: bool
    rows: list[Row] = []

    @property
    def failures(self) -> list[Row]:
        return [row for row in self.rows if row.failure]


def write(report: Report, path: Path) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")


def show(report: Report, console: Console) -> None:
    console.print(_table(report.rows))
    console.print(
        "Median (lowest–highest). CPU: milliseconds for 1,000 readings or requests, of the api, broker or bare server"
        " · of PostgreSQL's backends · the load client's share of one core.",
        style="dim",
    )
    console.print(str(report.machine), style="dim")
    for row in report.failures:
        console.print(f"{row.name} failed: {row.failure}", style="red", markup=False)


def _table(rows: Sequence[Row]) -> Table:
    table = Table(title="Holdfast, as ratios to limits measured in the same run")
    table.add_column("row", no_wrap=True)
    table.add_column("what")
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("limit", justify="right")
    table.add_column("ratio", justify="right", no_wrap=True, style="bold")
    table.add_column("CPU", justify="right", no_wrap=True)
    table.add_column("more")
    for row in rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: Row) -> tuple[str, ...]:
    if row.skipped:
        return row.name, row.title, "", row.limit_title, "", "", row.skipped
    if not row.measured:
        return row.name, row.title, "", row.limit_title, "", "", "failed"
    limit = f"{row.limit_title}\n{_spread(row.limit)}" if row.limit else ""
    direction = " ↓" if row.is_lower_better else ""
    ratio = _spread(row.ratio) + direction if row.ratio else ""
    return (
        row.name,
        row.title,
        f"{_spread(row.measured)}\n{row.unit}",
        limit,
        ratio,
        _cpu(row),
        _more(row),
    )


def _spread(spread: Spread | None) -> str:
    if spread is None:
        return ""
    if spread.low == spread.high:
        return _number(spread.median)
    return f"{_number(spread.median)} ({_number(spread.low)}–{_number(spread.high)})"


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _cpu(row: Row) -> str:
    details = row.details
    if "server_cpu_ms_per_1000" not in details:
        return ""
    server, backends, client = (
        details[name]
        for name in ("server_cpu_ms_per_1000", "backend_cpu_ms_per_1000", "client_cpu_percent")
    )
    return f"{server:.1f} · {backends:.1f} · {client:.0f} %"


def _more(row: Row) -> str:
    return f"failed after {row.repetitions}; " * bool(row.failure) + _seen(row)


def _seen(row: Row) -> str:
    details = row.details
    if "screen_p95_ms" in details:
        return (
            f"screen p50 {_number(details['screen_p50_ms'])}, p95 {_number(details['screen_p95_ms'])}; PUBACK p50 "
            f"{_number(details['puback_p50_ms'])}, p95 {_number(details['puback_p95_ms'])} ms; "
            f"api at {details['api_cpu_percent']:.0f} % of a core"
        )
    if "puback_p50_ms" in details:
        waits = f"PUBACK p50 {_number(details['puback_p50_ms'])}, p95 {_number(details['puback_p95_ms'])} ms"
        limit = row.limit_details.get("client_cpu_percent", 0)
        # Near 100 % the load client is what was measured, and the limit lies higher.
        if "upload_readings_per_second" in details:
            return waits + f"; uploaded at {details['upload_readings_per_second']:,.0f}/s"
        return waits + (
            f"; at the limit the client takes {limit:.0f} %" if row.unit == "PUBACKs/s" else ""
        )
    if "caught_up_seconds" in details:
        rate, seconds = (
            details[name] for name in ("flood_readings_per_second", "caught_up_seconds")
        )
        return f"at {rate:,.0f} readings/s; {_number(seconds)} s after them nothing is stale"
    if "retries" in details:
        return f"{details['retries']:.0f} transactions done again"
    if "own_cpu_ms" in details:
        return f"{_number(details['own_cpu_ms'])} ms of CPU here; a PING {_number(details['ping_ms'])} ms"
    if "half_p50_ms" in details:
        return (
            f"p50 {_number(details['half_p50_ms'])}, p99 {_number(details['half_p99_ms'])} ms; "
            f"{_number(details['half_per_second'])} readings/s"
        )
    if "trip_p50_ms" in details:
        return f"p50 {_number(details['trip_p50_ms'])} ms"
    if "group_seconds" in details:
        seconds, broker, worker = (
            details[name] for name in ("group_seconds", "broker_mb", "group_worker_mb")
        )
        return f"{seconds:.0f} s; broker at most {broker:.0f} MB, worker {worker:.0f} MB"
    if "worker_peak_mb" in details:
        peak, cpu, size = (
            details[name] for name in ("worker_peak_mb", "worker_cpu_seconds", "file_mb")
        )
        return f"worker at most {peak:.0f} MB, {cpu:.1f} s of its CPU; a file of {size:.0f} MB"
    if "questions" in details:
        within, questions, typical = (
            details[name] for name in ("questions_within", "questions", "typical_ms")
        )
        return f"{within:.0f} of {questions:.0f} within {ENOUGH_MS} ms; half of them within {_number(typical)}"
    if "p50_ms" in details:
        return _waits(row) + _scans(details) + _flood(details)
    if "answer_bytes" in details:
        return f"{details['answer_bytes'] / 1000:,.0f} kB"
    return ""


def _waits(row: Row) -> str:
    waits = f"p50 {_number(row.details['p50_ms'])}"
    if "p50_ms" in row.limit_details:
        waits += f", against {_number(row.limit_details['p50_ms'])}"
    return f"{waits} ms"


def _scans(details: dict[str, float]) -> str:
    return "; by a sequential scan" if details.get("sequential_scans") else ""


def _flood(details: dict[str, float]) -> str:
    if "refused_per_second" not in details:
        return ""
    allowed, refused, cpu = (
        details[name] for name in ("allowed_per_second", "refused_per_second", "api_cpu_percent")
    )
    return f"; of the flood {allowed:,.0f}/s answered, {refused:,.0f}/s refused; api at {cpu:.0f} % of a core"

"""What the demonstration shows: the platform's figures, and its devices."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from collections.abc import Sequence
from datetime import timedelta

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from app.demo.device import DemoDevice
from app.demo.figures import RECENT_SECONDS, SAMPLES, Figures
from app.demo.fleet import REPEATED_EACH, Fleet

REFRESH_SECONDS = 0.5
LINE_SECONDS = 5.0  # where there is no terminal
DEVICE_WIDTH = 40  # of a device's cell: two in 80 columns
FIGURES_WIDTH = 30  # beside the sparkline
LINES_BESIDES_DEVICES = 20  # the figures, and room for what stands above them
BARS, ASCII_BARS = " ▁▂▃▄▅▆▇█", " .:-=+*#@"


def sparkline(values: Sequence[float], bars: str = BARS) -> str:
    """A bar for each value; only nothing is blank. The usual is half the height, so a peak doesn't
    flatten it."""
    full = 2 * statistics.median([value for value in values if value > 0] or [1])
    return "".join(
        bars[min(math.ceil(value / full * (len(bars) - 1)), len(bars) - 1)] for value in values
    )


async def show(console: Console, fleet: Fleet, figures: Figures) -> None:
    """Until cancelled: a screen that is kept up to date, or a line now and then where there is no
    terminal."""
    if not console.is_terminal or console.is_dumb_terminal:
        while True:
            await asyncio.sleep(LINE_SECONDS)
            console.print(line(fleet, figures), soft_wrap=True, highlight=False)
    screen = Screen(fleet, figures)
    with Live(
        console=console, auto_refresh=False, get_renderable=lambda: screen.render(console)
    ) as live:
        while True:
            live.refresh()
            await asyncio.sleep(REFRESH_SECONDS)


def line(fleet: Fleet, figures: Figures) -> str:
    """The figures in plain words."""
    now = figures.now
    return (
        f"{fleet.connected} of {len(fleet.devices)} devices connected, {figures.rate():,.0f} readings/s, "
        f"{now.accepted:,.0f} accepted, {now.duplicates:,.0f} duplicates, {now.quarantined:,.0f} quarantined, "
        f"p95 {_milliseconds(figures.commit_quantile(0.95))} to commit, "
        f"{_milliseconds(fleet.acknowledgements.quantile(0.95, RECENT_SECONDS))} to PUBACK"
    )


class Screen:
    """The figures and the devices, as large as the terminal allows."""

    def __init__(self, fleet: Fleet, figures: Figures) -> None:
        self._fleet = fleet
        self._figures = figures
        self._began = time.monotonic()

    def render(self, console: Console) -> RenderableType:
        width, height = console.size
        bars = ASCII_BARS if console.options.ascii_only else BARS
        return Group(
            "", self._title(), "", self._table(width, bars), "", self._devices(width, height)
        )

    def _title(self) -> Text:
        connected, devices = self._fleet.connected, len(self._fleet.devices)
        colour = "bold green" if connected == devices else "bold yellow"
        return Text.assemble(
            (f"{connected} of {devices} devices connected", colour),
            (f"    running for {timedelta(seconds=int(time.monotonic() - self._began))}", "dim"),
            ("    Ctrl-C stops everything", "dim"),
            no_wrap=True,
        )

    def _table(self, width: int, bars: str) -> Table:
        now, figures = self._figures.now, self._figures
        puback = self._fleet.acknowledgements.quantile(0.95, RECENT_SECONDS)
        rates = figures.rates()[-max(min(SAMPLES, width - FIGURES_WIDTH), 1) :]
        table = Table.grid(padding=(0, 3, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(justify="right", style="bold", min_width=10, no_wrap=True)
        table.add_column(style="dim", no_wrap=True)
        for row in (
            ("readings/s", f"{figures.rate():,.0f}", Text(sparkline(rates, bars), "green not dim")),
            ("accepted", f"{now.accepted:,.0f}", "since the start"),
            (
                "duplicates",
                f"{now.duplicates:,.0f}",
                f"1 in {REPEATED_EACH} is sent twice, and kept once",
            ),
            (
                "quarantined",
                f"{now.quarantined:,.0f}",
                f"1 in {1 / self._fleet.mistaken:,.0f} is bad, and kept aside",
            ),
            (
                "p95",
                _milliseconds(figures.commit_quantile(0.95)),
                "from arrival to commit, in the platform",
            ),
            ("", _milliseconds(puback), "from publish to PUBACK, at the devices"),
        ):
            table.add_row(*row)
        return table

    def _devices(self, width: int, height: int) -> Table:
        columns = max(width // DEVICE_WIDTH, 1)
        shown = self._fleet.devices[: columns * max(height - LINES_BESIDES_DEVICES, 0)]
        table = Table.grid(expand=False)
        for _ in range(columns):
            table.add_column(width=min(DEVICE_WIDTH, width))
        rows = -(-len(shown) // columns)
        for row in range(rows):  # column by column, as a newspaper is read
            table.add_row(*(_device(device) for device in shown[row::rows]))
        if hidden := len(self._fleet.devices) - len(shown):
            table.add_row(Text(f"and {hidden:,} more", "dim"))
        return table


def _device(device: DemoDevice) -> Text:
    mark = ("● ", "green") if device.is_connected else ("○ ", "yellow")
    return Text.assemble(
        mark, f"{device.name[:21]:21} {device.latest:>13}", no_wrap=True, overflow="crop"
    )


def _milliseconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds * 1000:,.1f} ms"

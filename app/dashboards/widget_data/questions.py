"""What each widget asks: of which sensors, and by which buckets. Pure, but for the grids' zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.core.errors import Problem
from app.dashboards.dashboards.documents import COLUMNS, DashboardWidget, WidgetSeries
from app.dashboards.widget_data.schemas import WidgetProblem
from app.telemetry.aggregates.buckets import edges
from app.telemetry.aggregates.cost import BUCKETS_MAX, POINTS_MAX, check_bucket_count
from app.telemetry.aggregates.filling import Fill
from app.telemetry.aggregates.functions import DELTA, RATE, SHARES
from app.telemetry.aggregates.intervals import AUTO, Interval, interval, shortest
from app.telemetry.aggregates.series import Grid, Wanted
from db.queries.dashboards import SensorPlace

SENSORS_MAX = 200  # of a dashboard
SENSORS_OF_WIDGET = 20
DEVICES_OF_WIDGET = 1_000
ALERTS_OF_WIDGET = 50
STATES_MAX = 500  # of one sensor

# Widgets share grids where their numbers of points are the same; few numbers, many shared.
_POINTS = (50, 100, 200, 400, 800, 1_600, 3_200)
_MINUTE = timedelta(minutes=1)
_BY_BUCKETS = frozenset({"LINE_CHART", "STATE_TIMELINE", "STAT", "GAUGE", "TABLE", "DEVICE"})
_ONE_BUCKET = frozenset({"STAT", "GAUGE", "TABLE"})
_FROM_READINGS = frozenset({*SHARES, DELTA, RATE})


@dataclass(frozen=True)
class AskedRange:
    """[start, end), of which only what begins at `since` is answered; `width` in pixels."""

    start: datetime
    end: datetime
    since: datetime
    zone: ZoneInfo
    width: int


@dataclass(frozen=True)
class AskedSeries:
    """One series of a widget with one sensor that it comes to."""

    number: int
    series: WidgetSeries
    sensor: SensorPlace


@dataclass
class AskedWidget:
    """A widget with the sensors that it shows, and what became of asking."""

    widget: DashboardWidget
    shown: list[AskedSeries] = field(default_factory=list)
    is_truncated: bool = False
    problem: WidgetProblem | None = None

    def refuse(self, error: Problem) -> None:
        self.problem = WidgetProblem(error.code, error.detail or "")

    @property
    def shows_alerts(self) -> bool:
        return self.problem is None and self.widget.type == "ALERT_LIST"

    @property
    def latest(self) -> list[AskedSeries]:
        """Those of which the newest reading is shown."""
        if self.problem or self.widget.type not in {*_ONE_BUCKET, "DEVICE"}:
            return []
        return [each for each in self.shown if _is_latest(self.widget, each)]

    @property
    def states(self) -> list[AskedSeries]:
        """Those of which changes of text are shown."""
        if self.problem or self.widget.type != "STATE_TIMELINE":
            return []
        return [each for each in self.shown if each.sensor.value_type == "TEXT"]

    @property
    def by_buckets(self) -> list[AskedSeries]:
        """Those of which buckets are shown."""
        if self.problem or self.widget.type not in _BY_BUCKETS:
            return []
        if self.widget.type == "DEVICE":
            return self.shown
        if self.widget.type in _ONE_BUCKET:
            return [each for each in self.shown if not _is_latest(self.widget, each)]
        return [each for each in self.shown if each.sensor.value_type != "TEXT"]


def _is_latest(widget: DashboardWidget, asked: AskedSeries) -> bool:
    is_text = asked.sensor.value_type == "TEXT"
    return widget.type == "DEVICE" or is_text or asked.series.function == "last"


def asked_of(
    widgets: Sequence[DashboardWidget], found: Sequence[Sequence[SensorPlace]]
) -> list[AskedWidget]:
    """Each widget with its sensors, of what each series came to: SENSORS_OF_WIDGET of one, and
    SENSORS_MAX of all."""
    answers = iter(found)
    asked, left = [], SENSORS_MAX
    for widget in widgets:
        meant = list(_meant(widget, answers))
        room = min(SENSORS_OF_WIDGET, left)
        asked.append(AskedWidget(widget, meant[:room], is_truncated=len(meant) > room))
        left -= len(meant[:room])
    return asked


def _meant(
    widget: DashboardWidget, answers: Iterator[Sequence[SensorPlace]]
) -> Iterator[AskedSeries]:
    for number, series in enumerate(widget.series):
        for sensor in next(answers):
            yield AskedSeries(number, series, sensor)


class WholeRange(Grid):
    """One bucket, cut by nothing but its range."""

    @property
    def step(self) -> None:
        return None


class Grids:
    """The buckets that widgets are drawn by; those that come to the same are one."""

    def __init__(self, asked: AskedRange, series_count: int) -> None:
        self._asked = asked
        # So many that all series together stay within what one question may have.
        self._most_points = max(POINTS_MAX // max(series_count, 1) // 2, _POINTS[0])
        self._made: dict[str, Grid] = {}

    def of(self, widget: DashboardWidget, series: WidgetSeries) -> Grid:
        """Raises Unprocessable where an interval of the widget's own has too many buckets."""
        if widget.type in _ONE_BUCKET:
            return self._one_bucket()
        if series.interval == AUTO:
            return self._cut(shortest(self._asked.end - self._asked.start, self._points(widget)))
        return self._cut(interval(series.interval))

    def _points(self, widget: DashboardWidget) -> int:
        pixels = min(self._asked.width * widget.width // COLUMNS, self._most_points)
        return max((points for points in _POINTS if points <= pixels), default=_POINTS[0])

    def _cut(self, width: Interval) -> Grid:
        asked, key = self._asked, width.text
        if key not in self._made:
            start = max(asked.start, asked.since)
            found = edges(width, asked.zone, start, asked.end, most=BUCKETS_MAX)
            check_bucket_count([len(found) - 1], start, asked.end)
            self._made[key] = Grid(width, asked.zone.key, start, asked.end, found)
        return self._made[key]

    def _one_bucket(self) -> Grid:
        """The whole range; as wide as whole minutes, so that rollups answer."""
        asked, key = self._asked, "the range"
        if key not in self._made:
            minutes = -((asked.start - asked.end) // _MINUTE)
            width = Interval(f"PT{minutes}M", length=minutes * _MINUTE)
            bounds = [asked.start, asked.end]
            self._made[key] = WholeRange(width, asked.zone.key, asked.start, asked.end, bounds)
        return self._made[key]


def wanted_of(asked: AskedSeries, grid: Grid) -> Wanted:
    function = "last" if asked.sensor.value_type == "BOOLEAN" else asked.series.function
    return Wanted(asked.sensor.id, (function,), grid, Fill(asked.series.fill))


def share_of_readings(wanted: Wanted) -> float:
    """Which part of the readings of its range are looked at one by one; rollups give the rest."""
    if not _FROM_READINGS.isdisjoint(wanted.functions):
        return 1.0
    if wanted.grid.interval.length % _MINUTE:
        return min(1.0, _MINUTE / wanted.grid.interval.length)
    return 0.0

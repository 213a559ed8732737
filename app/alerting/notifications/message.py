"""What a message says, in words: the same for every channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from db.queries.alert_outbox import AlertDetails

LINES_MAX = 20
SEVERITIES = ("INFO", "WARNING", "CRITICAL")

_WORDS = {
    "FIRED": "Alert",
    "SEVERITY": "Changed",
    "RESOLVED": "Resolved",
    "REFUTED": "Taken back",
    "REOPENED": "Open again",
    "ACKNOWLEDGED": "Acknowledged",
    "REPEAT": "Still open",
    "ESCALATED": "Unanswered",
    "FLAPPING": "Flapping",
    "DIGEST": "Held back",
    "TEST": "Test",
}
_ENDED = ("RESOLVED", "REFUTED")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    """What became of one alert. Names are those of now; None where the thing is gone."""

    alert_id: UUID
    rule_id: UUID
    cause: str
    severity: str
    occurred_at: datetime
    details: AlertDetails
    site: str | None = None
    device: str | None = None
    sensor: str | None = None
    footage_url: str | None = None
    """Where what cameras saw of it is shown; None where none was asked."""

    @property
    def has_ended(self) -> bool:
        return self.cause in _ENDED or self.details.ended_at is not None

    @property
    def place(self) -> str:
        return " / ".join(name for name in (self.site, self.device, self.sensor) if name)

    @property
    def value(self) -> str:
        value = self.details.value
        if value is None:
            return ""
        shown = f"{value:g}" if isinstance(value, float) else str(value).lower()
        shown = str(value) if isinstance(value, str) else shown
        return f"{shown} {self.details.unit or ''}".strip()

    @property
    def line(self) -> str:
        """ "Resolved: Too warm · Depot / room 3 · 9.4 °C · 09:15:00 to 09:32:10"."""
        parts = [self.details.rule_name, self.place, self.value, self.span]
        return f"{_WORDS[self.cause]}: {' · '.join(part for part in parts if part)}"

    @property
    def span(self) -> str:
        """When it was, in event time: a message may come later."""
        begin = _time(self.details.started_at)
        ended = self.details.ended_at
        return f"since {begin}" if ended is None else f"from {begin} to {_time(ended)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMessage:
    """`id` is the same at every attempt. `news` in the order in which they came; `held_back` says
    how many more a digest stands for."""

    id: UUID
    cause: str
    severity: str
    created_at: datetime
    news: Sequence[AlertLine] = field(default=())
    held_back: int = 0
    text: str = ""

    @property
    def title(self) -> str:
        return f"[{self.severity}] {self._said}"

    @property
    def _said(self) -> str:
        if not self.news:
            return self.text or f"{self.held_back} messages were held back within an hour"
        alerts = latest(self.news)
        first = alerts[-1]
        if len(alerts) == 1:
            return first.line
        at = f" at {first.site}" if first.site else ""
        return f"{_WORDS[self.cause]}: {first.details.rule_name} · {len(alerts)} alerts{at}"

    @property
    def lines(self) -> list[str]:
        """LINES_MAX at most, the rest counted."""
        alerts = latest(self.news)
        told = [news.line for news in alerts[:LINES_MAX]]
        more = len(alerts) - len(told)
        return [*told, f"and {more} more"] if more else told

    @property
    def footage_urls(self) -> list[str]:
        """Of its alerts that cameras were asked about, as many as are told."""
        alerts = latest(self.news)[:LINES_MAX]
        return [news.footage_url for news in alerts if news.footage_url is not None]


def latest(news: Sequence[AlertLine]) -> list[AlertLine]:
    """What each alert came to, in the order in which they were first told of."""
    by_alert: dict[UUID, AlertLine] = {}
    for each in news:
        by_alert[each.alert_id] = each
    return list(by_alert.values())


def highest(severities: Sequence[str]) -> str:
    return max(severities, key=SEVERITIES.index)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")

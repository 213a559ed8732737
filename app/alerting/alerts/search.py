"""Which alerts are asked for: conditions, each with an index for its order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal_column, select

from app.alerting.alerts.schemas import AlertGravity, AlertStatus
from app.core.errors import Malformed
from app.core.wire import instant
from app.fleet.search import any_of
from db.models import Alert

SORTS = {
    "firedAt": Alert.fired_at,
    "changedAt": Alert.changed_at,
}
# Not as a parameter: only so does PostgreSQL know that an index of those alone will do.
_RESOLVED: ColumnElement[str] = literal_column("'RESOLVED'")


@dataclass(frozen=True, kw_only=True)
class AlertFilter:
    """Every condition given must hold; of `statuses` and `severities` any. `start` and `end` are of
    the firing, in event time; `changed_from` is of our own clock."""

    statuses: Sequence[AlertStatus] = ()
    severities: Sequence[AlertGravity] = ()
    rule_id: UUID | None = None
    device_id: UUID | None = None
    sensor_id: UUID | None = None
    site_id: UUID | None = None
    start: datetime | None = None
    end: datetime | None = None
    changed_from: datetime | None = None
    is_open: bool | None = None
    includes_refuted: bool = False


def wanted_alerts(wanted: AlertFilter) -> Select[Alert]:
    """Raises Malformed for times that nobody could have meant."""
    return select(Alert).where(*_conditions(wanted))


def _conditions(wanted: AlertFilter) -> Iterator[ColumnElement[bool]]:
    for name in ("rule_id", "device_id", "sensor_id", "site_id"):
        if (id_ := getattr(wanted, name)) is not None:
            yield getattr(Alert, name) == id_
    if wanted.severities:
        yield any_of(Alert.severity, wanted.severities)
    if wanted.statuses:
        yield any_of(Alert.status, wanted.statuses)
        if AlertStatus.RESOLVED not in wanted.statuses:
            yield Alert.status != _RESOLVED
    if not wanted.includes_refuted:
        yield Alert.refuted_at.is_(None)
    if wanted.is_open is not None:
        is_open = Alert.ended_at.is_(None) & Alert.refuted_at.is_(None)
        yield is_open if wanted.is_open else ~is_open
    yield from _of_times(wanted)


def _of_times(wanted: AlertFilter) -> Iterator[ColumnElement[bool]]:
    start = None if wanted.start is None else instant(wanted.start, "from")
    end = None if wanted.end is None else instant(wanted.end, "to")
    if start is not None and end is not None and start >= end:
        raise Malformed("from must be before to")
    if start is not None:
        yield Alert.fired_at >= start
    if end is not None:
        yield Alert.fired_at < end
    if wanted.changed_from is not None:
        yield Alert.changed_at >= instant(wanted.changed_from, "recordedFrom")

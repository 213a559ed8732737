from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from app.alerting.ids import ALERT, AlertId
from app.core.documentation import described
from app.core.wire import Moment, Read
from app.fleet.ids import SENSOR, DeviceId, SensorId
from ingest.alerting.definition import AlertSeverity


class RuleState(StrEnum):
    """WAITING: nothing has come yet to decide by. PENDING: it holds, not yet for long enough, or
    too soon after the last alert. RECOVERING: it doesn't hold any more, not yet for long enough."""

    WAITING = "WAITING"
    QUIET = "QUIET"
    PENDING = "PENDING"
    FIRING = "FIRING"
    RECOVERING = "RECOVERING"


_STATE = described("Where the rule stands.", "FIRING")
_SEVERITY = described("Of the level that is meant; null of one that is quiet.", "WARNING")


class AlertRuleStateRead(Read, kw_only=True):
    """Where a rule stands for one of its sensors, or devices. Times are event time."""

    sensor_id: Annotated[SensorId | None, described("Null of a rule about devices.", SENSOR)]
    device_id: DeviceId
    state: Annotated[RuleState, _STATE]
    severity: Annotated[AlertSeverity | None, _SEVERITY]
    since: Annotated[Moment, described("Since when.", "2026-11-23T09:15:00Z")]
    due: Annotated[
        Moment | None,
        described("When that ends by itself, if nothing else comes: it fires, or is over.", None),
    ]
    version: Annotated[int, described("The rule's version that decides.", 3)]
    alert_id: Annotated[AlertId | None, described("The alert that is open.", ALERT)]


class AlertRuleTransition(Read, kw_only=True):
    """Where the rule stood from this moment on."""

    at: Annotated[Moment, described("When, in event time.", "2026-11-23T09:15:00Z")]
    state: Annotated[RuleState, _STATE]
    severity: Annotated[AlertSeverity | None, _SEVERITY]

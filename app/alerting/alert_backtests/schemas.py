from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from app.accounts.auth.schemas import Principal
from app.alerting.alert_rules.schemas import AlertRuleContent, Severity
from app.alerting.ids import ALERT_RULE, AlertBacktestId, AlertRuleId
from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Instant, Moment, Read
from app.fleet.ids import SENSOR, DeviceId, SensorId

_BACKGROUND = described(
    "As a job: answered with 202 and how far it is, later under that answer's Location. A test of "
    "more than 1,000 sensors is one in any case. Needs alert-rules:write, too.",
    False,
)


class BacktestRange(Body):
    """Over what a rule is tested, and as what: as it is in force if `rule` is left out."""

    from_: Annotated[
        Instant, described("Start of the range, included.", "2026-11-01T00:00:00Z")
    ] = msgspec.field(name="from")
    to: Annotated[Instant, described("Its end, not included.", "2026-11-24T00:00:00Z")]
    rule: Annotated[
        AlertRuleContent | None, described("As it would be, compared with what it is.", None)
    ] = None
    background: Annotated[bool, _BACKGROUND] = False


class BacktestRequest(Body):
    """A rule that isn't there, and over what it is tested."""

    rule: Annotated[AlertRuleContent, described("As it would be.")]
    from_: Annotated[
        Instant, described("Start of the range, included.", "2026-11-01T00:00:00Z")
    ] = msgspec.field(name="from")
    to: Annotated[Instant, described("Its end, not included.", "2026-11-24T00:00:00Z")]
    background: Annotated[bool, _BACKGROUND] = False


class BacktestAlert(Read):
    """An alert that it would have found."""

    sensor_id: Annotated[SensorId | None, described("Null of one about a device.", SENSOR)]
    device_id: Annotated[
        DeviceId | None, described("Of a rule about devices; null of one about sensors.", None)
    ]
    severity: Severity
    started_at: Annotated[Moment, described("Since when it held.", "2026-11-23T09:10:00Z")]
    fired_at: Annotated[
        Moment, described("When it had held for long enough.", "2026-11-23T09:15:00Z")
    ]
    ended_at: Annotated[
        Moment | None, described("When it was over; null at the range's end.", None)
    ]
    peak: Annotated[
        float | None,
        described("The value that went farthest; null where none is farther than others.", 9.5),
    ]


class BacktestDifference(Read):
    """How many alerts there are that the version in force doesn't find in the same readings, how
    many it finds that there aren't, and how many have other times or severities. Without such a
    version, all are new."""

    added: Annotated[int, described("New.", 3)]
    removed: Annotated[int, described("No more.", 0)]
    moved: Annotated[int, described("Otherwise.", 1)]


class BacktestSensor(Read, kw_only=True):
    """What became of one sensor, or device."""

    sensor_id: Annotated[SensorId | None, described("Null of a device.", SENSOR)]
    device_id: Annotated[DeviceId | None, described("Of a rule about devices.", None)]
    count: Annotated[int, described("How many alerts.", 4)]
    firing_seconds: Annotated[float, described("How long they lasted.", 5400.0)]
    messages: Annotated[int, described("How many messages that would have been.", 8)]
    difference: BacktestDifference


class BacktestSums(Read, kw_only=True):
    """How much a rule would have found in what is stored now."""

    count: Annotated[
        int,
        described(
            "How many alerts; at most somewhat over 100,000 are counted, by a job of each sensor.",
            4,
        ),
    ]
    firing_seconds: Annotated[float, described("How long all of them lasted.", 5400.0)]
    messages: Annotated[
        int,
        described("How many messages that would have been, ungrouped and unmuted.", 8),
    ]
    difference: BacktestDifference
    truncated: Annotated[bool, described("Whether there are more than `alerts` shows.", False)]
    sensors: Annotated[int, described("On how many, or on how many devices, it was tested.", 1)]
    readings: Annotated[int, described("How many were read.", 8640)]


class BacktestResult(BacktestSums, kw_only=True):
    """What a rule would have found in what is stored now."""

    alerts: Annotated[
        list[BacktestAlert],
        described("By sensor and time, the first 1,000; the first 200 of a job."),
    ]
    by_sensor: Annotated[
        list[BacktestSensor],
        described("Those with alerts or differences that fired for longest first, at most 100."),
    ]


BacktestStatus = Literal["PENDING", "RUNNING", "SUCCEEDED", "FAILED"]


class AlertBacktestRead(Read, kw_only=True):
    """A back-test as a job, as far as it is."""

    id: AlertBacktestId
    rule_id: Annotated[
        AlertRuleId | None,
        described("Compared with this one; null of a rule that isn't there.", ALERT_RULE),
    ]
    rule: Annotated[AlertRuleContent, described("What is tested.")]
    from_: Annotated[Moment, described("Start of the range.", "2026-11-01T00:00:00Z")] = (
        msgspec.field(name="from")
    )
    to: Annotated[Moment, described("Its end, not included.", "2026-11-24T00:00:00Z")]
    status: Annotated[
        BacktestStatus,
        described(
            "PENDING until a worker is free; FAILED has what it found until then.", "RUNNING"
        ),
    ]
    progress: Annotated[float, described("From 0 to 1, by sensors.", 0.4)]
    result: Annotated[BacktestSums | None, described("So far; null before there is anything.")]
    failure: Annotated[str | None, described("Why it failed, if it did.", None)]
    created_by: Principal
    created_at: CreatedAt
    started_at: Annotated[Moment | None, described("When it began.", "2026-11-24T09:00:01Z")]
    ended_at: Annotated[Moment | None, described("When it ended.", "2026-11-24T09:01:02Z")]
    expires_at: Annotated[
        Moment,
        described("When it is deleted, a day after it was asked for.", "2026-11-25T09:00:00Z"),
    ]

    def path(self) -> str:
        return f"/api/v1/alert-backtests/{self.id}"


class AlertBacktestDetail(AlertBacktestRead, kw_only=True):
    """A back-test as a job, with the first alerts and the worst sensors that it has found so
    far."""

    result: Annotated[BacktestResult | None, described("So far; null before there is anything.")]

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from app.alerting.notifications.policy import SuppressedReason
from app.core.documentation import described, example_id
from app.core.wire import CreatedAt, Moment, Read

_REASONS = {
    "CHANNEL_GONE": "the channel was deleted",
    "CHANNEL_DISABLED": "it is not enabled",
    "BELOW_SEVERITY": "the rule wants it told from a higher severity on",
    "ENDED_LONG_AGO": "it was over for long when it was found",
    "MUTED": "a mute was in force",
    "MAINTENANCE": "so was a maintenance window",
    "NOT_TOLD": "the channel was never told that it fired",
    "NOT_RISEN": "the severity is not above what was told",
    "FLAPPING": "alerts of this sensor come and go; that was told once",
    "REFUTED": "late data had shown that it never was",
    "ENDED": "it was over before its time came",
    "ACKNOWLEDGED": "somebody took it on before its time came",
    "HELD_BACK": "the channel had sent as much as it may in an hour; a digest tells of it",
}


class NotificationStatus(StrEnum):
    """PENDING until its time has come and the receiver has taken it; then SENT, or FAILED when it
    never did. SUPPRESSED: not sent, for a reason."""

    PENDING = "PENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    SUPPRESSED = "SUPPRESSED"


class NotificationRead(Read):
    """One line of the delivery log: what became of an alert, and whether a channel was told."""

    id: Annotated[UUID, described("The notification.", example_id("notification"))]
    alert_id: Annotated[
        UUID | None, described("Null of a digest and of a test.", example_id("alert"))
    ]
    channel_id: Annotated[
        UUID, described("The channel; it may be gone.", example_id("notification channel"))
    ]
    cause: Annotated[
        str,
        described(
            "FIRED, SEVERITY, RESOLVED, REFUTED, REOPENED, ACKNOWLEDGED, REPEAT, ESCALATED, "
            "FLAPPING, DIGEST or TEST.",
            "FIRED",
        ),
    ]
    severity: Annotated[str, described("Of the alert then.", "CRITICAL")]
    status: NotificationStatus
    reason: Annotated[
        SuppressedReason | None,
        described("; ".join(f"{name}: {text}" for name, text in _REASONS.items()) + ".", None),
    ]
    message_id: Annotated[
        UUID | None,
        described(
            "What was sent: lines with the same one were one message, whose `webhook-id` it is.",
            example_id("notification"),
        ),
    ]
    attempts: Annotated[int, described("How often it was tried.", 1)]
    status_code: Annotated[
        int | None, described("The receiver's last answer, of HTTP or SMTP.", 200)
    ]
    error: Annotated[str | None, described("What went wrong last.", None)]
    created_at: CreatedAt
    sent_at: Annotated[
        Moment | None, described("When the receiver took it.", "2026-11-23T09:15:31Z")
    ]

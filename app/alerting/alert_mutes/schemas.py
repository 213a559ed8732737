from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from app.alerting.ids import ALERT_RULE, AlertMuteId
from app.core.documentation import described
from app.core.target_reference import TargetReference
from app.core.wire import Body, CreatedAt, Instant, Moment, Read


class MuteKind(StrEnum):
    """MUTE: nobody wants to hear of it. MAINTENANCE: somebody is at work there."""

    MUTE = "MUTE"
    MAINTENANCE = "MAINTENANCE"


Reason = Annotated[str, msgspec.Meta(max_length=500)]

_KIND = described((MuteKind.__doc__ or "").strip(), "MAINTENANCE", enum=list(MuteKind))
_RULE = described("Of this rule's alerts; or of a target's.", ALERT_RULE)
_TARGET = described("Of all alerts of what is in it; of a profile one version, or all by name.")
_FROM = described("From when on.", "2026-11-23T20:00:00Z")
_TO = described("Until when, a year later at most.", "2026-11-23T22:00:00Z")
_REASON = described("In people's words.", "New compressor.")


class AlertMuteRead(Read, kw_only=True):
    """A time in which alerts are recorded, and nobody is told. What is still open at its end is
    told then."""

    id: AlertMuteId
    kind: Annotated[MuteKind, _KIND]
    rule_id: Annotated[UUID | None, _RULE]
    target: Annotated[TargetReference | None, _TARGET]
    from_: Annotated[Moment, _FROM] = msgspec.field(name="from")
    to: Annotated[Moment, _TO]
    reason: Annotated[str, _REASON]
    created_by: Annotated[str, described("Who made it.", "user_8f2c1d")]
    created_at: CreatedAt

    def path(self) -> str:
        return f"/api/v1/alert-mutes/{self.id}"


class AlertMuteCreate(Body, kw_only=True):
    """Of a rule or of a target, not both."""

    kind: Annotated[MuteKind, _KIND] = MuteKind.MUTE
    rule_id: Annotated[UUID | None, _RULE] = None
    target: Annotated[TargetReference | None, _TARGET] = None
    from_: Annotated[Instant, _FROM] = msgspec.field(name="from")
    to: Annotated[Instant, _TO]
    reason: Annotated[Reason, _REASON] = ""

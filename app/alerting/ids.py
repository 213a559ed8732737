"""The ids of this area's resources, as they travel, and an example of each."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from app.core.documentation import described, example_id

ALERT_RULE = example_id("alert rule")
ALERT = example_id("alert")

AlertRuleId = Annotated[UUID, described("The alert rule.", ALERT_RULE)]
AlertId = Annotated[UUID, described("The alert.", ALERT)]
AlertMuteId = Annotated[UUID, described("The mute.", example_id("alert mute"))]
AlertBacktestId = Annotated[UUID, described("The back-test.", example_id("alert backtest"))]

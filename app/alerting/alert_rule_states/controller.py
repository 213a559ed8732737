"""/alert-rules/{id}/states and /transitions: where a rule stands for what it watches, and stood."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, get

from app.alerting.alert_rule_states import service
from app.alerting.alert_rule_states.schemas import (
    AlertRuleStateRead,
    AlertRuleTransition,
    RuleState,
)
from app.alerting.alert_rule_states.service import TransitionFilter
from app.alerting.ids import AlertRuleId
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import Cursor, Limit, parameter, repeated
from app.core.wire import Instant, Page, one_of, split_list
from app.fleet.ids import DEVICE, SENSOR

_STATES = {"type": "string", "enum": list(RuleState)}


class AlertRuleStateController(Controller):
    path = "/alert-rules/{rule_id:uuid}"
    tags = ("Alerting",)

    @get("/states", **operation("listAlertRuleStates", may="alert-rules:read"))
    async def list_alert_rule_states(
        self,
        reader: deps.Reader,
        rule_id: AlertRuleId,
        state_: Annotated[
            list[str] | None, repeated("One of these", ["FIRING"], items=_STATES, query="state")
        ] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[AlertRuleStateRead]:
        """Where the rule stands for each sensor, or device, that it watches now; by their ids."""
        wanted = one_of(RuleState, split_list(state_), "state")
        return await service.states(reader, rule_id, wanted, limit=limit, cursor=cursor)

    @get("/transitions", **operation("listAlertRuleTransitions", may="alert-rules:read"))
    async def list_alert_rule_transitions(
        self,
        reader: deps.Reader,
        rule_id: AlertRuleId,
        sensor_id: Annotated[
            UUID | None, parameter("Of this sensor.", SENSOR, query="sensorId")
        ] = None,
        device_id: Annotated[
            UUID | None,
            parameter("Of this device, of a rule about devices.", DEVICE, query="deviceId"),
        ] = None,
        from_: Annotated[
            Instant | None,
            parameter(
                "From then on, and the one that was in force then.",
                "2026-11-23T00:00:00Z",
                query="from",
            ),
        ] = None,
        to: Annotated[Instant | None, parameter("Before this.", "2026-11-24T00:00:00Z")] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[AlertRuleTransition]:
        """How the rule came to stand where it does for one sensor, or device, in the order of
        time. Of what happened more than 30 days ago the last one is kept."""
        wanted = TransitionFilter(sensor_id, device_id, from_, to)
        return await service.transitions(reader, rule_id, wanted, limit=limit, cursor=cursor)

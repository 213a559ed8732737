"""/alert-mutes: when nobody is told."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, post
from litestar.params import JSONBody

from app.alerting.alert_mutes import service
from app.alerting.alert_mutes.schemas import AlertMuteCreate, AlertMuteRead
from app.alerting.ids import ALERT_RULE, AlertMuteId, AlertRuleId
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import parameter
from app.core.wire import Page


class AlertMuteController(Controller):
    path = "/alert-mutes"
    tags = ("Alerting",)

    @get(**operation("listAlertMutes", may="alert-rules:read", sortable=service.SORTS))
    async def list_alert_mutes(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        active: Annotated[
            bool | None, parameter("Only those that are in force now, or aren't.", True)
        ] = None,
        rule_id: Annotated[
            AlertRuleId | None, parameter("Only of this rule.", ALERT_RULE, query="ruleId")
        ] = None,
    ) -> Page[AlertMuteRead]:
        """Mutes and maintenance windows, newest first; those that are over, too."""
        return await service.page(reader, page_request, active=active, rule_id=rule_id)

    @post(
        **operation(
            "createAlertMute",
            may="alert-rules:write",
            problems=("NOT_FOUND", "UNPROCESSABLE", "QUOTA_EXCEEDED"),
        )
    )
    async def create_alert_mute(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[AlertMuteCreate],
    ) -> AlertMuteRead:
        """Say when nobody is to be told. Alerts are recorded all the same."""
        return await idempotent_request.run_once(
            AlertMuteRead, lambda: service.create(tx, actor, data)
        )

    @get("/{mute_id:uuid}", **operation("getAlertMute", may="alert-rules:read"))
    async def get_alert_mute(self, reader: deps.Reader, mute_id: AlertMuteId) -> AlertMuteRead:
        """One mute."""
        return await service.get(reader, mute_id)

    @delete("/{mute_id:uuid}", **operation("deleteAlertMute", may="alert-rules:write"))
    async def delete_alert_mute(self, tx: deps.Tx, mute_id: AlertMuteId) -> None:
        """Delete a mute; from now on alerts are told again."""
        await service.remove(tx, mute_id)

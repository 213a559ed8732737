"""/alerts: what was found, and what people do about it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.alerting.alerts import handling, service
from app.alerting.alerts.schemas import (
    AlertAssignment,
    AlertBulkAssignment,
    AlertBulkComment,
    AlertBulkRemark,
    AlertBulkResults,
    AlertCommentCreate,
    AlertDetail,
    AlertGravity,
    AlertRead,
    AlertRemark,
    AlertStatus,
)
from app.alerting.alerts.search import SORTS, AlertFilter
from app.alerting.ids import ALERT_RULE, AlertId
from app.alerting.notifications import service as log
from app.alerting.notifications.schemas import NotificationRead
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import parameter, repeated
from app.core.wire import Instant, Page, one_of, split_list
from app.fleet.ids import DEVICE, SENSOR, SITE

_STATUSES = {"type": "string", "enum": list(AlertStatus)}
_GRAVITIES = {"type": "string", "enum": list(AlertGravity)}


class AlertController(Controller):
    path = "/alerts"
    tags = ("Alerting",)

    @get(**operation("listAlerts", may="alerts:read", sortable=SORTS))
    async def list_alerts(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        status: Annotated[
            list[str] | None, repeated("One of these", ["ACTIVE"], items=_STATUSES)
        ] = None,
        severity: Annotated[
            list[str] | None, repeated("One of these", ["CRITICAL"], items=_GRAVITIES)
        ] = None,
        rule_id: Annotated[
            UUID | None, parameter("Only of this rule.", ALERT_RULE, query="ruleId")
        ] = None,
        device_id: Annotated[
            UUID | None, parameter("Only of this device.", DEVICE, query="deviceId")
        ] = None,
        sensor_id: Annotated[
            UUID | None, parameter("Only of this sensor.", SENSOR, query="sensorId")
        ] = None,
        site_id: Annotated[
            UUID | None, parameter("Only of devices that were here.", SITE, query="siteId")
        ] = None,
        from_: Annotated[
            Instant | None,
            parameter("Fired at or after this.", "2026-11-23T00:00:00Z", query="from"),
        ] = None,
        to: Annotated[
            Instant | None, parameter("Fired before this.", "2026-11-24T00:00:00Z")
        ] = None,
        recorded_from: Annotated[
            Instant | None,
            parameter(
                "What came to be known, or changed, at or after this.",
                "2026-11-24T00:00:00Z",
                query="recordedFrom",
            ),
        ] = None,
        open_: Annotated[
            bool | None, parameter("Only those that still hold, or don't.", True, query="open")
        ] = None,
        include_refuted: Annotated[
            bool,
            parameter("Those that late readings refuted, too.", False, query="includeRefuted"),
        ] = False,
    ) -> Page[AlertRead]:
        """Alerts, the last to have fired first. All conditions given must hold."""
        wanted = AlertFilter(
            statuses=one_of(AlertStatus, split_list(status), "status"),
            severities=one_of(AlertGravity, split_list(severity), "severity"),
            rule_id=rule_id,
            device_id=device_id,
            sensor_id=sensor_id,
            site_id=site_id,
            start=from_,
            end=to,
            changed_from=recorded_from,
            is_open=open_,
            includes_refuted=include_refuted,
        )
        return await service.page(reader, wanted, page_request)

    @get("/{alert_id:uuid}", **operation("getAlert", may="alerts:read"))
    async def get_alert(
        self, reader: deps.Reader, actor: deps.Actor, platform: deps.Platform, alert_id: AlertId
    ) -> AlertDetail:
        """One alert with its rule's states while it lasted, the readings around its firing, what
        people said, and what cameras saw."""
        may_read = "readings:read" in actor.permissions
        objects = platform.objects if "media:read" in actor.permissions else None
        return await service.get(reader, alert_id, with_readings=may_read, objects=objects)

    @get(
        "/{alert_id:uuid}/notifications",
        **operation("listAlertNotifications", may="alerts:read", sortable=log.SORTS),
    )
    async def list_alert_notifications(
        self, reader: deps.Reader, page_request: deps.PageRequest, alert_id: AlertId
    ) -> Page[NotificationRead]:
        """Who was told what of it, who was not, and why; the latest first."""
        await service.require(reader, alert_id)
        return await log.page(reader, page_request, alert_id=alert_id)

    @post(
        "/{alert_id:uuid}/acknowledge",
        **operation(
            "acknowledgeAlert", may="alerts:write", is_repeatable=True, problems=("ALERT_STATE",)
        ),
        status_code=HTTP_200_OK,
    )
    async def acknowledge_alert(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        alert_id: AlertId,
        data: JSONBody[AlertRemark | None] = None,
    ) -> AlertRead:
        """Take it on: it is told no more. Should it become graver, it is active again."""
        act = handling.acknowledge(data.comment if data else None)
        return await handling.perform(tx, actor, alert_id, act)

    @post(
        "/{alert_id:uuid}/resolve",
        **operation(
            "resolveAlert", may="alerts:write", is_repeatable=True, problems=("ALERT_STATE",)
        ),
        status_code=HTTP_200_OK,
    )
    async def resolve_alert(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        alert_id: AlertId,
        data: JSONBody[AlertRemark | None] = None,
    ) -> AlertRead:
        """It needs nobody any more. If it still holds after the rule's reopenAfterSeconds, it is
        active again."""
        act = handling.resolve(data.comment if data else None)
        return await handling.perform(tx, actor, alert_id, act)

    @post(
        "/{alert_id:uuid}/assign",
        **operation(
            "assignAlert", may="alerts:write", is_repeatable=True, problems=("UNPROCESSABLE",)
        ),
        status_code=HTTP_200_OK,
    )
    async def assign_alert(
        self, tx: deps.Tx, actor: deps.Actor, alert_id: AlertId, data: JSONBody[AlertAssignment]
    ) -> AlertRead:
        """Say who is to look after it."""
        act = await handling.assign(tx, data.assignee)
        return await handling.perform(tx, actor, alert_id, act)

    @post(
        "/{alert_id:uuid}/comments",
        **operation("commentOnAlert", may="alerts:write", problems=("ALERT_STATE",)),
        status_code=HTTP_200_OK,
    )
    async def comment_on_alert(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        alert_id: AlertId,
        data: JSONBody[AlertCommentCreate],
    ) -> AlertRead:
        """Say something about it; what was said stays."""
        return await handling.perform(tx, actor, alert_id, handling.comment(data.comment))

    @post(
        "/acknowledge",
        **operation(
            "acknowledgeAlerts", may="alerts:write", is_repeatable=True, problems=("UNPROCESSABLE",)
        ),
        status_code=HTTP_200_OK,
    )
    async def acknowledge_alerts(
        self, tx: deps.Tx, actor: deps.Actor, data: JSONBody[AlertBulkRemark]
    ) -> AlertBulkResults:
        """Take on up to 1,000, by id or by what they have in common."""
        act = handling.acknowledge(data.comment)
        return await handling.perform_chosen(tx, actor, data, act)

    @post(
        "/resolve",
        **operation(
            "resolveAlerts", may="alerts:write", is_repeatable=True, problems=("UNPROCESSABLE",)
        ),
        status_code=HTTP_200_OK,
    )
    async def resolve_alerts(
        self, tx: deps.Tx, actor: deps.Actor, data: JSONBody[AlertBulkRemark]
    ) -> AlertBulkResults:
        """Resolve up to 1,000, by id or by what they have in common."""
        act = handling.resolve(data.comment)
        return await handling.perform_chosen(tx, actor, data, act)

    @post(
        "/assign",
        **operation(
            "assignAlerts", may="alerts:write", is_repeatable=True, problems=("UNPROCESSABLE",)
        ),
        status_code=HTTP_200_OK,
    )
    async def assign_alerts(
        self, tx: deps.Tx, actor: deps.Actor, data: JSONBody[AlertBulkAssignment]
    ) -> AlertBulkResults:
        """Say who is to look after up to 1,000, by id or by what they have in common."""
        act = await handling.assign(tx, data.assignee)
        return await handling.perform_chosen(tx, actor, data, act)

    @post(
        "/comments",
        **operation("commentOnAlerts", may="alerts:write", problems=("UNPROCESSABLE",)),
        status_code=HTTP_200_OK,
    )
    async def comment_on_alerts(
        self, tx: deps.Tx, actor: deps.Actor, data: JSONBody[AlertBulkComment]
    ) -> AlertBulkResults:
        """Say the same about up to 1,000, by id or by what they have in common."""
        act = handling.comment(data.comment)
        return await handling.perform_chosen(tx, actor, data, act)

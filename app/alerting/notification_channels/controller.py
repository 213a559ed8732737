"""/notification-channels: where messages go."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.alerting.notification_channels import service
from app.alerting.notification_channels.schemas import (
    ChannelCreate,
    ChannelId,
    ChannelRead,
    ChannelTestResult,
    ChannelUpdate,
)
from app.alerting.notifications import service as log
from app.alerting.notifications.schemas import NotificationRead, NotificationStatus
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch, parameter
from app.core.wire import Page
from app.problem_codes import ProblemCode

_OWN_RULES: tuple[ProblemCode, ...] = (
    "ALREADY_EXISTS",
    "NO_MAIL_SERVER",
    "UNPROCESSABLE",
    "WEBHOOK_REFUSED",
)


class NotificationChannelController(Controller):
    path = "/notification-channels"
    tags = ("Alerting",)

    @get(**operation("listNotificationChannels", may="channels:read", sortable=service.SORTS))
    async def list_channels(
        self, reader: deps.Reader, page_request: deps.PageRequest
    ) -> Page[ChannelRead]:
        """Channels, newest first."""
        return await service.page(reader, page_request)

    @post(
        **operation(
            "createNotificationChannel",
            may="channels:write",
            problems=(*_OWN_RULES, "QUOTA_EXCEEDED"),
        )
    )
    async def create_channel(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[ChannelCreate],
    ) -> ChannelRead:
        """Add a channel. Its address and keys are never shown again, and `webhook.secret` once."""
        return await idempotent_request.run_once(
            ChannelRead, lambda: service.create(tx, actor.org_id, platform, data)
        )

    @get("/{channel_id:uuid}", **operation("getNotificationChannel", may="channels:read"))
    async def get_channel(self, reader: deps.Reader, channel_id: ChannelId) -> ChannelRead:
        """One channel."""
        return await service.get(reader, channel_id)

    @patch(
        "/{channel_id:uuid}",
        **operation("updateNotificationChannel", may="channels:write", problems=_OWN_RULES),
    )
    async def update_channel(
        self,
        tx: deps.Tx,
        platform: deps.Platform,
        channel_id: ChannelId,
        data: JSONBody[ChannelUpdate],
        if_match: IfMatch = None,
    ) -> ChannelRead:
        """Change a channel (JSON Merge Patch, RFC 7396)."""
        return await service.change(tx, platform, channel_id, data, if_match)

    @delete("/{channel_id:uuid}", **operation("deleteNotificationChannel", may="channels:write"))
    async def delete_channel(
        self, tx: deps.Tx, channel_id: ChannelId, if_match: IfMatch = None
    ) -> None:
        """Delete a channel. What was told by it stays in the log."""
        await service.remove(tx, channel_id, if_match)

    @post(
        "/{channel_id:uuid}/test",
        **operation("testNotificationChannel", may="channels:write"),
        status_code=HTTP_200_OK,
    )
    async def try_channel(
        self, actor: deps.Actor, platform: deps.Platform, channel_id: ChannelId
    ) -> ChannelTestResult:
        """Send a message of one line now, and tell what the receiver answered."""
        return await service.try_out(platform, actor.org_id, channel_id)

    @get(
        "/{channel_id:uuid}/notifications",
        **operation("listChannelNotifications", may="channels:read", sortable=log.SORTS),
    )
    async def list_notifications(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        channel_id: ChannelId,
        status: Annotated[
            NotificationStatus | None, parameter("Of this status.", NotificationStatus.FAILED)
        ] = None,
    ) -> Page[NotificationRead]:
        """What the channel was told, what not, and why; the latest first."""
        await service.get(reader, channel_id)
        return await log.page(reader, page_request, channel_id=channel_id, status=status)

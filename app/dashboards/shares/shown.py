"""What a share link shows: one dashboard with what was chosen, and its readings as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from app.core.actor import Actor, DashboardLink
from app.core.errors import NotFound
from app.core.live_events import LiveEvent
from app.dashboards.dashboards import service as dashboards
from app.dashboards.shares.schemas import SharedDashboardRead
from app.dashboards.widget_data.service import Choice, sensors_shown
from app.permissions import Permission
from app.telemetry.live import service as live
from app.telemetry.live.hub import Hub
from app.telemetry.live.listener import Listener
from db.connections.readers import Reader
from db.queries.targets import Target

PERMISSION: Permission = "shared-dashboard:read"


def link_of(actor: Actor) -> DashboardLink:
    """Raises NotFound for who came without a link."""
    if actor.link is None:
        raise NotFound("that is for share links: ask for the dashboard by its id")
    return actor.link


def choice_of(link: DashboardLink, zone: str | None = None) -> Choice:
    return Choice(
        devices=link.chosen.get("DEVICE", ()),
        sites=link.chosen.get("SITE", ()),
        groups=link.chosen.get("DEVICE_GROUP", ()),
        zone=zone,
        may_read_alerts=link.shows_alerts,
    )


async def dashboard(reader: Reader, actor: Actor) -> SharedDashboardRead:
    found = await dashboards.get(reader, link_of(actor).dashboard_id)
    assert actor.expires_at is not None  # noqa: S101 - every link ends
    return SharedDashboardRead(
        id=found.id,
        name=found.name,
        description=found.description,
        range=found.range,
        timezone=found.timezone,
        refresh_seconds=found.refresh_seconds,
        widgets=found.widgets,
        expires_at=actor.expires_at,
    )


async def open_stream(hub: Hub, actor: Actor, credential: str) -> Listener:
    """To the sensors that the dashboard shows at this moment. Raises NotFound where it shows none,
    TooManyRequests, Unavailable."""
    link = link_of(actor)
    async with hub.database.reading_transaction(actor.tenant) as tx:
        sensors = await sensors_shown(tx, link.dashboard_id, choice_of(link))
    target = Target(sensor_ids=frozenset(sensors))
    return await live.open_stream(hub, actor, credential, target, permission=PERMISSION)


async def events(
    hub: Hub, listener: Listener, last_event_id: str | None
) -> AsyncGenerator[LiveEvent, None]:
    """As of every live stream; it ends at the moment at which its link does."""
    assert listener.actor.expires_at is not None  # noqa: S101 - every link ends
    seconds = (listener.actor.expires_at - datetime.now(UTC)).total_seconds()
    ending = asyncio.get_running_loop().call_later(seconds, listener.end, "UNAUTHENTICATED")
    try:
        async for event in live.events(hub, listener, last_event_id):
            yield event
    finally:
        ending.cancel()

"""/devices/{id}/connections: when a device was connected, from where, and why that ended."""

from __future__ import annotations

from litestar import Controller, get

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import Cursor, Limit
from app.core.wire import Page
from app.fleet.connections import service
from app.fleet.connections.schemas import ConnectionRead
from app.fleet.ids import DeviceId


class ConnectionController(Controller):
    tags = ("Devices",)

    @get(
        "/devices/{device_id:uuid}/connections",
        **operation("listDeviceConnections", may="devices:read"),
    )
    async def list_connections(
        self, reader: deps.Reader, device_id: DeviceId, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[ConnectionRead]:
        """A device's connections over MQTT, newest first, kept for 30 days unless the operator says
        otherwise. Attempts that were refused stand there, too, where the certificate said whose
        they were: one line for each reason and minute. Of a device that comes and goes without
        pause, 30 lines an hour are kept; the journal tells how many were not."""
        return await service.page_of(reader, device_id, limit=limit, cursor=cursor)

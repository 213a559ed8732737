"""/devices: the fleet. Devices come into being with their registration token, see control/provisioning."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, patch, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.accounts.customers.schemas import CustomerChoice
from app.accounts.ids import CUSTOMER, CustomerId
from app.core.bulk import BulkRequest, BulkResults, Operation, perform_all
from app.core.http import dependencies as deps
from app.core.http.exceptions import to_problem
from app.core.http.operation import Answers, RequestBody, operation
from app.core.http.parameters import IfMatch, parameter, repeated
from app.core.http.streams import ByteStream
from app.core.wire import Instant, Page, instant, one_of, split_list
from app.fleet.devices import counts, csv_export, csv_format, csv_import, service
from app.fleet.devices.schemas import (
    DeviceCounts,
    DeviceImport,
    DeviceRead,
    DeviceStatus,
    DeviceUpdate,
    ImportMode,
    SiteHistory,
)
from app.fleet.devices.search import DeviceFilter, devices_wanted
from app.fleet.ids import DEVICE, DEVICE_GROUP, SITE, DeviceGroupId, DeviceId, SiteId

_STATUSES = {"type": "string", "enum": list(DeviceStatus)}
_WORDS = {"type": "string", "minLength": 1}


Wanted = NamedDependency[DeviceFilter]


async def _wanted(
    status: Annotated[
        list[str] | None,
        repeated("One of these", ["ACTIVE", "OFFLINE"], items=_STATUSES),
    ] = None,
    site_id: Annotated[SiteId | None, parameter("Only at this site.", SITE, query="siteId")] = None,
    customer_id: Annotated[
        CustomerId | None, parameter("Only what this customer has.", CUSTOMER, query="customerId")
    ] = None,
    group_id: Annotated[
        DeviceGroupId | None, parameter("Only in this device group.", DEVICE_GROUP, query="groupId")
    ] = None,
    tag: Annotated[
        list[str] | None,
        repeated("All of these", ["cold-chain"], items=_WORDS),
    ] = None,
    connected: Annotated[
        bool | None, parameter("With or without an MQTT session now.", True)
    ] = None,
    firmware_version: Annotated[
        str | None, parameter("As the device reported it.", "2.4.1", query="firmwareVersion")
    ] = None,
    device_profile: Annotated[
        str | None,
        parameter(
            "Of this profile, in any version, or as name:version in that one.",
            "climate-station:1.0",
            query="deviceProfile",
            max_length=80,
        ),
    ] = None,
    last_seen_before: Annotated[
        Instant | None,
        parameter(
            "Not heard since. RFC 3339 with an offset or Z.",
            "2026-11-23T00:00:00Z",
            query="lastSeenBefore",
        ),
    ] = None,
    certificate_expires_before: Annotated[
        Instant | None,
        parameter(
            "Whose certificate ends before. RFC 3339 with an offset or Z.",
            "2026-12-24T00:00:00Z",
            query="certificateExpiresBefore",
        ),
    ] = None,
    q: Annotated[
        str | None,
        parameter(
            "Every word of this begins a word of the name, in any case.",
            "gateway ams",
            max_length=200,
        ),
    ] = None,
) -> DeviceFilter:
    return DeviceFilter(
        statuses=one_of(DeviceStatus, split_list(status), "status"),
        site_id=site_id,
        customer_id=customer_id,
        group_id=group_id,
        tags=split_list(tag),
        connected=connected,
        firmware_version=firmware_version,
        device_profile=device_profile,
        last_seen_before=None
        if last_seen_before is None
        else instant(last_seen_before, "lastSeenBefore"),
        certificate_expires_before=None
        if certificate_expires_before is None
        else instant(certificate_expires_before, "certificateExpiresBefore"),
        text=q,
    )


_SHEET = (
    ",".join(csv_format.COLUMNS)
    + f"\r\n{DEVICE},warehouse-gateway-01,ACTIVE,Amsterdam West,cold-room-monitor:1.0,warehouse|cold-chain,"
    '52.3702,4.8952,"{""rack"":""B7""}",2.4.1,true,2026-11-23T10:30:00Z\r\n'
)
_LINES = (
    "name,site,deviceProfile,tags,metadata\r\n"
    'warehouse-gateway-02,Amsterdam West,cold-room-monitor:1.0,warehouse|spare,"{""rack"":""B8""}"\r\n'
)


class DeviceController(Controller):
    path = "/devices"
    tags = ("Devices",)
    dependencies = {"wanted": Provide(_wanted)}

    @get(
        **operation(
            "listDevices", may="devices:read", problems=("NOT_FOUND",), sortable=service.SORTS
        )
    )
    async def list_devices(
        self, reader: deps.Reader, page_request: deps.PageRequest, wanted: Wanted
    ) -> Page[DeviceRead]:
        """Devices, newest first. All conditions given must hold."""
        return await service.page(reader, wanted, page_request)

    @get("/counts", **operation("countDevices", may="devices:read", problems=("NOT_FOUND",)))
    async def count_devices(self, reader: deps.Reader, wanted: Wanted) -> DeviceCounts:
        """How many devices match, by state and by site. The conditions are those of the list."""
        return await counts.count(reader, wanted)

    @get(
        "/export",
        **operation(
            "exportDevices",
            may="devices:read",
            problems=("NOT_FOUND",),
            answers=Answers(sample=_SHEET),
        ),
        media_type="text/csv",
    )
    async def export_devices(
        self, reader: deps.Reader, actor: deps.Actor, platform: deps.Platform, wanted: Wanted
    ) -> Response[bytes]:
        """All devices that match as CSV (RFC 4180), oldest first. The file can be imported again.

        Tags stand between bars. A cell that a spreadsheet would take for a formula begins with an apostrophe.
        """
        await devices_wanted(
            reader, wanted
        )  # what is wrong with the request is said before the file begins
        return ByteStream(
            csv_export.export_devices(platform.database, actor.tenant, wanted),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="devices.csv"'},
            pace=platform.settings.responses,
        )

    @post("/bulk", **operation("changeDevices", may="devices:write"), status_code=HTTP_200_OK)
    async def change_devices(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[BulkRequest],
    ) -> BulkResults:
        """Create, patch, tag or delete up to 1,000 devices; each operation has a result of its own."""

        async def perform(operation: Operation) -> tuple[int, UUID]:
            return await service.in_bulk(tx, actor, operation)

        return await idempotent_request.run_once(
            BulkResults, lambda: perform_all(tx, data.operations, perform, to_problem)
        )

    @get("/{device_id:uuid}", **operation("getDevice", may="devices:read"))
    async def get_device(self, reader: deps.Reader, device_id: DeviceId) -> DeviceRead:
        """One device."""
        return await service.get(reader, device_id)

    @get("/{device_id:uuid}/site-history", **operation("listDeviceSiteHistory", may="devices:read"))
    async def get_site_history(self, reader: deps.Reader, device_id: DeviceId) -> SiteHistory:
        """Where a device has been, newest first."""
        return await service.site_history(reader, device_id)

    @patch(
        "/{device_id:uuid}",
        **operation(
            "updateDevice",
            may="devices:write",
            problems=(
                "ALREADY_EXISTS",
                "DEVICE_NOT_PROVISIONED",
                "METADATA_TOO_LARGE",
                "UNKNOWN_PROFILE",
            ),
        ),
    )
    async def update_device(
        self,
        tx: deps.Tx,
        device_id: DeviceId,
        data: JSONBody[DeviceUpdate],
        if_match: IfMatch = None,
    ) -> DeviceRead:
        """Change a device (JSON Merge Patch, RFC 7396)."""
        return await service.change(tx, device_id, data, if_match)

    @put(
        "/{device_id:uuid}/customer",
        **operation("giveDeviceToCustomer", may="customers:write"),
    )
    async def give_to_customer(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        device_id: DeviceId,
        data: JSONBody[CustomerChoice],
        if_match: IfMatch = None,
    ) -> DeviceRead:
        """Give the device to a customer, with its readings, alerts and all its history, or take it
        back. Who may no longer see it doesn't from now on, streams that are open included."""
        return await service.give(tx, actor, device_id, data, if_match)

    @delete("/{device_id:uuid}", **operation("deleteDevice", may="devices:write"))
    async def delete_device(
        self, tx: deps.Tx, actor: deps.Actor, device_id: DeviceId, if_match: IfMatch = None
    ) -> None:
        """Delete a device. Its certificates end, and a live session is cut within a second."""
        await service.remove(tx, actor, device_id, if_match)


class DeviceImportController(Controller):
    """Apart from the others, since a file may be larger than a request."""

    path = "/devices"
    tags = ("Devices",)

    @post(
        "/import",
        **operation(
            "importDevices",
            may="devices:write",
            problems=("QUOTA_EXCEEDED",),
            accepts=RequestBody.csv(_LINES),
        ),
        status_code=HTTP_200_OK,
    )
    async def import_devices(
        self,
        request: deps.AnyRequest,
        tx: deps.Tx,
        actor: deps.Actor,
        mode: Annotated[
            ImportMode, parameter((ImportMode.__doc__ or "").strip(), "UPSERT")
        ] = ImportMode.UPSERT,
        dry_run: Annotated[
            bool, parameter("Say what would happen, and keep nothing.", True, query="dryRun")
        ] = False,
    ) -> DeviceImport:
        """Create and change up to 10,000 devices from CSV (RFC 4180, UTF-8), as the export writes it.

        The first line names the columns; a column that isn't there stays as it is, an empty cell clears. `name` says
        which device, `site` is a site's name, `deviceProfile` is `name:version` and gives a new device its components,
        `tags` stand between bars, `metadata` is JSON and replaces. Columns that people don't edit (`id`, `status`, …)
        are ignored. Good lines are stored, each bad one is told with its line and column.
        """
        sheet = await csv_format.read(request.stream())
        return await csv_import.import_devices(tx, actor.org_id, sheet, mode=mode, dry_run=dry_run)

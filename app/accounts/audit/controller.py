"""/audit-log: who did what to which resource."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get

from app.accounts.audit import service
from app.accounts.audit.schemas import ACTOR, AuditEntryRead, AuditHead
from app.accounts.audit.service import AuditFilter
from app.accounts.ids import SITE_OF_ENTRY
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import parameter
from app.core.wire import Instant, Page, instant

_AT = "2026-11-23T00:00:00Z"
ByActor = Annotated[
    str | None, parameter("Done by this one.", ACTOR, query="actor", max_length=100)
]
Action = Annotated[str | None, parameter("This action.", "site.update", max_length=100)]
ResourceType = Annotated[
    str | None, parameter("Of this type.", "site", query="resourceType", max_length=100)
]
ResourceId = Annotated[
    str | None, parameter("To this one.", SITE_OF_ENTRY, query="resourceId", max_length=200)
]
From = Annotated[Instant | None, parameter("From then on.", _AT, query="from")]
To = Annotated[Instant | None, parameter("Before then.", _AT, query="to")]


class AuditController(Controller):
    path = "/audit-log"
    tags = ("Accounts",)

    @get(**operation("listAuditEntries", may="audit:read", sortable=service.SORTS))
    async def list_entries(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        by: ByActor = None,
        action: Action = None,
        resource_type: ResourceType = None,
        resource_id: ResourceId = None,
        start: From = None,
        end: To = None,
    ) -> Page[AuditEntryRead]:
        """What people and their programs have changed, the newest first. All conditions given must
        hold."""
        wanted = AuditFilter(
            actor=by,
            action=action,
            resource_type=resource_type,
            resource_id=resource_id,
            start=None if start is None else instant(start, "from"),
            end=None if end is None else instant(end, "to"),
        )
        return await service.page(reader, page_request, wanted)

    @get("/head", **operation("getAuditHead", may="audit:read"))
    async def get_head(self, reader: deps.Reader) -> AuditHead:
        """The newest seal. Whoever keeps it can show later that nothing before it was changed."""
        return await service.head(reader)

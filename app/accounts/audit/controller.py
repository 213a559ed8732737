"""/audit-log: who did what to which resource."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, Response, get
from litestar.di import NamedDependency, Provide

from app.accounts.audit import export, service
from app.accounts.audit.schemas import ACTOR, AuditEntryRead, AuditHead
from app.accounts.audit.service import AuditFilter
from app.accounts.ids import AUDIT_ENTRY, SITE_OF_ENTRY
from app.core.http import accept
from app.core.http import dependencies as deps
from app.core.http.operation import Answers, Sample, operation
from app.core.http.parameters import parameter
from app.core.http.streams import ByteStream
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


Wanted = NamedDependency[AuditFilter]


async def _wanted(
    by: ByActor = None,
    action: Action = None,
    resource_type: ResourceType = None,
    resource_id: ResourceId = None,
    start: From = None,
    end: To = None,
) -> AuditFilter:
    return AuditFilter(
        actor=by,
        action=action,
        resource_type=resource_type,
        resource_id=resource_id,
        start=None if start is None else instant(start, "from"),
        end=None if end is None else instant(end, "to"),
    )


_LINE = (
    f'{{"id":"{AUDIT_ENTRY}","at":"2026-11-23T09:15:00.123456Z","actor":"{ACTOR}",'
    f'"action":"site.update","resourceType":"site","resourceId":"{SITE_OF_ENTRY}",'
    '"address":"203.0.113.7","requestId":"0190d3a0-0000-7000-8000-00000000feed",'
    '"before":{"name":"Hall 3"},"after":{"name":"Hall 4"},"hash":"9f86d081"}\n'
)
_SHEET = (
    ",".join(export.COLUMNS)
    + f"\r\n{AUDIT_ENTRY},2026-11-23T09:15:00.123456Z,{ACTOR},site.update,site,{SITE_OF_ENTRY},"
    '203.0.113.7,0190d3a0-0000-7000-8000-00000000feed,"{""name"":""Hall 3""}",'
    '"{""name"":""Hall 4""}",9f86d081\r\n'
)


class AuditController(Controller):
    path = "/audit-log"
    tags = ("Accounts",)
    dependencies = {"wanted": Provide(_wanted)}

    @get(**operation("listAuditEntries", may="audit:read", sortable=service.SORTS))
    async def list_entries(
        self, reader: deps.Reader, page_request: deps.PageRequest, wanted: Wanted
    ) -> Page[AuditEntryRead]:
        """What people and their programs have changed, the newest first. All conditions given must
        hold."""
        return await service.page(reader, page_request, wanted)

    @get(
        "/export",
        **operation(
            "exportAuditEntries",
            may="audit:read",
            problems=("NOT_ACCEPTABLE",),
            answers=Answers(
                formats={
                    export.NDJSON: Sample("An entry on each line.", _LINE),
                    export.CSV: Sample("RFC 4180, UTF-8, with a header.", _SHEET),
                }
            ),
        ),
    )
    async def export_entries(
        self,
        request: deps.AnyRequest,
        actor: deps.Actor,
        platform: deps.Platform,
        wanted: Wanted,
    ) -> Response[bytes]:
        """All entries that match, the oldest first, as NDJSON or, where Accept says text/csv, as
        CSV. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
        media_type = accept.wanted(
            request.headers.get("accept", "*/*"), [export.NDJSON, export.CSV]
        )
        name = "audit.csv" if media_type == export.CSV else "audit.ndjson"
        return ByteStream(
            export.export_entries(platform.database, actor.tenant, wanted, media_type),
            media_type=f"{media_type}; charset=utf-8" if media_type == export.CSV else media_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
            pace=platform.settings.responses,
        )

    @get("/head", **operation("getAuditHead", may="audit:read"))
    async def get_head(self, reader: deps.Reader) -> AuditHead:
        """The newest seal. Whoever keeps it can show later that nothing before it was changed."""
        return await service.head(reader)

"""/annotations: what is noted of a moment or a range."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.core.bulk import BulkRequest, BulkResults, Operation, perform_all
from app.core.http import dependencies as deps
from app.core.http.exceptions import to_problem
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch, parameter, repeated
from app.core.wire import Instant, Page, one_of, split_ids, split_list
from app.fleet.ids import DEVICE, SENSOR, DeviceId
from app.journal.annotation_classes.schemas import AnnotationScope
from app.journal.annotations import service
from app.journal.annotations.schemas import (
    FROM,
    TO,
    AnnotationCreate,
    AnnotationRead,
    AnnotationSource,
    AnnotationUpdate,
)
from app.journal.annotations.search import AnnotationFilter
from app.journal.ids import ANNOTATION_CLASS, AnnotationClassId, AnnotationId
from app.problem_codes import ProblemCode

_OWN_RULES: tuple[ProblemCode, ...] = ("NOT_FOUND", "ANNOTATION_INVALID", "TOO_EXPENSIVE")
_SOURCES = {"type": "string", "enum": list(AnnotationSource)}
Sources = Annotated[
    list[str] | None, repeated("Found by these", ["MANUAL"], items=_SOURCES, query="source")
]
Start = Annotated[
    Instant | None, parameter("What lasts beyond it, or is not before it.", FROM, query="from")
]
End = Annotated[Instant | None, parameter("What begins before it.", TO, query="to")]


async def wanted_annotations(
    scope_type: Annotated[
        AnnotationScope | None,
        parameter("What they are about.", "SENSOR", query="scopeType"),
    ] = None,
    scope_ids: Annotated[
        list[str] | None,
        repeated(
            "About these: a sensor with its component, device and site, say",
            [SENSOR],
            items={"type": "string", "format": "uuid"},
            query="scopeId",
        ),
    ] = None,
    device_id: Annotated[
        DeviceId | None,
        parameter("About the device, its components and sensors.", DEVICE, query="deviceId"),
    ] = None,
    class_id: Annotated[
        AnnotationClassId | None, parameter("Of this class.", ANNOTATION_CLASS, query="classId")
    ] = None,
    start: Start = None,
    end: End = None,
    withdrawn: Annotated[
        bool, parameter("Those, too, that what found them has withdrawn.", True)
    ] = False,
) -> AnnotationFilter:
    return AnnotationFilter(
        scope_type=None if scope_type is None else scope_type.value,
        scope_ids=split_ids(scope_ids, "scopeId"),
        device_id=device_id,
        class_id=class_id,
        start=start,
        end=end,
        includes_withdrawn=withdrawn,
    )


def _of_sources(wanted: AnnotationFilter, sources: list[str] | None) -> AnnotationFilter:
    chosen = one_of(AnnotationSource, split_list(sources), "source")
    return replace(wanted, sources=[source.value for source in chosen])


class AutoEventController(Controller):
    path = "/auto-events"
    tags = ("Analytics",)
    dependencies = {"wanted": Provide(wanted_annotations)}

    @get(**operation("listAutoEvents", may="annotations:read", sortable=service.SORTS))
    async def list_auto_events(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        wanted: NamedDependency[AnnotationFilter],
    ) -> Page[AnnotationRead]:
        """What the platform found by itself: the annotations of rules and jobs, the latest first.
        To be read only; conditions as of listAnnotations."""
        found = replace(wanted, sources=sorted(service.BY_MACHINE))
        return await service.page(reader, page_request, found)


class AnnotationController(Controller):
    path = "/annotations"
    tags = ("Analytics",)
    dependencies = {"wanted": Provide(wanted_annotations)}

    @get(**operation("listAnnotations", may="annotations:read", sortable=service.SORTS))
    async def list_annotations(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        wanted: NamedDependency[AnnotationFilter],
        sources: Sources = None,
    ) -> Page[AnnotationRead]:
        """Annotations, the latest first. All conditions given must hold. With `from` and `to` those
        that overlap the window, wherever they begin."""
        return await service.page(reader, page_request, _of_sources(wanted, sources))

    @get(
        "/by-source",
        **operation("listAnnotationsBySource", may="annotations:read", sortable=service.SORTS),
    )
    async def list_annotations_by_source(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        wanted: NamedDependency[AnnotationFilter],
        source: Annotated[
            AnnotationSource, parameter("Found by it.", "EXTERNAL")
        ] = AnnotationSource.MANUAL,
    ) -> Page[AnnotationRead]:
        """Annotations of one source, the latest first."""
        return await service.page(reader, page_request, _of_sources(wanted, [source.value]))

    @post(
        **operation(
            "createAnnotation",
            may="annotations:write",
            problems=(*_OWN_RULES, "QUOTA_EXCEEDED"),
        )
    )
    async def create_annotation(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[AnnotationCreate],
    ) -> AnnotationRead:
        """Note something of a moment (without `to`) or a range. The journal's stream tells of it,
        of its changes and its end: `ANNOTATION` events."""
        return await idempotent_request.run_once(
            AnnotationRead, lambda: service.create(tx, actor, data)
        )

    @post(
        "/bulk",
        **operation("changeAnnotations", may="annotations:write"),
        status_code=HTTP_200_OK,
    )
    async def change_annotations(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[BulkRequest],
    ) -> BulkResults:
        """Create, patch or delete up to 1,000 annotations; each operation has a result of its
        own."""

        async def perform(operation: Operation) -> tuple[int, UUID]:
            return await service.in_bulk(tx, actor, operation)

        return await idempotent_request.run_once(
            BulkResults, lambda: perform_all(tx, data.operations, perform, to_problem)
        )

    @get("/{annotation_id:uuid}", **operation("getAnnotation", may="annotations:read"))
    async def get_annotation(
        self, reader: deps.Reader, annotation_id: AnnotationId
    ) -> AnnotationRead:
        """One annotation."""
        return await service.get(reader, annotation_id)

    @patch(
        "/{annotation_id:uuid}",
        **operation(
            "updateAnnotation",
            may="annotations:write",
            problems=("ANNOTATION_INVALID", "TOO_EXPENSIVE", "FOUND_BY_MACHINE"),
        ),
    )
    async def update_annotation(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        annotation_id: AnnotationId,
        data: JSONBody[AnnotationUpdate],
        if_match: IfMatch = None,
    ) -> AnnotationRead:
        """Change an annotation. Of what a rule or a job found, people change the note alone."""
        return await service.change(tx, actor, annotation_id, data, if_match)

    @delete(
        "/{annotation_id:uuid}",
        **operation("deleteAnnotation", may="annotations:write", problems=("FOUND_BY_MACHINE",)),
    )
    async def delete_annotation(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        annotation_id: AnnotationId,
        if_match: IfMatch = None,
    ) -> None:
        """Delete an annotation. What a rule or a job found stays until that withdraws it."""
        await service.remove(tx, actor, annotation_id, if_match)

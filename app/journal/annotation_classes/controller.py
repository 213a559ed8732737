"""/annotation-classes: kinds of annotations."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch, parameter
from app.core.wire import Page
from app.journal.annotation_classes import service
from app.journal.annotation_classes.schemas import (
    AnnotationClassCreate,
    AnnotationClassRead,
    AnnotationClassUpdate,
)
from app.journal.ids import AnnotationClassId
from app.problem_codes import ProblemCode

_OWN_RULES: tuple[ProblemCode, ...] = ("ALREADY_EXISTS", "CLASS_INVALID")


class AnnotationClassController(Controller):
    path = "/annotation-classes"
    tags = ("Analytics",)

    @get(**operation("listAnnotationClasses", may="analytics:read", sortable=service.SORTS))
    async def list_annotation_classes(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        q: Annotated[
            str | None, parameter("Part of the name, in any case.", "excursion", max_length=200)
        ] = None,
    ) -> Page[AnnotationClassRead]:
        """Kinds of annotations, newest first."""
        return await service.page(reader, page_request, text=q)

    @post(
        **operation(
            "createAnnotationClass",
            may="analytics:write",
            problems=(*_OWN_RULES, "QUOTA_EXCEEDED"),
        )
    )
    async def create_annotation_class(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[AnnotationClassCreate],
    ) -> AnnotationClassRead:
        """Add a kind of annotation. Its schema is checked now, so that checking values later ends
        soon, whatever they are."""
        return await idempotent_request.run_once(
            AnnotationClassRead, lambda: service.create(tx, actor, data)
        )

    @get("/{class_id:uuid}", **operation("getAnnotationClass", may="analytics:read"))
    async def get_annotation_class(
        self, reader: deps.Reader, class_id: AnnotationClassId
    ) -> AnnotationClassRead:
        """One kind of annotation."""
        return await service.get(reader, class_id)

    @patch(
        "/{class_id:uuid}",
        **operation("updateAnnotationClass", may="analytics:write", problems=_OWN_RULES),
    )
    async def update_annotation_class(
        self,
        tx: deps.Tx,
        class_id: AnnotationClassId,
        data: JSONBody[AnnotationClassUpdate],
        if_match: IfMatch = None,
    ) -> AnnotationClassRead:
        """Change a kind of annotation. Those that are there stay as they are."""
        return await service.change(tx, class_id, data, if_match)

    @delete(
        "/{class_id:uuid}",
        **operation("deleteAnnotationClass", may="analytics:write", problems=("CLASS_IN_USE",)),
    )
    async def delete_annotation_class(
        self, tx: deps.Tx, class_id: AnnotationClassId, if_match: IfMatch = None
    ) -> None:
        """Delete a kind of annotation of which there are none."""
        await service.remove(tx, class_id, if_match)

"""/reference-pairs: a component beside one whose values are trusted."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from app.core.errors import Malformed
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch, parameter
from app.core.wire import Instant, Page
from app.fleet.ids import COMPONENT, ComponentId
from app.journal.ids import ReferencePairId
from app.journal.reference_pairs import service
from app.journal.reference_pairs.schemas import (
    ComparisonRead,
    ReferencePairCreate,
    ReferencePairRead,
    ReferencePairUpdate,
    TargetName,
)
from db.connections.readers import ConnectionReader

COMPARISON_SECONDS = 20


class ReferencePairController(Controller):
    path = "/reference-pairs"
    tags = ("Analytics",)

    @get(**operation("listReferencePairs", may="analytics:read", sortable=service.SORTS))
    async def list_reference_pairs(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        component_id: Annotated[
            ComponentId | None, parameter("It is one of the two.", COMPONENT, query="componentId")
        ] = None,
    ) -> Page[ReferencePairRead]:
        """Reference pairs, newest first."""
        return await service.page(reader, page_request, component_id=component_id)

    @post(
        **operation(
            "createReferencePair",
            may="analytics:write",
            problems=("NOT_FOUND", "ALREADY_EXISTS", "UNPROCESSABLE", "QUOTA_EXCEEDED"),
        )
    )
    async def create_reference_pair(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[ReferencePairCreate],
    ) -> ReferencePairRead:
        """Put a component beside a reference."""
        return await idempotent_request.run_once(
            ReferencePairRead, lambda: service.create(tx, actor, data)
        )

    @get("/{pair_id:uuid}", **operation("getReferencePair", may="analytics:read"))
    async def get_reference_pair(
        self, reader: deps.Reader, pair_id: ReferencePairId
    ) -> ReferencePairRead:
        """One reference pair."""
        return await service.get(reader, pair_id)

    @patch(
        "/{pair_id:uuid}",
        **operation(
            "updateReferencePair",
            may="analytics:write",
            problems=("ALREADY_EXISTS", "UNPROCESSABLE"),
        ),
    )
    async def update_reference_pair(
        self,
        tx: deps.Tx,
        pair_id: ReferencePairId,
        data: JSONBody[ReferencePairUpdate],
        if_match: IfMatch = None,
    ) -> ReferencePairRead:
        """Change a pair's name or span (JSON Merge Patch, RFC 7396)."""
        return await service.change(tx, pair_id, data, if_match)

    @delete("/{pair_id:uuid}", **operation("deleteReferencePair", may="analytics:write"))
    async def delete_reference_pair(
        self, tx: deps.Tx, pair_id: ReferencePairId, if_match: IfMatch = None
    ) -> None:
        """Delete a pair. Components and readings stay."""
        await service.remove(tx, pair_id, if_match)

    @get(
        "/{pair_id:uuid}/comparison",
        **operation(
            "compareReferencePair",
            may="analytics:read",
            problems=("UNPROCESSABLE", "TOO_MANY_BUCKETS"),
            timeout_seconds=COMPARISON_SECONDS,
        ),
        dependencies=deps.READING_TRANSACTION,
    )
    async def compare_reference_pair(
        self,
        tx: deps.ReadingTx,
        actor: deps.Actor,
        pair_id: ReferencePairId,
        field: Annotated[
            str, parameter("The key of the sensor of both.", "pm25", min_length=1, max_length=128)
        ],
        start: Annotated[
            Instant | None,
            parameter("The pair's own if left out.", "2026-11-01T00:00:00Z", query="from"),
        ] = None,
        end: Annotated[
            Instant | None,
            parameter("The pair's own, or now.", "2026-11-24T00:00:00Z", query="to"),
        ] = None,
        bucket_seconds: Annotated[
            int,
            parameter("Whole minutes.", 3600, query="bucketSeconds", ge=60, le=86_400),
        ] = 3600,
        delta: Annotated[
            float,
            parameter("Variance of the primary's errors by the reference's.", 1.0, gt=0, le=1e6),
        ] = 1.0,
        targets: Annotated[
            TargetName | None, parameter("A published target to measure by.", "EPA_PM25")
        ] = None,
    ) -> ComparisonRead:
        """How the primary compares with the reference, of averages of buckets that both cover to
        three quarters of what they usually report; needs readings:read, too. Ordinary regression
        takes the reference for exact, Deming's with `delta` doesn't."""
        actor.require("readings:read")
        if bucket_seconds % 60 or not delta > 0:
            raise Malformed("bucketSeconds are whole minutes, and delta is above 0")
        return await service.comparison(
            ConnectionReader(tx),
            pair_id,
            field=field,
            span=(start, end),
            bucket_seconds=bucket_seconds,
            delta=delta,
            target=targets,
        )

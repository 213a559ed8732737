"""/media-capture-rules: which events are to be seen."""

from __future__ import annotations

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch
from app.core.wire import Page
from app.media.ids import CaptureRuleId
from app.media.media_capture_rules import service
from app.media.media_capture_rules.schemas import (
    MediaCaptureRuleCreate,
    MediaCaptureRuleRead,
    MediaCaptureRuleUpdate,
)
from app.problem_codes import ProblemCode

_OWN_RULES: tuple[ProblemCode, ...] = ("ALREADY_EXISTS", "NOT_FOUND", "UNPROCESSABLE")


class MediaCaptureRuleController(Controller):
    path = "/media-capture-rules"
    tags = ("Media",)

    @get(**operation("listMediaCaptureRules", may="media:read", sortable=service.SORTS))
    async def list_media_capture_rules(
        self, reader: deps.Reader, page_request: deps.PageRequest
    ) -> Page[MediaCaptureRuleRead]:
        """Rules, newest first."""
        return await service.page(reader, page_request)

    @post(
        **operation(
            "createMediaCaptureRule",
            may="media:write",
            problems=(*_OWN_RULES, "TOO_MANY_CAPTURE_RULES"),
        )
    )
    async def create_media_capture_rule(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[MediaCaptureRuleCreate],
    ) -> MediaCaptureRuleRead:
        """Have footage kept of what happens. It is matched when an event is written down, so that
        nothing is missed, and cut when the footage is there."""
        return await idempotent_request.run_once(
            MediaCaptureRuleRead, lambda: service.create(tx, actor, data)
        )

    @get("/{capture_rule_id:uuid}", **operation("getMediaCaptureRule", may="media:read"))
    async def get_media_capture_rule(
        self, reader: deps.Reader, capture_rule_id: CaptureRuleId
    ) -> MediaCaptureRuleRead:
        """One rule."""
        return await service.get(reader, capture_rule_id)

    @patch(
        "/{capture_rule_id:uuid}",
        **operation("updateMediaCaptureRule", may="media:write", problems=_OWN_RULES),
    )
    async def update_media_capture_rule(
        self,
        tx: deps.Tx,
        capture_rule_id: CaptureRuleId,
        data: JSONBody[MediaCaptureRuleUpdate],
        if_match: IfMatch = None,
    ) -> MediaCaptureRuleRead:
        """Change a rule (JSON Merge Patch, RFC 7396)."""
        return await service.change(tx, capture_rule_id, data, if_match)

    @delete("/{capture_rule_id:uuid}", **operation("deleteMediaCaptureRule", may="media:write"))
    async def delete_media_capture_rule(
        self, tx: deps.Tx, capture_rule_id: CaptureRuleId, if_match: IfMatch = None
    ) -> None:
        """Delete a rule. What it captured stays."""
        await service.remove(tx, capture_rule_id, if_match)

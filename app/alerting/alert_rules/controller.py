"""/alert-rules: what is watched, and how."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, patch, post, put
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.alerting.alert_rules import service, templates
from app.alerting.alert_rules.schemas import (
    AlertRuleContent,
    AlertRuleRead,
    AlertRuleSummary,
    AlertRuleUpdate,
    AlertRuleVersionRead,
    TemplateChoice,
)
from app.alerting.ids import AlertRuleId
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import Cursor, IfMatch, Limit, parameter
from app.core.paging import PageRequest
from app.core.wire import Page
from app.fleet.ids import SENSOR, SensorId
from app.problem_codes import ProblemCode

_OWN_RULES: tuple[ProblemCode, ...] = (
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "UNPROCESSABLE",
    "RULE_INVALID",
)


class AlertRuleController(Controller):
    path = "/alert-rules"
    tags = ("Alerting",)

    @get(**operation("listAlertRules", may="alert-rules:read", sortable=service.SORTS))
    async def list_alert_rules(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        enabled: Annotated[bool | None, parameter("Only those that are, or aren't.", True)] = None,
        sensor_id: Annotated[
            SensorId | None, parameter("Only those that watch it now.", SENSOR, query="sensorId")
        ] = None,
        q: Annotated[
            str | None, parameter("Part of the name, in any case.", "warm", max_length=200)
        ] = None,
    ) -> Page[AlertRuleRead]:
        """Alert rules, newest first. All conditions given must hold."""
        wanted = service.RuleFilter(text=q, enabled=enabled, sensor_id=sensor_id)
        return await service.page(reader, wanted, page_request)

    @post(
        **operation(
            "createAlertRule",
            may="alert-rules:write",
            problems=(*_OWN_RULES, "QUOTA_EXCEEDED"),
        )
    )
    async def create_alert_rule(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[AlertRuleContent],
    ) -> AlertRuleRead:
        """Add a rule. It watches from now on, by what is stored and what is still to come."""
        return await idempotent_request.run_once(
            AlertRuleRead, lambda: service.create(tx, actor, data)
        )

    @post(
        "/from-template",
        **operation(
            "createAlertRuleFromTemplate",
            may="alert-rules:write",
            problems=(*_OWN_RULES, "PACK_NOT_INSTALLED", "QUOTA_EXCEEDED"),
        ),
    )
    async def create_alert_rule_from_template(
        self, tx: deps.Tx, actor: deps.Actor, data: JSONBody[TemplateChoice]
    ) -> AlertRuleRead:
        """Add a rule that a pack brings: for every sensor of its profile, or for a target of
        yours. It is a rule like any other then, and knows nothing of the pack."""
        return await service.create(tx, actor, await templates.content_from(tx, data))

    @post(
        "/summary",
        **operation(
            "summarizeAlertRule",
            may="alert-rules:read",
            is_repeatable=True,
            problems=("NOT_FOUND", "UNPROCESSABLE", "RULE_INVALID"),
        ),
        status_code=HTTP_200_OK,
    )
    async def summarize_alert_rule(
        self, reader: deps.Reader, actor: deps.Actor, data: JSONBody[AlertRuleContent]
    ) -> AlertRuleSummary:
        """A rule that isn't there in words; or what is wrong with it, each fault with its place."""
        checked = await service.check(reader, actor.org_id, data)
        return AlertRuleSummary(checked.summary)

    @get("/{rule_id:uuid}", **operation("getAlertRule", may="alert-rules:read"))
    async def get_alert_rule(self, reader: deps.Reader, rule_id: AlertRuleId) -> AlertRuleRead:
        """One alert rule, as it is in force."""
        return await service.get(reader, rule_id)

    @get(
        "/{rule_id:uuid}/versions",
        **operation("listAlertRuleVersions", may="alert-rules:read"),
    )
    async def list_alert_rule_versions(
        self,
        reader: deps.Reader,
        rule_id: AlertRuleId,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[AlertRuleVersionRead]:
        """What the rule decided by and since when, the newest first. An alert names its version."""
        newest_first = PageRequest(limit, cursor, None, include_total=False)
        return await service.versions(reader, rule_id, newest_first)

    @put(
        "/{rule_id:uuid}",
        **operation("replaceAlertRule", may="alert-rules:write", problems=_OWN_RULES),
    )
    async def replace_alert_rule(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        rule_id: AlertRuleId,
        data: JSONBody[AlertRuleContent],
        if_match: IfMatch = None,
    ) -> AlertRuleRead:
        """Say a rule anew. Where anything changes that decides, it is a new version from now on:
        an open alert goes on under it if its value still holds there, and ends otherwise."""
        return await service.replace(tx, actor, rule_id, data, if_match)

    @patch(
        "/{rule_id:uuid}",
        **operation("updateAlertRule", may="alert-rules:write", problems=_OWN_RULES),
    )
    async def update_alert_rule(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        rule_id: AlertRuleId,
        data: JSONBody[AlertRuleUpdate],
        if_match: IfMatch = None,
    ) -> AlertRuleRead:
        """Change a rule (JSON Merge Patch, RFC 7396); as for replacing it, what decides makes a
        new version, and names, channels and texts don't."""
        return await service.change(tx, actor, rule_id, data, if_match)

    @delete("/{rule_id:uuid}", **operation("deleteAlertRule", may="alert-rules:write"))
    async def delete_alert_rule(
        self, tx: deps.Tx, rule_id: AlertRuleId, if_match: IfMatch = None
    ) -> None:
        """Delete a rule. Its open alerts end, and all of them stay."""
        await service.remove(tx, rule_id, if_match)

    @post(
        "/{rule_id:uuid}/enable",
        **operation("enableAlertRule", may="alert-rules:write", is_repeatable=True),
        status_code=HTTP_200_OK,
    )
    async def enable_alert_rule(
        self, tx: deps.Tx, rule_id: AlertRuleId, if_match: IfMatch = None
    ) -> AlertRuleRead:
        """Decide the rule from now on. A value that is bad already fires when it has been so long
        enough."""
        return await service.switch(tx, rule_id, if_match, enabled=True)

    @post(
        "/{rule_id:uuid}/disable",
        **operation("disableAlertRule", may="alert-rules:write", is_repeatable=True),
        status_code=HTTP_200_OK,
    )
    async def disable_alert_rule(
        self, tx: deps.Tx, rule_id: AlertRuleId, if_match: IfMatch = None
    ) -> AlertRuleRead:
        """Decide the rule no more. Its open alerts end."""
        return await service.switch(tx, rule_id, if_match, enabled=False)

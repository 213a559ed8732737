"""What a rule would have found: `POST /alert-rules/…/test`, and /alert-backtests, the tests that
are jobs."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, delete, get, post
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED

from app.alerting.alert_backtests import backtest, service
from app.alerting.alert_backtests.schemas import (
    AlertBacktestDetail,
    AlertBacktestRead,
    BacktestRange,
    BacktestRequest,
    BacktestResult,
)
from app.alerting.alert_backtests.service import BacktestWish
from app.alerting.ids import AlertBacktestId, AlertRuleId
from app.core.actor import Actor
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.platform import Platform
from app.core.wire import Page
from app.problem_codes import ProblemCode

_TEST_PROBLEMS: tuple[ProblemCode, ...] = (
    "UNPROCESSABLE",
    "RULE_INVALID",
    "TOO_EXPENSIVE",
    "TOO_MANY_BACKTESTS",
)
_LATER = {
    HTTP_202_ACCEPTED: ResponseSpec(
        AlertBacktestRead, description="It takes longer: a job, which tells how far it is."
    )
}


class AlertRuleTestController(Controller):
    path = "/alert-rules"
    tags = ("Alerting",)

    @post(
        "/test",
        **operation(
            "testNewAlertRule", may="alert-rules:read", problems=("NOT_FOUND", *_TEST_PROBLEMS)
        ),
        status_code=HTTP_200_OK,
        responses=_LATER,
    )
    async def test_new_alert_rule(
        self, actor: deps.Actor, platform: deps.Platform, data: JSONBody[BacktestRequest]
    ) -> Response[BacktestResult]:
        """What a rule that isn't there would have found in what is stored; needs readings:read,
        too."""
        wish = BacktestWish(None, data.rule, data.from_, data.to)
        return await _test(platform, actor, wish, in_background=data.background)

    @post(
        "/{rule_id:uuid}/test",
        **operation("testAlertRule", may="alert-rules:read", problems=_TEST_PROBLEMS),
        status_code=HTTP_200_OK,
        responses=_LATER,
    )
    async def test_alert_rule(
        self,
        actor: deps.Actor,
        platform: deps.Platform,
        rule_id: AlertRuleId,
        data: JSONBody[BacktestRange],
    ) -> Response[BacktestResult]:
        """What a rule finds in what is stored; or would find if it said what `rule` says, and how
        that differs from what it says now. Needs readings:read, too."""
        wish = BacktestWish(rule_id, data.rule, data.from_, data.to)
        return await _test(platform, actor, wish, in_background=data.background)


async def _test(
    platform: Platform, actor: Actor, wish: BacktestWish, *, in_background: bool
) -> Response[Any]:
    """At once where a request may do it, else as a job. Neither has two transactions open."""
    actor.require("readings:read")
    database, limits = platform.database, platform.settings.limits
    seconds = min(backtest.SECONDS_MAX, platform.settings.database.statement_timeout_seconds)
    async with database.reading_transaction(actor.tenant, timeout_seconds=seconds) as connection:
        try:
            plan = await backtest.plan_test(
                connection,
                actor.org_id,
                rule_id=wish.rule_id,
                content=wish.content,
                span=(wish.from_at, wish.to_at),
            )
        except backtest.TooManySensors:
            in_background = True
        if not in_background:
            readings_max = limits.query_max_readings
            return Response(await backtest.run(connection, plan, readings_max=readings_max))
    actor.require("alert-rules:write")
    async with database.transaction(actor.tenant) as tx:
        begun = await service.start(tx, actor, wish)
    return Response(begun, status_code=HTTP_202_ACCEPTED)


class AlertBacktestController(Controller):
    path = "/alert-backtests"
    tags = ("Alerting",)

    @get(**operation("listAlertBacktests", may="alert-rules:read", sortable=service.SORTS))
    async def list_alert_backtests(
        self, reader: deps.Reader, actor: deps.Actor, page_request: deps.PageRequest
    ) -> Page[AlertBacktestRead]:
        """Back-tests that are jobs, newest first; needs readings:read, too."""
        actor.require("readings:read")
        return await service.page(reader, page_request)

    @get("/{backtest_id:uuid}", **operation("getAlertBacktest", may="alert-rules:read"))
    async def get_alert_backtest(
        self, reader: deps.Reader, actor: deps.Actor, backtest_id: AlertBacktestId
    ) -> AlertBacktestDetail:
        """One of them: how far it is, and what it has found so far; needs readings:read, too."""
        actor.require("readings:read")
        return await service.get(reader, backtest_id)

    @delete("/{backtest_id:uuid}", **operation("deleteAlertBacktest", may="alert-rules:write"))
    async def delete_alert_backtest(self, tx: deps.Tx, backtest_id: AlertBacktestId) -> None:
        """Delete a back-test and what it has found. One that runs is ended."""
        await service.remove(tx, backtest_id)

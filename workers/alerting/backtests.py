"""Back-tests of many sensors: some at a time, each time as they are stored then. An attempt begins
anew; nothing of an earlier one remains but what it told."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerting.alert_backtests import backtest
from app.alerting.alert_backtests.backtest import (
    BacktestBudget,
    BacktestPlan,
    TooManySensors,
)
from app.alerting.alert_backtests.findings import BacktestFindings
from app.alerting.alert_rules.schemas import AlertRuleContent
from app.core.errors import Problem, Unprocessable
from app.core.events import Severity, record_event
from db.models import AlertBacktest
from db.queries.events import PLATFORM
from workers.queue.job import JobAttempt, JobFailed, JobType

SENSORS_MAX = 100_000
READINGS_MAX = 2_000_000_000
SECONDS_MAX = 3600
ALERTS_MAX = 200
SENSORS_AT_ONCE = 20
REPORT_SECONDS = 1.0


async def run_backtest(job: JobAttempt) -> None:
    """Raises JobFailed where the rule makes no sense any more, or means too many sensors."""
    row = await _begin(job)
    if row is None:  # deleted meanwhile
        return
    plan = await _plan(job, row)
    findings = BacktestFindings(plan.end, ALERTS_MAX)
    budget = BacktestBudget(READINGS_MAX, SECONDS_MAX)
    try:
        await _replay(job, row, plan, findings, budget)
    except Unprocessable as used_up:
        await _end(job, row, findings, budget, failure=str(used_up))
    else:
        await _end(job, row, findings, budget, failure=None)


async def _begin(job: JobAttempt) -> AlertBacktest | None:
    async with job.transaction() as tx:
        row = await tx.get(AlertBacktest, (job.org_id, UUID(job.payload["backtestId"])))
        if row is None:
            return None
        row.status, row.progress, row.started_at = "RUNNING", 0.0, datetime.now(UTC)
        row.sums = row.found = None
    return row


async def _plan(job: JobAttempt, row: AlertBacktest) -> BacktestPlan:
    async with job.context.database.reading_transaction(job.org_id) as connection:
        try:
            return await backtest.plan_test(
                connection,
                job.org_id,
                rule_id=row.rule_id,
                content=msgspec.convert(row.content, AlertRuleContent),
                span=(row.from_at, row.to_at),
                at_most=SENSORS_MAX,
            )
        except Problem as problem:
            raise JobFailed(problem.detail or problem.code) from None
        except TooManySensors as too_many:
            raise JobFailed(str(too_many)) from None


async def _replay(
    job: JobAttempt,
    row: AlertBacktest,
    plan: BacktestPlan,
    findings: BacktestFindings,
    budget: BacktestBudget,
) -> None:
    ids, told = plan.subject_ids, time.monotonic()
    for first in range(0, len(ids), SENSORS_AT_ONCE):
        page = ids[first : first + SENSORS_AT_ONCE]
        async with job.context.database.reading_transaction(job.org_id) as connection:
            await backtest.replay(connection, plan, page, findings, budget)
        if time.monotonic() - told >= REPORT_SECONDS:
            done = (first + len(page)) / len(ids)
            async with job.transaction() as tx:
                await _save(tx, row, findings, budget, progress=round(done, 4))
            told = time.monotonic()


async def _save(
    tx: AsyncSession,
    row: AlertBacktest,
    findings: BacktestFindings,
    budget: BacktestBudget,
    **values: Any,
) -> None:
    found = {
        "alerts": _plain(findings.alerts),
        "bySensor": _plain(findings.worst()),
    }
    sums = _plain(findings.sums(budget.spent))
    await tx.execute(
        update(AlertBacktest)
        .where(AlertBacktest.id == row.id)
        .values(sums=sums, found=found, **values)
    )


def _plain(found: msgspec.Struct | Sequence[msgspec.Struct]) -> Any:
    """As JSON has it."""
    return msgspec.to_builtins(found)


async def _end(
    job: JobAttempt,
    row: AlertBacktest,
    findings: BacktestFindings,
    budget: BacktestBudget,
    *,
    failure: str | None,
) -> None:
    status = "SUCCEEDED" if failure is None else "FAILED"
    values: dict[str, Any] = {"status": status, "failure": failure, "ended_at": func.now()}
    if failure is None:
        values["progress"] = 1.0
    async with job.last_transaction() as tx:
        await _save(tx, row, findings, budget, **values)
        _record(tx, row, failure, count=findings.count, sensors=findings.sensors)


def _record(tx: AsyncSession, row: AlertBacktest, failure: str | None, **details: Any) -> None:
    name = row.content["name"]
    severity: Severity = "INFO" if failure is None else "WARNING"
    said = "has ended" if failure is None else f"failed: {failure}"
    about = {"backtestId": str(row.id), **details}
    if row.rule_id is not None:
        about["ruleId"] = str(row.rule_id)
    record_event(
        tx,
        "ANALYTICS",
        f"The back-test of {name} {said}",
        severity=severity,
        actor=PLATFORM,
        details=about,
    )


async def _give_up(tx: AsyncSession, job: JobAttempt, reason: str) -> None:
    row = await tx.get(AlertBacktest, (job.org_id, UUID(job.payload["backtestId"])))
    if row is None:
        return
    row.status, row.failure, row.ended_at = "FAILED", reason, datetime.now(UTC)
    _record(tx, row, reason)


async def expire_backtest(job: JobAttempt) -> None:
    """Its time is over."""
    async with job.transaction() as tx:
        row = await tx.get(AlertBacktest, (job.org_id, UUID(job.payload["backtestId"])))
        if row is not None:
            await tx.delete(row)


TEST_RULE = JobType(
    "alert-backtest",
    run_backtest,
    time_out_seconds=SECONDS_MAX + 60,
    attempts=3,
    give_up=_give_up,
)
EXPIRE_BACKTEST = JobType("expire-backtest", expire_backtest, time_out_seconds=60)

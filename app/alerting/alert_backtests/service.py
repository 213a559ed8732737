"""Back-tests as jobs: asked for, looked at, ended. How much one may read is the worker's
business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerting.alert_backtests.schemas import (
    AlertBacktestDetail,
    AlertBacktestRead,
    BacktestResult,
    BacktestSums,
)
from app.alerting.alert_rules import service as alert_rules
from app.alerting.alert_rules.schemas import AlertRuleContent
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.jobs import start_job, stop_job
from app.core.paging import PageRequest
from app.core.wire import Page
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import AlertBacktest

SORTS = {"createdAt": AlertBacktest.created_at}
OPEN_MAX = 4
"""Of an organization: they run one after another."""
KEPT_MAX = 100
KEPT = timedelta(hours=24)
"""From when it was asked for."""

_OPEN = AlertBacktest.status.in_(["PENDING", "RUNNING"])


@dataclass(frozen=True, slots=True)
class BacktestWish:
    """Without a rule it is of the content alone; without a content of the rule as it is."""

    rule_id: UUID | None
    content: AlertRuleContent | None
    from_at: datetime
    to_at: datetime


async def start(tx: AsyncSession, actor: Actor, wish: BacktestWish) -> AlertBacktestRead:
    """Record it and its job. Raises NotFound for a rule that isn't there, Conflict where too many
    have not ended."""
    content = wish.content
    if content is None:
        assert wish.rule_id is not None  # noqa: S101 - a test is of a rule, or has one
        content = await alert_rules.in_force(SessionReader(tx), wish.rule_id)
    await _find_room(SessionReader(tx))
    row = AlertBacktest(
        id=new_id(),
        rule_id=wish.rule_id,
        content=msgspec.to_builtins(content),
        from_at=wish.from_at,
        to_at=wish.to_at,
        created_by=actor.principal,
        expires_at=func.now() + KEPT,
    )
    await resource.add(tx, row)
    payload = {"backtestId": str(row.id)}
    row.job_id = await start_job(tx, "alert-backtest", payload)
    await start_job(tx, "expire-backtest", payload, wait_seconds=KEPT.total_seconds())
    await tx.flush()
    await tx.refresh(row)
    return AlertBacktestRead(**_fields(row), result=None)


async def _find_room(reader: Reader) -> None:
    every = select(AlertBacktest.id)
    if await resource.count(reader, every.where(_OPEN)) >= OPEN_MAX:
        raise Conflict(f"{OPEN_MAX} back-tests haven't ended", code="TOO_MANY_BACKTESTS")
    if await resource.count(reader, every) >= KEPT_MAX:
        raise Conflict(f"{KEPT_MAX} back-tests are kept", code="TOO_MANY_BACKTESTS")


async def page(reader: Reader, page_request: PageRequest) -> Page[AlertBacktestRead]:
    statement = select(AlertBacktest)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=AlertBacktest.id)
    return found.page([AlertBacktestRead(**_fields(row), result=_sums(row)) for row in found.rows])


async def get(reader: Reader, backtest_id: UUID) -> AlertBacktestDetail:
    row = await resource.get(reader, AlertBacktest, backtest_id)
    result = None
    if row.sums is not None:
        result = msgspec.convert({**row.sums, **(row.found or {})}, BacktestResult)
    return AlertBacktestDetail(**_fields(row), result=result)


async def remove(tx: AsyncSession, backtest_id: UUID) -> None:
    """A worker that is at it stops."""
    row = await resource.get_to_change(tx, AlertBacktest, backtest_id)
    if row.job_id is not None:
        await stop_job(tx, row.job_id)
    await tx.delete(row)


def _sums(row: AlertBacktest) -> BacktestSums | None:
    return None if row.sums is None else msgspec.convert(row.sums, BacktestSums)


def _fields(row: AlertBacktest) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in _SAME_NAME},
        "rule": msgspec.convert(row.content, AlertRuleContent),
        "from_": row.from_at,
        "to": row.to_at,
    }


_SAME_NAME = (
    "id",
    "rule_id",
    "status",
    "progress",
    "failure",
    "created_by",
    "created_at",
    "started_at",
    "ended_at",
    "expires_at",
)

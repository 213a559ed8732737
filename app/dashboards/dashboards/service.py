"""Dashboards: kept as what they say, changed by whoever may."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.customers import service as customers
from app.accounts.customers.schemas import CustomerChoice
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Unprocessable
from app.core.paging import PageRequest
from app.core.wire import Page
from app.dashboards.dashboards.documents import (
    SCHEMA_VERSION,
    SERIES_MAX,
    DashboardContent,
    VariableKind,
    check_content,
)
from app.dashboards.dashboards.grafana import grafana_dashboard
from app.dashboards.dashboards.inputs import questions_of
from app.dashboards.dashboards.schemas import (
    DashboardCreate,
    DashboardExport,
    DashboardRead,
    DashboardReplace,
    DashboardSummary,
    DashboardUpdate,
)
from app.dashboards.dashboards.templates import content_of_template
from db.connections.readers import Reader
from db.connections.types import Connection
from db.ids import new_id
from db.models import Dashboard, DashboardShare
from db.queries.dashboards import sensors_asked
from db.queries.targets import Target, devices_of

SORTS = {
    "createdAt": Dashboard.created_at,
    "updatedAt": Dashboard.updated_at,
    "name": Dashboard.name,
}
_OUTSIDE = ("name", "description")


async def page(
    reader: Reader, page_request: PageRequest, *, text: str | None
) -> Page[DashboardSummary]:
    statement = select(Dashboard).where(Dashboard.deleted_at.is_(None))
    if text:
        statement = statement.where(Dashboard.name.icontains(text, autoescape=True))
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=Dashboard.id)
    return found.page([_summary(row) for row in found.rows])


async def get(reader: Reader, dashboard_id: UUID) -> DashboardRead:
    return _read(await resource.get(reader, Dashboard, dashboard_id))


async def create(tx: AsyncSession, actor: Actor, body: DashboardCreate) -> DashboardRead:
    """Raises Conflict (the database's) when the name is taken, Unprocessable for a template that
    isn't there and for what a dashboard can't say."""
    said = _said(body)
    if (version := said.pop("schemaVersion", SCHEMA_VERSION)) != SCHEMA_VERSION:
        raise Unprocessable(f"a dashboard of schemaVersion {version} isn't understood here")
    template = said.pop("fromTemplate", None)
    first = {} if template is None else await content_of_template(tx, **template)
    row = Dashboard(
        org_id=actor.org_id,
        id=new_id(),
        name=body.name,
        description=body.description or first.pop("description", None),
        content=_checked({**first, **said}),
        created_by=actor.principal,
    )
    return _read(await resource.add(tx, row))


async def export(reader: Reader, dashboard_id: UUID) -> DashboardExport:
    """What makes the same dashboard elsewhere: without its id, who made it, when and of what."""
    found = await get(reader, dashboard_id)
    kept = [name for name in DashboardExport.__struct_fields__ if name != "schema_version"]
    return DashboardExport(
        schema_version=SCHEMA_VERSION, **{name: getattr(found, name) for name in kept}
    )


async def export_for_grafana(reader: Reader, dashboard_id: UUID, api_url: str) -> dict[str, Any]:
    """With the sensors that its series come to at this moment."""
    found = await get(reader, dashboard_id)
    connection = await reader.connected()
    defaults = {each.kind: each.default for each in found.variables if each.default}
    devices = await _devices_of(connection, defaults)
    sensors = await sensors_asked(
        connection, questions_of(found.widgets), devices, at_most=SERIES_MAX
    )
    return grafana_dashboard(found, sensors, api_url)


async def _devices_of(
    connection: Connection, defaults: Mapping[VariableKind, UUID]
) -> list[UUID] | None:
    """None where nothing is chosen: all."""
    chosen = {kind: frozenset([id_]) for kind, id_ in defaults.items()}
    if device_ids := chosen.get("DEVICE"):
        return list(device_ids)
    target = Target(
        site_ids=chosen.get("SITE", frozenset()),
        group_ids=chosen.get("DEVICE_GROUP", frozenset()),
    )
    return None if target.is_empty else await devices_of(connection, target, limit=SERIES_MAX)


async def replace(
    tx: AsyncSession, dashboard_id: UUID, body: DashboardReplace, if_match: str | None
) -> DashboardRead:
    row = await resource.get_to_change(tx, Dashboard, dashboard_id, if_match)
    source = {key: value for key, value in row.content.items() if key == "source"}
    return await _write(tx, row, body.name, body.description, {**source, **_said(body)})


async def change(
    tx: AsyncSession, dashboard_id: UUID, body: DashboardUpdate, if_match: str | None
) -> DashboardRead:
    row = await resource.get_to_change(tx, Dashboard, dashboard_id, if_match)
    name = row.name if body.name is msgspec.UNSET else body.name
    description = row.description if body.description is msgspec.UNSET else body.description
    return await _write(tx, row, name, description, {**row.content, **_said(body)})


async def give(
    tx: AsyncSession, dashboard_id: UUID, body: CustomerChoice, if_match: str | None
) -> DashboardRead:
    """To a customer, who sees of it what they have, or back. Raises NotFound."""
    row = await resource.get_to_change(tx, Dashboard, dashboard_id, if_match)
    await customers.hold(tx, body.customer_id)
    await resource.change(tx, row, {"customer_id": body.customer_id})
    return _read(row)


async def _write(
    tx: AsyncSession, row: Dashboard, name: str, description: str | None, content: dict[str, Any]
) -> DashboardRead:
    row.name, row.description, row.content = name, description, _checked(content)
    row.updated_at = datetime.now(UTC)
    await tx.flush()
    await tx.refresh(row)
    return _read(row)


async def remove(tx: AsyncSession, dashboard_id: UUID, if_match: str | None) -> None:
    row = await resource.get_to_change(tx, Dashboard, dashboard_id, if_match)
    row.deleted_at = datetime.now(UTC)
    await tx.execute(delete(DashboardShare).where(DashboardShare.dashboard_id == row.id))


def _said(body: msgspec.Struct) -> dict[str, Any]:
    """What is kept of a body as its content, as it travels."""
    said: dict[str, Any] = msgspec.to_builtins(body)
    return {key: value for key, value in said.items() if key not in _OUTSIDE}


def _checked(content: dict[str, Any]) -> dict[str, Any]:
    """As it is kept. Raises what `check_content` raises."""
    document = msgspec.convert(content, DashboardContent)
    check_content(document)
    kept: dict[str, Any] = msgspec.to_builtins(document)
    return kept


def _read(row: Dashboard) -> DashboardRead:
    content = msgspec.convert(row.content, DashboardContent)
    return DashboardRead(
        id=row.id,
        name=row.name,
        description=row.description,
        **{name: getattr(content, name) for name in content.__struct_fields__},
        customer_id=row.customer_id,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _summary(row: Dashboard) -> DashboardSummary:
    return DashboardSummary(
        id=row.id,
        name=row.name,
        description=row.description,
        widget_count=len(row.content.get("widgets", ())),
        customer_id=row.customer_id,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )

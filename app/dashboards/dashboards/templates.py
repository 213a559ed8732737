"""A dashboard made of a pack's template."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.packs.format import DashboardTemplate, PackDocument, Widget
from app.core.errors import Unprocessable
from app.dashboards.dashboards.documents import (
    DashboardContent,
    DashboardVariable,
    DashboardWidget,
    SeriesInput,
    TemplateSource,
    WidgetSeries,
)
from db.models import Pack

_KINDS = {"device": "DEVICE", "site": "SITE"}


async def content_of_template(tx: AsyncSession, pack: str, template: str) -> dict[str, Any]:
    """What the dashboard says, and its `description`. Raises Unprocessable where the pack isn't
    installed or has no such template."""
    row = await tx.scalar(select(Pack).where(Pack.name == pack, Pack.installed_at.is_not(None)))
    if row is None:
        raise Unprocessable(f"no pack {pack} is installed")
    document = msgspec.convert(row.document, PackDocument)
    found = next((each for each in document.dashboards if each.name == template), None)
    if found is None:
        names = ", ".join(each.name for each in document.dashboards) or "none"
        raise Unprocessable(f"{pack} has no dashboard {template}; it has: {names}")
    source = TemplateSource(pack=pack, version=document.version, template=template)
    content: dict[str, Any] = msgspec.to_builtins(_content(found, source))
    return {**content, "description": found.description or None}


def _content(template: DashboardTemplate, source: TemplateSource) -> DashboardContent:
    return DashboardContent(
        variables=[
            DashboardVariable(name=word, kind=_KINDS[word])  # type: ignore[arg-type]
            for word in template.variables
        ],
        widgets=[_widget(widget, number) for number, widget in enumerate(template.widgets, 1)],
        source=source,
    )


def _widget(widget: Widget, number: int) -> DashboardWidget:
    """Its id is its title, readable in links, with its number, which makes it unique."""
    title = re.sub(r"[^a-z0-9]+", "-", widget.title.lower()).strip("-")[:50]
    return DashboardWidget(
        id=f"{title or widget.type.lower()}-{number}",
        type=widget.type,
        title=widget.title,
        x=widget.x,
        y=widget.y,
        width=widget.width,
        height=widget.height,
        series=[
            WidgetSeries(
                input=SeriesInput(
                    sensor_profile=series.input.sensor_profile, field=series.input.field
                ),
                function=series.function,
                label=series.label,
            )
            for series in widget.series
        ],
    )

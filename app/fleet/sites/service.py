"""Sites: places where devices are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.customers import service as customers
from app.accounts.customers.schemas import CustomerChoice
from app.core import resource
from app.core.errors import Conflict, NotFound, Unprocessable
from app.core.paging import PageRequest
from app.core.timezones import timezone
from app.core.wire import Page
from app.fleet.metadata import check_metadata
from app.fleet.sites.schemas import SiteCreate, SiteRead, SiteUpdate
from db.connections.readers import Reader
from db.ids import new_id
from db.models import Device, Site

SORTS = {"createdAt": Site.created_at, "updatedAt": Site.updated_at, "name": Site.name}


async def page(
    reader: Reader,
    page_request: PageRequest,
    *,
    tags: Sequence[str],
    text: str | None,
    customer_id: UUID | None = None,
) -> Page[SiteRead]:
    """An organization has few sites beside its devices: tags and text are looked for in each of them."""
    statement = select(Site).where(Site.deleted_at.is_(None))
    if tags:
        statement = statement.where(Site.tags.contains(list(tags)))
    if customer_id is not None:
        statement = statement.where(Site.customer_id == customer_id)
    if text:
        statement = statement.where(Site.name.icontains(text, autoescape=True))
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=Site.id)
    return found.page([_read(row) for row in found.rows])


async def get(reader: Reader, site_id: UUID) -> SiteRead:
    return _read(await resource.get(reader, Site, site_id))


async def hold(tx: AsyncSession, site_id: UUID) -> None:
    """Make sure that the site is there, and stays until this transaction ends. Raises NotFound."""
    found = await tx.scalar(
        select(Site.id)
        .where(Site.id == site_id, Site.deleted_at.is_(None))
        .with_for_update(read=True, key_share=True)
    )
    if found is None:
        raise NotFound(f"no site {site_id}")


async def create(tx: AsyncSession, org_id: UUID, body: SiteCreate) -> SiteRead:
    """Raises Conflict (the database's) when the name is taken, Unprocessable for a zone or place that isn't one."""
    site = Site(org_id=org_id, id=new_id(), **resource.patched_fields(body))
    _check(site)
    return _read(await resource.add(tx, site))


async def change(
    tx: AsyncSession, site_id: UUID, body: SiteUpdate, if_match: str | None
) -> SiteRead:
    site = await resource.get_to_change(tx, Site, site_id, if_match)
    await resource.change(tx, site, resource.patched_fields(body))
    _check(site)
    return _read(site)


async def give(
    tx: AsyncSession, site_id: UUID, body: CustomerChoice, if_match: str | None
) -> SiteRead:
    """To a customer, or back. The devices that are there are given each by itself. Raises
    NotFound."""
    site = await resource.get_to_change(tx, Site, site_id, if_match)
    await customers.hold(tx, body.customer_id)
    await resource.change(tx, site, {"customer_id": body.customer_id})
    return _read(site)


async def remove(tx: AsyncSession, site_id: UUID, if_match: str | None, *, detach: bool) -> None:
    """Delete the site. Its devices are never deleted with it: they are left without a site where `detach` says so.

    Raises Conflict while there are devices otherwise. That they were here stays in their history.
    """
    site = await resource.get_to_change(tx, Site, site_id, if_match)
    here = (Device.site_id == site_id) & Device.deleted_at.is_(None)
    if detach:
        await tx.execute(update(Device).where(here).values(site_id=None, updated_at=func.now()))
    elif await tx.scalar(select(Device.id).where(here).limit(1)):
        raise Conflict("there are devices at this site", code="SITE_IN_USE")
    site.deleted_at = datetime.now(UTC)


def _check(site: Site) -> None:
    timezone(site.timezone)
    if (site.latitude is None) != (site.longitude is None):
        raise Unprocessable("latitude and longitude come together or not at all")
    check_metadata(site.attributes)


def _read(row: Site) -> SiteRead:
    return SiteRead(
        id=row.id,
        name=row.name,
        description=row.description,
        latitude=row.latitude,
        longitude=row.longitude,
        address=row.address,
        timezone=row.timezone,
        tags=row.tags,
        metadata=row.attributes,
        customer_id=row.customer_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )

"""Customers of an organization. What they see is the database's to say: db/customers.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.auth.service import confirm_membership
from app.accounts.customers.schemas import CustomerCreate, CustomerRead, CustomerUpdate
from app.core import resource
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.events import record_event
from app.core.paging import PageRequest
from app.core.wire import Page
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import Customer, Dashboard, Device, Membership, Site

SORTS = {
    "createdAt": Customer.created_at,
    "updatedAt": Customer.updated_at,
    "name": Customer.name,
}


class Holding(NamedTuple):
    """How much a customer has."""

    devices: int = 0
    sites: int = 0
    members: int = 0


async def page(
    reader: Reader, page_request: PageRequest, *, text: str | None
) -> Page[CustomerRead]:
    statement = select(Customer)
    if text:
        statement = statement.where(Customer.name.icontains(text, autoescape=True))
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=Customer.id)
    return found.page(await _read(reader, found.rows))


async def get(reader: Reader, customer_id: UUID) -> CustomerRead:
    """Raises NotFound."""
    return (await _read(reader, [await resource.get(reader, Customer, customer_id)]))[0]


async def create(tx: AsyncSession, actor: Actor, body: CustomerCreate) -> CustomerRead:
    """Raises Conflict (the database's) when the name is taken."""
    row = Customer(
        org_id=actor.org_id,
        id=new_id(),
        created_by=actor.principal,
        **resource.patched_fields(body),
    )
    await resource.add(tx, row)
    _record(tx, actor, row, "A customer was added")
    return await get(SessionReader(tx), row.id)


async def change(
    tx: AsyncSession, customer_id: UUID, body: CustomerUpdate, if_match: str | None
) -> CustomerRead:
    row = await resource.get_to_change(tx, Customer, customer_id, if_match)
    await resource.change(tx, row, resource.patched_fields(body))
    return await get(SessionReader(tx), customer_id)


async def remove(tx: AsyncSession, actor: Actor, customer_id: UUID, if_match: str | None) -> None:
    """The database ends, with the customer, who and what would see all of the organization
    otherwise; here is given back what goes on."""
    await confirm_membership(tx, actor)
    row = await resource.get_to_change(tx, Customer, customer_id, if_match)
    for model in (Device, Site, Dashboard):
        await tx.execute(
            update(model)
            .where(model.customer_id == customer_id)
            .values(customer_id=None, updated_at=func.now())
            .execution_options(synchronize_session=False)
        )
    _record(tx, actor, row, "A customer was deleted")
    await tx.delete(row)
    await tx.flush()


async def hold(tx: AsyncSession, customer_id: UUID | None) -> None:
    """Make sure that the customer is there, and stays until this transaction ends. Raises
    NotFound."""
    if customer_id is None:
        return
    found = await tx.scalar(
        select(Customer.id)
        .where(Customer.id == customer_id)
        .with_for_update(read=True, key_share=True)
    )
    if found is None:
        raise NotFound(f"no customer {customer_id}")


def _record(tx: AsyncSession, actor: Actor, row: Customer, title: str) -> None:
    details = {"customerId": str(row.id), "name": row.name}
    record_event(tx, "ORGANIZATION", title, actor=actor.principal, details=details)


async def _read(reader: Reader, rows: Sequence[Customer]) -> list[CustomerRead]:
    holdings = await _holdings(reader, [row.id for row in rows])
    return [
        CustomerRead(
            id=row.id,
            name=row.name,
            description=row.description,
            **holdings.get(row.id, Holding())._asdict(),
            created_by=row.created_by,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row in rows
    ]


async def _holdings(reader: Reader, ids: Sequence[UUID]) -> dict[UUID, Holding]:
    counted = [
        _counted(Device, Device.deleted_at.is_(None)),
        _counted(Site, Site.deleted_at.is_(None)),
        _counted(Membership),
    ]
    records = await reader.records(select(Customer.id, *counted).where(Customer.id.in_(ids)))
    return {record[0]: Holding(*record[1:]) for record in records}


def _counted(model: Any, *conditions: Any) -> Any:
    of_customer = select(func.count()).select_from(model).where(model.customer_id == Customer.id)
    return of_customer.where(*conditions).correlate(Customer).scalar_subquery()

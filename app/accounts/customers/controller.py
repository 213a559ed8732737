"""/customers: whom the organization lets see what it has given them."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from app.accounts.customers import service
from app.accounts.customers.schemas import CustomerCreate, CustomerRead, CustomerUpdate
from app.accounts.ids import CustomerId
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch, parameter
from app.core.wire import Page


class CustomerController(Controller):
    path = "/customers"
    tags = ("Accounts",)

    @get(**operation("listCustomers", may="customers:read", sortable=service.SORTS))
    async def list_customers(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        q: Annotated[
            str | None, parameter("Part of the name, in any case.", "van dijk", max_length=200)
        ] = None,
    ) -> Page[CustomerRead]:
        """Customers, newest first."""
        return await service.page(reader, page_request, text=q)

    @post(
        **operation(
            "createCustomer", may="customers:write", problems=("ALREADY_EXISTS", "QUOTA_EXCEEDED")
        )
    )
    async def create_customer(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[CustomerCreate],
    ) -> CustomerRead:
        """Add a customer. `PUT /devices/{id}/customer` and `PUT /sites/{id}/customer` give them
        something, an invitation with their id lets somebody of theirs in."""
        return await idempotent_request.run_once(
            CustomerRead, lambda: service.create(tx, actor, data)
        )

    @get("/{customer_id:uuid}", **operation("getCustomer", may="customers:read"))
    async def get_customer(self, reader: deps.Reader, customer_id: CustomerId) -> CustomerRead:
        """One customer."""
        return await service.get(reader, customer_id)

    @patch(
        "/{customer_id:uuid}",
        **operation("updateCustomer", may="customers:write", problems=("ALREADY_EXISTS",)),
    )
    async def update_customer(
        self,
        tx: deps.Tx,
        customer_id: CustomerId,
        data: JSONBody[CustomerUpdate],
        if_match: IfMatch = None,
    ) -> CustomerRead:
        """Change a customer (JSON Merge Patch, RFC 7396)."""
        return await service.change(tx, customer_id, data, if_match)

    @delete("/{customer_id:uuid}", **operation("deleteCustomer", may="members:write"))
    async def delete_customer(
        self, tx: deps.Tx, actor: deps.Actor, customer_id: CustomerId, if_match: IfMatch = None
    ) -> None:
        """Delete a customer. Their people are members no longer, their keys, invitations and share
        links end; sites, devices, dashboards and exports are the organization's alone again."""
        await service.remove(tx, actor, customer_id, if_match)

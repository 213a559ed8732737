"""Whose data a transaction sees: an organization's, or of that what one of its customers has.

The database decides by it, in policies on every table (db/migrations/script.py, db/customers.py).
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID


class Tenant(NamedTuple):
    """Without a customer, all that is the organization's."""

    org_id: UUID
    customer_id: UUID | None = None


Whose = UUID | Tenant
"""An organization's id stands for all that it has."""

CUSTOMER_ROLE = "app_customer"
"""Of db/migrations/roles.py."""


def tenant_of(whose: Whose) -> Tenant:
    return whose if isinstance(whose, Tenant) else Tenant(whose)


def begin_reading(whose: Whose, *, timeout_seconds: int | None = None) -> str:
    """REPEATABLE READ: a page and the question whether its device exists are answered from the same
    moment.

    With a timeout of its own for each statement, where the connection's isn't meant.
    """
    org_id, customer_id = tenant_of(whose)
    settings = {"app.org_id": _text(org_id)}
    if customer_id is not None:
        settings |= customer_settings(customer_id)
    if timeout_seconds:
        settings["statement_timeout"] = f"{timeout_seconds:d}s"
    said = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings.items())
    return f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT {said}"


def customer_settings(customer_id: UUID) -> dict[str, str]:
    """What makes a transaction a customer's: the role for which there are further policies, and
    whom these ask for. For everybody else they cost nothing, since they aren't there."""
    return {"app.customer_id": _text(customer_id), "role": CUSTOMER_ROLE}


def _text(id_: UUID) -> str:
    """Of nothing but an id, since it goes into the statement."""
    return str(UUID(bytes=id_.bytes))

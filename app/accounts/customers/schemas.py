from __future__ import annotations

from typing import Annotated

import msgspec

from app.accounts.auth.schemas import Principal
from app.accounts.ids import CUSTOMER, CustomerId
from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Read, UpdatedAt

CustomerName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Description = Annotated[str, msgspec.Meta(max_length=2000)]

_NAME = described("Unique in the organization.", "Van Dijk Cold Storage")
_DESCRIPTION = described("In people's words; the customer's people see it, too.", "Since 2024")


class CustomerRead(Read):
    """Whom the organization lets see what it has given them."""

    id: CustomerId
    name: Annotated[str, _NAME]
    description: Annotated[str | None, _DESCRIPTION]
    devices: Annotated[int, described("How many devices they have.", 12)]
    sites: Annotated[int, described("How many sites they have.", 2)]
    members: Annotated[int, described("How many people of theirs can sign in.", 3)]
    created_by: Principal
    created_at: CreatedAt
    updated_at: UpdatedAt

    def path(self) -> str:
        return f"/api/v1/customers/{self.id}"


class CustomerCreate(Body):
    """A new customer, who has nothing yet."""

    name: Annotated[CustomerName, _NAME]
    description: Annotated[Description | None, _DESCRIPTION] = None


class CustomerUpdate(Body):
    """A JSON Merge Patch: what isn't sent stays."""

    name: Annotated[CustomerName | msgspec.UnsetType, _NAME] = msgspec.UNSET
    description: Annotated[Description | msgspec.UnsetType | None, _DESCRIPTION] = msgspec.UNSET


class CustomerChoice(Body):
    """To whom something is given."""

    customer_id: Annotated[
        CustomerId | None,
        described("null takes it back: then it is the organization's alone.", CUSTOMER),
    ]

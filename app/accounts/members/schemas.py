from __future__ import annotations

from typing import Annotated

from app.accounts.ids import CUSTOMER, USER, CustomerId, UserId
from app.accounts.sessions.schemas import RoleName
from app.core.documentation import described
from app.core.wire import Body, Moment, Read
from app.permissions import Role

_AT = "2026-11-23T09:15:00Z"


class MemberRead(Read):
    """A person in the organization."""

    user_id: UserId
    name: Annotated[str, described("The person's name.", "Ada Example")]
    email: Annotated[str, described("Their address.", "ada@example.com")]
    role: RoleName
    customer_id: Annotated[
        CustomerId | None,
        described("The customer whose they are; null for the organization's own people.", CUSTOMER),
    ]
    joined_at: Annotated[Moment, described("Since when they are a member.", _AT)]
    last_seen_at: Annotated[
        Moment | None,
        described("When a session of theirs was last in use here; null for never.", _AT),
    ]


class MemberUpdate(Body):
    """What a member may do from now on."""

    role: Annotated[Role, described("The new role.", Role.ADMIN)]


class MemberRemoval(Read):
    """What is left of somebody who is no longer a member."""

    user_id: Annotated[UserId, described("Who was removed.", USER)]
    api_keys: Annotated[
        list[str],
        described(
            "Names of the keys that they made and that are good: they are the organization's; "
            "`GET /api-keys?createdBy=user_…` lists them.",
            ["line 3 gateway"],
        ),
    ]

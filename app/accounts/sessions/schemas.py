"""What being signed in is, for those who are."""

from __future__ import annotations

from typing import Annotated

import msgspec

from app.accounts.ids import CUSTOMER, CustomerId, OrganizationId, SessionId
from app.core.documentation import described
from app.core.wire import Body, Moment, Read
from app.permissions import Role

RoleName = Annotated[str, described("What the person may do here.", Role.OWNER, enum=list(Role))]
Token = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]

_REFRESH_TOKEN = "rt_AZNvKoxOfRuaP15tfIuaAQAAAAAq3mVbT9w0b1x6mJ8Qe5Yk2R7uHs4"  # noqa: S105
_AT = "2026-11-23T09:15:00Z"


class Session(Read):
    """Tokens of a signed-in person. expiresIn is the access token's life in seconds."""

    access_token: Annotated[
        str,
        described(
            "To be sent as `Authorization: Bearer …`; a JWT.",
            "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMTkifQ.c2ln",
        ),
    ]
    refresh_token: Annotated[
        str | None,
        described(
            "For the next pair; null where a cookie has it, or the one before goes on.",
            _REFRESH_TOKEN,
        ),
    ]
    expires_in: Annotated[int, described("Life of the access token, in seconds.", 900)]
    organization_id: OrganizationId
    role: RoleName
    customer_id: Annotated[
        CustomerId | None,
        described("The customer whose the person is; null for the organization's own.", CUSTOMER),
    ]
    must_enrol: Annotated[
        bool,
        described(
            "Whether the organization requires a second factor that the person hasn't: the access "
            "token may enrol one, and nothing else, until it is refreshed after that.",
            False,
        ),
    ]


class Refresh(Body):
    """The refresh token of a session; left out where a cookie has it."""

    refresh_token: Annotated[
        Token | msgspec.UnsetType,
        described("As given by the last sign-in or refresh.", _REFRESH_TOKEN),
    ] = msgspec.UNSET


class SessionRead(Read):
    """A person's session: where they are signed in."""

    id: SessionId
    created_at: Annotated[Moment, described("When they signed in.", _AT)]
    last_refreshed_at: Annotated[Moment, described("When it was last in use.", _AT)]
    expires_at: Annotated[Moment, described("When it ends if it isn't used.", _AT)]
    address: Annotated[str | None, described("From where, when it was last in use.", "203.0.113.7")]
    agent: Annotated[
        str | None, described("With which program.", "Mozilla/5.0 (X11; Linux x86_64)")
    ]
    current: Annotated[bool, described("Whether it is the one that asks.", True)]

from __future__ import annotations

from typing import Annotated

import msgspec

from app.accounts.auth.schemas import Name, Principal
from app.accounts.ids import ApiKeyId
from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Instant, Moment, Read

_NAME, _PREFIX = "line 3 gateway", "sk_live_Vb3kQz"
_EXPIRES_AT = "2027-11-23T00:00:00Z"
_SCOPES = ["devices:read", "readings:write"]
Scope = Annotated[str, msgspec.Meta(max_length=64)]


class ApiKeyCreate(Body):
    """Without scopes the key may do all that its creator may."""

    name: Annotated[Name, described("What the key is for.", _NAME)]
    scopes: Annotated[
        Annotated[list[Scope], msgspec.Meta(max_length=100)] | None,
        described("What the key may do; null for all that its creator may.", _SCOPES),
    ] = None
    expires_at: Annotated[
        Instant | None,
        described(
            "From when on it is refused; null for never, or for the end of the key that makes it.",
            _EXPIRES_AT,
        ),
    ] = None


class ApiKeyRead(Read):
    """An API key without its secret part."""

    id: ApiKeyId
    name: Annotated[str, described("What the key is for.", _NAME)]
    prefix: Annotated[str, described("How the key begins: to recognise it by.", _PREFIX)]
    scopes: Annotated[list[str], described("What the key may do.", _SCOPES)]
    created_by: Principal
    created_at: CreatedAt
    expires_at: Annotated[
        Moment | None, described("From when on it is refused; null for never.", _EXPIRES_AT)
    ]
    last_used_at: Annotated[
        Moment | None,
        described("When it was last used, to the minute; null for never.", "2026-11-23T10:30:00Z"),
    ]


class ApiKeyCreated(Read):
    """The only answer that carries the key."""

    id: ApiKeyId
    name: Annotated[str, described("What the key is for.", _NAME)]
    prefix: Annotated[str, described("How the key begins: to recognise it by.", _PREFIX)]
    key: Annotated[
        str,
        described(
            "The key itself, shown only here.", "sk_live_Vb3kQzY7mT1xN5pRw8sLc2Jd4Hf6Ga9Ue0Ki-Qo_B"
        ),
    ]
    scopes: Annotated[list[str], described("What the key may do.", _SCOPES)]
    created_at: CreatedAt
    expires_at: Annotated[
        Moment | None, described("From when on it is refused; null for never.", _EXPIRES_AT)
    ]

    def path(self) -> str:
        return f"/api/v1/api-keys/{self.id}"

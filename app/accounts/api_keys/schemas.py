from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from app.accounts.auth.schemas import Name, Principal
from app.accounts.ids import CUSTOMER, ApiKeyId, CustomerId
from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Instant, Moment, Read

_NAME, _PREFIX = "line 3 gateway", "sk_live_Vb3kQz"
_EXPIRES_AT = "2027-11-23T00:00:00Z"
_SCOPES = ["devices:read", "readings:write"]
_ADDRESSES = ["192.0.2.7/32", "2001:db8:40::/48"]
_OF_CUSTOMER = described("The customer whose it is; null for the organization's own.", CUSTOMER)
_OVERLAP_SECONDS = 86_400
OVERLAP_MAX_SECONDS = 30 * 86_400
Scope = Annotated[str, msgspec.Meta(max_length=64)]
AllowedAddresses = Annotated[
    list[Annotated[str, msgspec.Meta(min_length=1, max_length=50)]],
    msgspec.Meta(min_length=1, max_length=50),
]
CameraIds = Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=500)]
_CAMERAS = described(
    "Cameras of which alone it may send footage: such a key has the scope segments:write and no "
    "other. Null for none in particular.",
    None,
)
_ALLOWED = described(
    "Addresses and networks from which alone it may be used, as our proxies tell them; null for "
    "from everywhere.",
    _ADDRESSES,
)


class ApiKeyCreate(Body):
    """Without scopes the key may do all that its creator may, or send the footage of the cameras
    that it is bound to."""

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
    allowed_addresses: Annotated[AllowedAddresses | None, _ALLOWED] = None
    camera_ids: Annotated[CameraIds | None, _CAMERAS] = None
    customer_id: Annotated[
        CustomerId | None,
        described("It sees what this customer has, and no more; for good.", CUSTOMER),
    ] = None


class ApiKeyUpdate(Body):
    """A JSON Merge Patch. What a key may do is not changed: make another."""

    name: Annotated[Name | msgspec.UnsetType, described("What the key is for.", _NAME)] = (
        msgspec.UNSET
    )
    allowed_addresses: Annotated[AllowedAddresses | msgspec.UnsetType | None, _ALLOWED] = (
        msgspec.UNSET
    )


class ApiKeyRotation(Body):
    """How the key that is used now ends."""

    overlap_seconds: Annotated[
        Annotated[int, msgspec.Meta(ge=0, le=OVERLAP_MAX_SECONDS)],
        described("For how long it goes on beside the new one; 0 for not at all.", 3600),
    ] = _OVERLAP_SECONDS


class FormerKeyRead(Read):
    """What the key was before, for as long as that is good."""

    prefix: Annotated[str, described("How it begins.", "sk_live_9dXw2A")]
    expires_at: Annotated[Moment, described("From when on it is refused.", "2026-11-24T10:30:00Z")]
    last_used_at: Annotated[
        Moment | None,
        described("When it was last used, to the minute; null for never.", "2026-11-23T10:30:00Z"),
    ]


class ApiKeyRead(Read):
    """An API key without its secret part."""

    id: ApiKeyId
    name: Annotated[str, described("What the key is for.", _NAME)]
    prefix: Annotated[str, described("How the key begins: to recognise it by.", _PREFIX)]
    scopes: Annotated[list[str], described("What the key may do.", _SCOPES)]
    customer_id: Annotated[CustomerId | None, _OF_CUSTOMER]
    created_by: Principal
    created_at: CreatedAt
    expires_at: Annotated[
        Moment | None, described("From when on it is refused; null for never.", _EXPIRES_AT)
    ]
    last_used_at: Annotated[
        Moment | None,
        described(
            "When it was last used since it was made, or made anew, to the minute; null for never.",
            "2026-11-23T10:30:00Z",
        ),
    ]
    allowed_addresses: Annotated[list[str] | None, _ALLOWED]
    camera_ids: Annotated[list[UUID] | None, _CAMERAS]
    former_keys: Annotated[
        list[FormerKeyRead], described("Those that it replaced and that are still good.", [])
    ]


class ApiKeyCreated(Read):
    """The only answer that carries the key."""

    id: ApiKeyId
    name: Annotated[str, described("What the key is for.", _NAME)]
    prefix: Annotated[str, described("How the key begins: to recognise it by.", _PREFIX)]
    key: Annotated[
        str,
        described(
            "The key itself, shown only here.",
            "sk_live_Vb3kQzY7mT1xN5pRw8sLc2Jd4Hf6Ga9Ue0Ki-Qo_B7x3yrK5P",
        ),
    ]
    scopes: Annotated[list[str], described("What the key may do.", _SCOPES)]
    customer_id: Annotated[CustomerId | None, _OF_CUSTOMER]
    created_at: CreatedAt
    expires_at: Annotated[
        Moment | None, described("From when on it is refused; null for never.", _EXPIRES_AT)
    ]
    allowed_addresses: Annotated[list[str] | None, _ALLOWED]
    camera_ids: Annotated[list[UUID] | None, _CAMERAS]
    former_keys: Annotated[
        list[FormerKeyRead],
        described("Those that it replaced and that are still good.", []),
    ]

    def path(self) -> str:
        return f"/api/v1/api-keys/{self.id}"

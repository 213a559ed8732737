"""Who may do what: every permission of the API, and what each role may. A page to review.

A handler names the one that it needs (`operation(…, may="devices:write")`), an API key those that
it has (its scopes). The type checker knows the names, so that none can be asked for that isn't
here. It imports nothing of ours: every layer may read it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, get_args

Permission = Literal[
    "organization:read",
    "organization:write",
    "members:read",
    "members:write",
    "customers:read",
    "customers:write",
    "audit:read",
    # A person's own: whom an organization wants a second factor of first may nothing else.
    "second-factor:write",
    "api-keys:read",
    "api-keys:write",
    "devices:read",
    "devices:write",
    "config:read",
    "config:write",
    "commands:read",
    "commands:write",
    "profiles:read",
    "profiles:write",
    "packs:read",
    "packs:write",
    "readings:read",
    "readings:write",
    "quarantine:read",
    "quarantine:write",
    "jobs:read",
    "jobs:write",
    "exports:read",
    "exports:write",
    "dashboards:read",
    "dashboards:write",
    # What a share link has, and nothing else: the dashboard that it was made for.
    "shared-dashboard:read",
    "alert-rules:read",
    "alert-rules:write",
    "alerts:read",
    "alerts:write",
    "events:read",
    "events:write",
    "channels:read",
    "channels:write",
    "media:read",
    "media:write",
    # To send what was recorded beside the cameras, and nothing else.
    "segments:write",
    "annotations:read",
    "annotations:write",
    "analytics:read",
    "analytics:write",
]
ALL_PERMISSIONS: frozenset[Permission] = frozenset(get_args(Permission))


class Role(StrEnum):
    """What a person may in an organization: each all that the one below it may, and more."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    MEMBER = "MEMBER"


_MEMBER: frozenset[Permission] = frozenset(
    {
        "organization:read",
        "members:read",
        "second-factor:write",
        "customers:read",
        "api-keys:read",
        "devices:read",
        "config:read",
        "commands:read",
        "profiles:read",
        "packs:read",
        "readings:read",
        "quarantine:read",
        "jobs:read",
        "exports:read",
        "exports:write",
        "dashboards:read",
        "dashboards:write",
        "shared-dashboard:read",
        "alert-rules:read",
        "alerts:read",
        "alerts:write",
        "events:read",
        "events:write",
        "channels:read",
        "media:read",
        "annotations:read",
        "annotations:write",
        "analytics:read",
    }
)
_ADMIN: frozenset[Permission] = _MEMBER | {
    "audit:read",
    "customers:write",
    "api-keys:write",
    "devices:write",
    "config:write",
    "profiles:write",
    "commands:write",
    "packs:write",
    "readings:write",
    "quarantine:write",
    "jobs:write",
    "alert-rules:write",
    "channels:write",
    "media:write",
    "segments:write",
    "analytics:write",
}
_OWNER: frozenset[Permission] = _ADMIN | {"organization:write", "members:write"}

OF_SOME_CAMERAS: frozenset[Permission] = frozenset({"segments:write"})
"""What a key may have that is bound to cameras: their routes ask which one it is."""

ENROLMENT: frozenset[Permission] = frozenset({"second-factor:write"})

# What people and keys of a customer may at most, whatever their role or scopes say: the
# organization itself, its kinds, rules and configuration are not theirs. With which things they may
# do it is decided by the database (db/customers.py).
CUSTOMERS_MAY: frozenset[Permission] = frozenset(
    {
        "organization:read",
        "second-factor:write",
        "devices:read",
        "commands:read",
        "commands:write",
        "profiles:read",
        "readings:read",
        "exports:read",
        "exports:write",
        "dashboards:read",
        "dashboards:write",
        "shared-dashboard:read",
        "alerts:read",
        "alerts:write",
        "events:read",
        "media:read",
        "annotations:read",
        "annotations:write",
        # For the kinds of annotations; of jobs and pairs they see none.
        "analytics:read",
    }
)

PERMISSIONS_OF_ROLE: dict[Role, frozenset[Permission]] = {
    Role.MEMBER: _MEMBER,
    Role.ADMIN: _ADMIN,
    Role.OWNER: _OWNER,
}


def permissions_of(role: Role, *, of_customer: bool) -> frozenset[Permission]:
    """What a person of that role may: in the organization, or as one of a customer's."""
    may = PERMISSIONS_OF_ROLE[role]
    return may & CUSTOMERS_MAY if of_customer else may

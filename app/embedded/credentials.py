"""The first organization's credentials, as its file holds them."""

from __future__ import annotations

import msgspec


class Credentials(msgspec.Struct, rename="camel"):
    """How to sign in to the first organization."""

    organization_id: str
    api_key: str
    admin_email: str
    admin_password: str

"""Access tokens of somebody else's OpenID Connect issuer, for programs that have an identity there.

Whoever names an issuer trusts what it says of organizations and roles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from app.settings.group import PREFIX, SettingsGroup, named

Text = Annotated[str, msgspec.Meta(max_length=500)]
_HERE = ("127.0.0.1", "::1", "localhost")


class ForeignTokenSettings(SettingsGroup, frozen=True, kw_only=True):
    # As its tokens have it in `iss`, and as its own configuration (OpenID Connect Discovery) does.
    issuer: Annotated[Text | None, named("TOKEN_ISSUER", expected="https://id.example.com")] = None
    # What its tokens for us have in `aud`.
    audience: Annotated[Text | None, named("TOKEN_AUDIENCE", expected="holdfast")] = None
    # In which of their claims the id of an organization stands, and a role: MEMBER or ADMIN.
    organization_claim: Annotated[Text, named("TOKEN_ORGANIZATION_CLAIM")] = "org"
    role_claim: Annotated[Text, named("TOKEN_ROLE_CLAIM")] = "role"

    def faults(self) -> Iterator[str]:
        if self.issuer is None:
            return
        if not self.audience:
            yield f"{PREFIX}TOKEN_AUDIENCE is missing: {PREFIX}TOKEN_ISSUER is given"
        if not is_safe_address(self.issuer):
            yield f"{PREFIX}TOKEN_ISSUER must be https, or on this machine"


def is_safe_address(url: str) -> bool:
    """Whether nobody in between can answer in its place."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)

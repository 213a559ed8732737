"""The one secret, and how long what is derived from it is good for."""

from __future__ import annotations

from typing import Annotated

import msgspec

from app.settings.group import Positive, SettingsGroup, named, placed

Secret = Annotated[str, msgspec.Meta(min_length=32)]


class SecuritySettings(SettingsGroup, frozen=True, kw_only=True):
    # 32 random bytes or more, as text. Keys for tokens, API keys and the CA are derived from it
    # (app/core/keys.py).
    secret_key: Annotated[Secret, placed("SECRET_KEY")]

    # Whether anybody may make an organization.
    allow_registration: Annotated[bool, named("ALLOW_REGISTRATION")] = True
    access_token_seconds: Annotated[Positive, named("ACCESS_TOKEN_SECONDS")] = 900
    refresh_token_days: Annotated[Positive, named("REFRESH_TOKEN_DAYS")] = 30
    registration_token_seconds: Annotated[Positive, named("REGISTRATION_TOKEN_SECONDS")] = 86_400
    certificate_days: Annotated[Positive, named("CERTIFICATE_DAYS")] = 365

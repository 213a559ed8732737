"""The secrets, and how long what is derived from them is good for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from app.settings.group import PREFIX, Positive, SettingsGroup, named, placed

SECRET_CHARACTERS = 32
# 32 hexadecimal digits have some 14 different ones, and next to never fewer than this.
DIFFERENT_CHARACTERS = 8
Secret = Annotated[str, msgspec.Meta(min_length=SECRET_CHARACTERS)]


class SecuritySettings(SettingsGroup, frozen=True, kw_only=True):
    # 32 random bytes or more, as text. Keys for tokens, API keys and the CA are derived from it
    # (app/core/keys.py). The broker is given one of its own instead, from which nothing of that
    # follows.
    secret_key: Annotated[Secret, placed("SECRET_KEY")]
    # Those that were used before, newest first, comma-separated: what was made under them is still
    # good, nothing new is made. `holdfast admin keys` says when they can be dropped.
    secret_keys_old: Annotated[str, placed("SECRET_KEYS_OLD")] = ""
    # The broker's SECRET_KEY, for those who issue its certificate. Without it, it is derived from
    # theirs, as the embedded default does.
    broker_secret_key: Annotated[Secret | None, placed("BROKER_SECRET_KEY")] = None

    # Whether anybody may make an organization. `holdfast up` on loopback says yes where nobody says
    # otherwise.
    allow_registration: Annotated[bool, named("ALLOW_REGISTRATION")] = False
    access_token_seconds: Annotated[Positive, named("ACCESS_TOKEN_SECONDS")] = 900
    # How old the key that signs access tokens becomes.
    signing_key_days: Annotated[Positive, named("SIGNING_KEY_DAYS")] = 30
    # A session ends so long after it was last refreshed, and so long after it began.
    refresh_token_days: Annotated[Positive, named("REFRESH_TOKEN_DAYS")] = 30
    session_days: Annotated[Positive, named("SESSION_DAYS")] = 90
    registration_token_seconds: Annotated[Positive, named("REGISTRATION_TOKEN_SECONDS")] = 86_400
    certificate_days: Annotated[Positive, named("CERTIFICATE_DAYS")] = 365
    # How long a certificate is still good after the one that replaces it was first used.
    certificate_overlap_hours: Annotated[Positive, named("CERTIFICATE_OVERLAP_HOURS")] = 168
    # How long a certificate revocation list is good for, and how old the one that is served may be:
    # it is made when it is asked for.
    revocation_list_hours: Annotated[Positive, named("REVOCATION_LIST_HOURS")] = 168
    revocation_list_seconds: Annotated[Positive, named("REVOCATION_LIST_SECONDS")] = 60

    @property
    def older_secret_keys(self) -> list[str]:
        return [each.strip() for each in self.secret_keys_old.split(",") if each.strip()]

    def faults(self) -> Iterator[str]:
        given = {"SECRET_KEY": [self.secret_key], "SECRET_KEYS_OLD": self.older_secret_keys}
        given["BROKER_SECRET_KEY"] = [self.broker_secret_key] if self.broker_secret_key else []
        for name, found in given.items():
            if any(map(is_weak, found)):
                yield (
                    f"{PREFIX}{name} can be guessed: it must be made at random, "
                    "as `openssl rand -hex 32` does"
                )
        if self.broker_secret_key == self.secret_key:
            yield f"{PREFIX}BROKER_SECRET_KEY must be another than {PREFIX}SECRET_KEY"


def is_weak(secret: str) -> bool:
    """Whether nobody made it at random: it is short, repeats itself, or has few characters."""
    return (
        len(secret) < SECRET_CHARACTERS
        or len(set(secret)) < DIFFERENT_CHARACTERS
        or secret in (secret + secret)[1:-1]
    )

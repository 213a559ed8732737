"""Who may be told that an export has ended: https and public addresses alone, unless these say
otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from app.settings.group import PREFIX, Positive, SettingsGroup, named

Ports = Annotated[str, msgspec.Meta(pattern=r"^(any|\d{1,5}(,\d{1,5})*)$")]


class WebhookSettings(SettingsGroup, frozen=True, kw_only=True):
    allow_http: Annotated[bool, named("ALLOW_HTTP_WEBHOOKS")] = False
    allow_private: Annotated[bool, named("ALLOW_PRIVATE_WEBHOOKS")] = False
    timeout_seconds: Annotated[Positive, named("WEBHOOK_TIMEOUT_SECONDS")] = 10
    # Where receivers may listen.
    ports: Annotated[Ports, named("WEBHOOK_PORTS", expected='"any", or ports as in 443,8443')] = (
        "80,443,8080,8443"
    )

    def faults(self) -> Iterator[str]:
        ports = self.ports.removesuffix("any").split(",")
        if not all(0 < int(port or 443) < 65_536 for port in ports):
            yield f"{PREFIX}WEBHOOK_PORTS: a port lies between 1 and 65535"

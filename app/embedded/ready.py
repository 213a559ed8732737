"""What a started platform says about itself: the content of ready.json."""

from __future__ import annotations

import msgspec


class Ready(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where the platform answers, and how to sign in to its first organization."""

    base_url: str
    mqtt_host: str
    mqtt_port: int
    ca_file: str
    organization_id: str
    api_key: str
    admin_email: str
    admin_password: str


class DemoOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How much the demonstration does."""

    devices: int = 8
    rate: float = 100.0  # simulated readings a second, of all devices together

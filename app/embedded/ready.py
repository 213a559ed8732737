"""What a started platform says about itself: ready.json, written when all the rest is there."""

from __future__ import annotations

import httpx
import msgspec

from app.embedded.credentials import Credentials
from app.embedded.errors import EmbeddedError
from app.embedded.files import write_atomically
from app.embedded.listeners import Listeners
from app.embedded.state import State


class Ready(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where the platform answers, and how to sign in to its first organization."""

    base_url: str
    metrics_url: str
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
    has_camera: bool = True  # one that encodes its own pictures


async def announce(state: State, listeners: Listeners, credentials: Credentials) -> Ready:
    """Write the CA's certificate, then ready.json, which says that all the rest is there."""
    write_atomically(state.ca_file, await _ca_certificate(listeners.base_url))
    ready = Ready(
        base_url=listeners.base_url,
        metrics_url=listeners.metrics_url,
        mqtt_host=listeners.mqtt_host,
        mqtt_port=listeners.mqtt_port,
        ca_file=str(state.ca_file),
        organization_id=credentials.organization_id,
        api_key=credentials.api_key,
        admin_email=credentials.admin_email,
        admin_password=credentials.admin_password,
    )
    write_atomically(state.ready_file, msgspec.json.encode(ready).decode(), mode=0o600)
    return ready


async def _ca_certificate(base_url: str) -> str:
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=10.0) as client:
            answer = await client.get(f"{base_url}/api/v1/pki/ca.pem")
            return answer.raise_for_status().text
    except httpx.HTTPError as error:
        raise EmbeddedError(f"the API gives no CA certificate: {error}") from None

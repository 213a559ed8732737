from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from app.core.wire import Body, Read
from app.fleet.devices.schemas import DeviceName, Tags

ComponentKey = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$(?!\n)")]
Pem = Annotated[str, msgspec.Meta(min_length=1, max_length=16_384)]


class ComponentOfDevice(Body):
    key: ComponentKey
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


class RegistrationTokenCreate(Body):
    """A new device, and how long its token may be used: a minute to a year, a day if not said."""

    device_name: DeviceName
    tags: Tags = []
    components: Annotated[list[ComponentOfDevice], msgspec.Meta(max_length=100)] = []
    expires_in_seconds: Annotated[int, msgspec.Meta(ge=60, le=31_536_000)] | None = None


class DeviceTokenCreate(Body):
    expires_in_seconds: Annotated[int, msgspec.Meta(ge=60, le=31_536_000)] | None = None


class RegistrationTokenCreated(Read):
    """The only answer that carries the token. The device exchanges it at provisionEndpoint for a certificate."""

    token: str
    device_id: UUID
    device_name: str
    provision_endpoint: str
    expires_at: datetime

    def path(self) -> str:
        return f"/api/v1/devices/{self.device_id}"


class RegistrationTokenRead(Read):
    id: UUID
    device_id: UUID
    device_name: str
    created_by: str
    created_at: datetime
    expires_at: datetime


class ProvisionRequest(Body):
    """The one-time token, and a PKCS#10 request in PEM signed by the device's own key."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    csr: Pem


class MqttAccess(Read):
    host: str
    port: int
    client_id: str
    topics: dict[str, str]


class Provisioned(Read):
    device_id: UUID
    organization_id: UUID
    certificate: str
    ca_certificates: str
    expires_at: datetime
    mqtt: MqttAccess


class CertificateRead(Read):
    serial: str
    fingerprint: str
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None


class Certificates(Read):
    items: list[CertificateRead]

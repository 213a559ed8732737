from __future__ import annotations

from typing import Annotated

import msgspec

from app.accounts.auth.schemas import Principal
from app.control.provisioning import samples
from app.core.documentation import (
    CERTIFICATE_SERIAL,
    DEVICE,
    ORGANIZATION,
    REGISTRATION_TOKEN,
    DeviceId,
    OrganizationId,
    RegistrationTokenId,
    described,
)
from app.core.wire import Body, CreatedAt, Moment, Read
from app.fleet.components.schemas import ComponentKey
from app.fleet.devices.schemas import DeviceName, Tags

Pem = Annotated[str, msgspec.Meta(min_length=1, max_length=16_384)]


_TOKEN = f"{REGISTRATION_TOKEN}.{DEVICE}.J4kQ7mXv2LpR8sTn1YwZc5Bd9Fg3Hh6Kj0QqWeUiOaE"
_NAME = "warehouse-gateway-01"
_EXPIRES_AT = "2026-11-24T10:30:00Z"
_EXPIRES_IN = described("Life of the token in seconds, a minute to a year; a day if left out.", 86_400)


class ComponentOfDevice(Body):
    """A part of the new device."""

    key: Annotated[ComponentKey, described("Its name on the wire, unique in its device.", "probe-1")]
    name: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None,
        described("As people know it; the key if left out.", "Probe at the door"),
    ] = None


class RegistrationTokenCreate(Body):
    """A new device, and how long its token may be used: a minute to a year, a day if not said."""

    device_name: Annotated[DeviceName, described("Unique in the organization.", _NAME)]
    tags: Annotated[Tags, described("Labels to find and group devices by.", ["warehouse"])] = []
    components: Annotated[
        list[ComponentOfDevice], msgspec.Meta(max_length=100), described("Its addressable parts.")
    ] = []
    expires_in_seconds: Annotated[Annotated[int, msgspec.Meta(ge=60, le=31_536_000)] | None, _EXPIRES_IN] = (
        None
    )


class DeviceTokenCreate(Body):
    """How long the token may be used."""

    expires_in_seconds: Annotated[Annotated[int, msgspec.Meta(ge=60, le=31_536_000)] | None, _EXPIRES_IN] = (
        None
    )


class RegistrationTokenCreated(Read):
    """The only answer that carries the token. The device exchanges it at provisionEndpoint for a certificate."""

    token: Annotated[str, described("Three parts, the middle one the device's id.", _TOKEN)]
    device_id: DeviceId
    device_name: Annotated[str, described("The device's name.", _NAME)]
    provision_endpoint: Annotated[
        str,
        described(
            "Where the device exchanges it.",
            "http://127.0.0.1:8080/api/v1/devices/provision",
            format="uri",
        ),
    ]
    expires_at: Annotated[Moment, described("When the token ends.", _EXPIRES_AT)]

    def path(self) -> str:
        return f"/api/v1/devices/{self.device_id}"


class RegistrationTokenRead(Read):
    """A token that can still be used, without its secret part."""

    id: RegistrationTokenId
    device_id: DeviceId
    device_name: Annotated[str, described("The device's name.", _NAME)]
    created_by: Principal
    created_at: CreatedAt
    expires_at: Annotated[Moment, described("When the token ends.", _EXPIRES_AT)]


class ProvisionRequest(Body):
    """The one-time token, and a PKCS#10 request in PEM signed by the device's own key."""

    token: Annotated[
        str,
        msgspec.Meta(min_length=1, max_length=300),
        described("As registering the device gave it.", _TOKEN),
    ]
    csr: Annotated[
        Pem,
        described(
            "PKCS#10 in PEM: P-256, P-384, Ed25519, or RSA of 2048 to 4096 bits. Its subject is ignored.",
            samples.REQUEST,
        ),
    ]


class MqttAccess(Read):
    """Where and as whom the device connects, by mutual TLS."""

    host: Annotated[str, described("The broker's name.", "localhost")]
    port: Annotated[int, described("The broker's port.", 8883)]
    client_id: Annotated[str, described("The MQTT client identifier to connect with.", DEVICE)]
    topics: Annotated[
        dict[str, str],
        described(
            "Every topic that the device may use, by what it is for.",
            {
                "readings": f"v1/readings/{ORGANIZATION}/{DEVICE}",
                "commands": f"v1/gateways/{ORGANIZATION}/{DEVICE}/commands",
            },
        ),
    ]


class Provisioned(Read):
    """The device's certificate, and all that it needs to connect."""

    device_id: DeviceId
    organization_id: OrganizationId
    certificate: Annotated[str, described("The device's certificate in PEM.", samples.CERTIFICATE)]
    ca_certificates: Annotated[
        str, described("What the broker's certificate chains to, in PEM.", samples.CA_CERTIFICATE)
    ]
    expires_at: Annotated[Moment, described("When the certificate ends.", "2027-11-23T10:30:00Z")]
    mqtt: MqttAccess


class CertificateRead(Read):
    """A certificate that a device has or had."""

    serial: Annotated[str, described("Its serial number in hexadecimal.", CERTIFICATE_SERIAL)]
    fingerprint: Annotated[
        str,
        described(
            "SHA-256 of the certificate, in hexadecimal.",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
    ]
    not_before: Annotated[Moment, described("From when on it is valid.", "2026-11-23T10:25:00Z")]
    not_after: Annotated[Moment, described("Until when it is valid.", "2027-11-23T10:30:00Z")]
    revoked_at: Annotated[Moment | None, described("When it was ended early; null if not.", None)]


class Certificates(Read):
    """All certificates of a device, newest first."""

    items: Annotated[list[CertificateRead], described("The ended ones too.")]

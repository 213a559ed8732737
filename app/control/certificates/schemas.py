from __future__ import annotations

from typing import Annotated

import msgspec

from app.accounts.ids import ORGANIZATION, OrganizationId
from app.control.certificates import samples
from app.core.documentation import described
from app.core.wire import Moment, Read
from app.fleet.ids import DEVICE, DeviceId

Pem = Annotated[str, msgspec.Meta(min_length=1, max_length=16_384)]


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

    serial: Annotated[
        str, described("Its serial number in hexadecimal.", samples.CERTIFICATE_SERIAL)
    ]
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

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from app.accounts.ids import ORGANIZATION, OrganizationId
from app.control.certificates import samples
from app.core.documentation import described
from app.core.wire import Body, Moment, Read
from app.fleet.ids import DEVICE, DeviceId

Pem = Annotated[str, msgspec.Meta(min_length=1, max_length=16_384)]


_SERIAL = described(
    "Of the certificate that the device has; hexadecimal, as tools write it.",
    samples.CERTIFICATE_SERIAL,
)
Serial = Annotated[str, msgspec.Meta(min_length=1, max_length=100), _SERIAL]


class ChallengeRequest(Body):
    """Which certificate is to be renewed."""

    serial: Serial


class Challenge(Read):
    """What the device signs with its current key, once. Every serial number is answered so."""

    nonce: Annotated[
        str, described("At random, for this serial.", "m1Q0oR8yJd3VbKxT5nWc7Zs9Lh2Gf4Ep6AuYiXqNvBk")
    ]
    expires_at: Annotated[Moment, described("Until when.", "2026-11-23T10:35:00Z")]


class RenewalRequest(Body):
    """A request for the new key, and the proof of the current one."""

    serial: Serial
    csr: Annotated[Pem, described("PKCS#10 in PEM, as for provisioning.", samples.REQUEST)]
    signature: Annotated[
        str,
        msgspec.Meta(min_length=1, max_length=2048),
        described(
            "Base64 of the current key's signature over the UTF-8 of the nonce, a line feed and "
            "the csr exactly as sent: ECDSA with SHA-256 in DER, RSA PKCS#1 v1.5 with SHA-256, "
            "or Ed25519.",
            "MEUCIQDoYxT2mUeW1j0a3gZlq8v5rK7nB4cS9dF6hPwXyE0tAgIgJt1uVbQz3mRk8sLp5nYf2oHcXe7i"
            "GaW4vDqTjUrKy0M=",
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
    certificate: Annotated[
        str,
        described(
            "The device's certificate in PEM; behind it those between it and the authority.",
            samples.CERTIFICATE,
        ),
    ]
    ca_certificates: Annotated[
        str,
        described(
            "What the broker's certificate chains to, in PEM; one or more, to be trusted alike.",
            samples.CA_CERTIFICATE,
        ),
    ]
    expires_at: Annotated[Moment, described("When the certificate ends.", "2027-11-23T10:30:00Z")]
    mqtt: MqttAccess


class CertificateStatus(StrEnum):
    VALID = "VALID"
    ENDING = "ENDING"
    SUPERSEDED = "SUPERSEDED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


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
    superseded_at: Annotated[
        Moment | None,
        described("When it ends since the renewed one is in use; null if it isn't.", None),
    ]
    status: Annotated[
        str,
        described(
            "VALID; ENDING in the overlap with the one that replaces it; how it ended.",
            CertificateStatus.VALID,
            enum=list(CertificateStatus),
        ),
    ]


class Certificates(Read):
    """All certificates of a device, newest first."""

    items: Annotated[list[CertificateRead], described("The ended ones too.")]

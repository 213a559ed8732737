"""Real devices: own key, own CSR, provisioned over HTTP, connected by mutual TLS with paho-mqtt."""

from __future__ import annotations

import queue
import ssl
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import paho.mqtt.client as mqtt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.make.platform import Organization, RunningPlatform

WAIT_SECONDS = 30


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def signing_request(key: Any, *, common_name: str = "ignored") -> str:
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
        .sign(key, hashes.SHA256())
    )
    return request.public_bytes(serialization.Encoding.PEM).decode()


@dataclass
class Device:
    """A provisioned device with its certificate on disk, as mosquitto_pub and paho want it."""

    id: str
    org_id: str
    provisioned: dict[str, Any]
    certificate_file: Path
    key_file: Path
    ca_file: Path

    @property
    def topic(self) -> str:
        return str(self.provisioned["mqtt"]["topics"]["readings"])

    @property
    def serial(self) -> str:
        certificate = x509.load_pem_x509_certificate(self.provisioned["certificate"].encode())
        return f"{certificate.serial_number:x}"


def register_device(organization: Organization, name: str) -> dict[str, Any]:
    answer = organization.http.post("/devices/registration/tokens", json={"deviceName": name})
    assert answer.status_code == 201, answer.text
    token: dict[str, Any] = answer.json()
    return token


def provision_device(
    organization: Organization, name: str, *, directory: Path | None = None
) -> Device:
    """Token → CSR → certificate."""
    token = register_device(organization, name)
    return provision_with(token["token"], token["provisionEndpoint"], directory=directory)


def provision_with(token: str, endpoint: str, *, directory: Path | None = None) -> Device:
    """What a device does with its token: own key, own CSR, certificate."""
    key = new_key()
    answer = httpx.post(
        endpoint,
        json={"token": token, "csr": signing_request(key)},
        timeout=30,
        trust_env=False,
        verify=False,  # it is http://, and loading the certificate store takes 16 ms for each client
    )
    assert answer.status_code == 200, answer.text
    provisioned = answer.json()
    folder = Path(tempfile.mkdtemp(prefix="holdfast-device-", dir=directory))
    device = Device(
        provisioned["deviceId"],
        provisioned["organizationId"],
        provisioned,
        folder / "certificate.pem",
        folder / "key.pem",
        folder / "ca.pem",
    )
    device.certificate_file.write_text(provisioned["certificate"])
    device.ca_file.write_text(provisioned["caCertificates"])
    device.key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return device


@dataclass
class Session:
    """A paho-mqtt connection. `acknowledged` grows as PUBACKs come in."""

    device: Device
    client: mqtt.Client
    acknowledged: set[int] = field(default_factory=set)
    connected: threading.Event = field(default_factory=threading.Event)
    disconnected: threading.Event = field(default_factory=threading.Event)
    received: queue.Queue[mqtt.MQTTMessage] = field(default_factory=queue.Queue)

    def publish(
        self, payload: Any, *, topic: str | None = None, qos: int = 1
    ) -> mqtt.MQTTMessageInfo:
        body = payload if isinstance(payload, bytes) else msgspec.json.encode(payload)
        return self.client.publish(topic or self.device.topic, body, qos=qos)

    def publish_all(self, payloads: Iterable[Any]) -> None:
        """Publish each with QoS 1 and wait until every one is acknowledged."""
        for info in [self.publish(payload) for payload in payloads]:
            info.wait_for_publish(WAIT_SECONDS)
            assert info.is_published(), "a publish was not acknowledged"

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def connect(
    platform: RunningPlatform,
    device: Device,
    *,
    client_id: str | None = None,
    keep_alive: int = 60,
    reconnect: bool = False,
    will: tuple[str, bytes] | None = None,
) -> Session:
    """Connect by mutual TLS and wait for CONNACK. Raises ConnectionError when refused."""
    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2,
        client_id=client_id or device.id,
        protocol=mqtt.MQTTv311,
        reconnect_on_failure=reconnect,
    )
    client.tls_set(
        str(device.ca_file),
        str(device.certificate_file),
        str(device.key_file),
        tls_version=ssl.PROTOCOL_TLS_CLIENT,
    )
    if will:
        client.will_set(will[0], will[1], qos=1)
    session = Session(device, client)
    refused: list[str] = []

    def on_connect(_client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            refused.append(str(reason))
            session.disconnected.set()
        session.connected.set()

    client.on_connect = on_connect
    client.on_disconnect = lambda *_: (session.disconnected.set(), session.connected.set())
    client.on_publish = lambda _c, _d, mid, *_: session.acknowledged.add(mid)
    client.on_message = lambda _c, _d, message: session.received.put(message)
    client.max_inflight_messages_set(100)
    client.connect("localhost", platform.mqtt_port, keep_alive)
    client.loop_start()
    if not session.connected.wait(WAIT_SECONDS) or refused or session.disconnected.is_set():
        client.loop_stop()
        raise ConnectionError(refused[0] if refused else "not connected")
    return session


def reading(sensor: str, at: datetime, value: Any, **more: Any) -> dict[str, Any]:
    """A reading by sensor key, as a device sends it."""
    return {"sensor": sensor, "timestamp": at.astimezone(UTC).isoformat(), "value": value, **more}

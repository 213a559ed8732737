"""One device of the demonstration: how it gets its certificate, stays connected and hands over what it has."""

from __future__ import annotations

import asyncio
import itertools
import math
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import aiomqtt
import aiomqtt.exceptions
import httpx
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.embedded.files import write_atomically
from db.connections.background import TaskOwner

FIRMWARE = "demo 1.0"
SENDERS = 4  # messages of a device on their way at once
OUTBOX_MESSAGES = 64  # what a device keeps while the platform is away; then it stops measuring
CONNECT_SECONDS = 5.0
LEAVE_SECONDS = 0.2
CANCEL_AGAIN_SECONDS = 0.3  # longer than leaving takes
KEEP_ALIVE_SECONDS = 20
HEALTH_SECONDS = 30.0
PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0)
FAILURES_BEFORE_DOUBT = 4  # to connect, until a device asks whether its certificate is still good
PROVISIONINGS_AT_ONCE = 8


class Identity(msgspec.Struct, frozen=True, rename="camel"):
    """Who a device is since it was provisioned."""

    device_id: str
    serial: str
    readings_topic: str
    status_topic: str
    health_topic: str


class Upload(msgspec.Struct, frozen=True, rename="camel"):
    """Up to when a device's history is stored."""

    device_id: str | None
    to: datetime


class Home:
    """A device's own directory: `key.pem`, `certificate.pem`, `ca.pem`, and what it must know after a restart."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def identity(self) -> Identity | None:
        """None before it was provisioned."""
        try:
            return msgspec.json.decode(
                (self._directory / "device.json").read_bytes(), type=Identity
            )
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def settle(self, identity: Identity, key: str, certificate: str, ca_certificates: str) -> None:
        """Keep a new identity."""
        self.forget()
        self._write("key.pem", key)
        self._write("certificate.pem", certificate)
        self._write("ca.pem", ca_certificates)
        # The last one: it says that the others are there.
        self._write("device.json", msgspec.json.encode(identity).decode())

    def forget(self) -> None:
        """Not to be this device any more."""
        (self._directory / "device.json").unlink(missing_ok=True)

    def tls(self) -> ssl.SSLContext:
        """Raises OSError, of which ssl.SSLError is one, when the files are gone or don't belong together."""
        context = ssl.create_default_context(cafile=self._directory / "ca.pem")
        context.load_cert_chain(self._directory / "certificate.pem", self._directory / "key.pem")
        return context

    def uploaded_to(self, device_id: str | None) -> datetime | None:
        """Up to when the history of this device was acknowledged. Another device's past is not this one's."""
        try:
            upload = msgspec.json.decode(
                (self._directory / "history.json").read_bytes(), type=Upload
            )
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        return upload.to if upload.device_id == device_id else None

    def remember(self, upload: Upload) -> None:
        """Keep what a device may leave out after its next start."""
        self._write("history.json", msgspec.json.encode(upload).decode())

    def _write(self, name: str, text: str) -> None:
        write_atomically(self._directory / name, text, mode=0o600)


class Registrar:
    """The part of the REST API with which a device is registered and provisioned. Raises httpx.HTTPError."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._at_once = asyncio.Semaphore(PROVISIONINGS_AT_ONCE)

    async def provision(self, name: str, home: Home) -> Identity:
        """Token → own key and signing request → certificate, kept at the device's home."""
        async with self._at_once:
            token = await self._token(name)
            key = ec.generate_private_key(ec.SECP256R1())
            request = {"token": token["token"], "csr": _signing_request(key)}
            provisioned = (
                await self._asked("POST", token["provisionEndpoint"], json=request)
            ).json()
        certificate = provisioned["certificate"]
        topics = provisioned["mqtt"]["topics"]
        serial = x509.load_pem_x509_certificate(certificate.encode()).serial_number
        identity = Identity(
            provisioned["deviceId"],
            f"{serial:x}",
            topics["readings"],
            topics["status"],
            topics["health"],
        )
        home.settle(identity, _pem(key), certificate, provisioned["caCertificates"])
        return identity

    async def accepts(self, identity: Identity) -> bool:
        """Whether the device is still there and its certificate neither revoked nor expired."""
        answer = await self._http.get(f"/devices/{identity.device_id}/certificates")
        if answer.status_code == 404:
            return False
        now = datetime.now(UTC)
        return any(
            found["serial"] == identity.serial
            and found["revokedAt"] is None
            and datetime.fromisoformat(found["notAfter"]) > now
            for found in answer.raise_for_status().json()["items"]
        )

    async def _token(self, name: str) -> dict[str, str]:
        new = {"deviceName": name, "tags": ["demo"]}
        answer = await self._http.post("/devices/registration/tokens", json=new)
        if answer.status_code == 409:  # the name is taken: the same device, with a new certificate
            device_id = await self._device_named(name)
            answer = await self._http.post(f"/devices/{device_id}/registration-token")
        token: dict[str, str] = answer.raise_for_status().json()
        return token

    async def _device_named(self, name: str) -> str:
        page = await self._asked("GET", "/devices", params={"q": name, "limit": 500})
        found = [device["id"] for device in page.json()["items"] if device["name"] == name]
        if not found:
            raise httpx.RemoteProtocolError(f"no device {name}, though its name is taken")
        return str(found[0])

    async def _asked(self, method: str, url: str, **more: object) -> httpx.Response:
        answer = await self._http.request(method, url, **more)  # type: ignore[arg-type]
        return answer.raise_for_status()


class Parcel(NamedTuple):
    """One message of readings, encoded."""

    body: bytes
    readings: int


class Outbox:
    """What a device has yet to hand over. It is bounded, and keeps each message until it is acknowledged."""

    def __init__(self, limit: int = OUTBOX_MESSAGES) -> None:
        self._waiting: deque[tuple[int, Parcel]] = deque()
        self._on_their_way: dict[int, Parcel] = {}
        self._numbers = itertools.count()
        self._room = asyncio.Semaphore(limit)
        self._something = asyncio.Semaphore(0)
        self._empty = asyncio.Event()
        self._empty.set()

    async def put(self, parcel: Parcel) -> None:
        """Waits while the outbox is full."""
        await self._room.acquire()
        self._empty.clear()
        self._waiting.append((next(self._numbers), parcel))
        self._something.release()

    async def take(self) -> tuple[int, Parcel]:
        """The next message, with the number under which it is acknowledged."""
        await self._something.acquire()
        number, parcel = self._waiting.popleft()
        self._on_their_way[number] = parcel
        return number, parcel

    def acknowledge(self, number: int) -> None:
        del self._on_their_way[number]
        self._room.release()
        if not self._waiting and not self._on_their_way:
            self._empty.set()

    def take_back(self) -> None:
        """The connection ended: what was not acknowledged is sent again, in the same order."""
        for number in sorted(self._on_their_way, reverse=True):
            self._waiting.appendleft((number, self._on_their_way.pop(number)))
            self._something.release()

    async def emptied(self) -> None:
        """Wait until everything that was put is acknowledged."""
        await self._empty.wait()


class Acknowledgements:
    """How long the newest messages of all devices took from publish to PUBACK."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, float]] = deque(maxlen=2000)

    def add(self, began: float) -> None:
        """`began` is a time of time.monotonic()."""
        now = time.monotonic()
        self._recent.append((now, now - began))

    def quantile(self, q: float, last_seconds: float) -> float | None:
        """In seconds; None when there was none in that time."""
        since = time.monotonic() - last_seconds
        found = sorted(took for at, took in self._recent if at >= since)
        return found[math.ceil(q * len(found)) - 1] if found else None


Report = Callable[["Device"], Coroutine[Any, Any, None]]


class Broker(NamedTuple):
    """Where devices connect."""

    host: str
    port: int


class Device:
    """A device. `report` is what it measures: it runs as long as the device is the same, connected or not."""

    def __init__(
        self,
        name: str,
        home: Home,
        registrar: Registrar,
        broker: Broker,
        acknowledgements: Acknowledgements,
        report: Report,
    ) -> None:
        self.name = name
        self.home = home
        self.outbox = Outbox()
        self.is_connected = False
        self.handed_over = 0  # readings acknowledged, the refused and repeated ones too
        self.latest = ""  # what it shows at its front
        self.device_id: str | None = None
        self._started = time.monotonic()
        self._registrar = registrar
        self._broker = broker
        self._acknowledgements = acknowledgements
        self._report = report

    async def run(self) -> None:
        """Be a device until cancelled."""
        while True:
            identity = await self._identity()
            self.device_id = identity.device_id
            await together(self._report(self), self._stay_connected(identity))
            self.home.forget()
            await asyncio.sleep(PAUSES_SECONDS[0])

    async def _identity(self) -> Identity:
        for pause in _pauses():
            with suppress(httpx.HTTPError):
                return self.home.identity() or await self._registrar.provision(self.name, self.home)
            self.latest = "waits for the API"
            await asyncio.sleep(pause)
        raise AssertionError  # there is always another pause

    async def _stay_connected(self, identity: Identity) -> None:
        """Returns when this identity is no longer accepted."""
        failures = 0
        pauses = _pauses()
        while True:
            try:
                tls = self.home.tls()
            except OSError:
                return
            try:
                async with self._session(identity, tls) as client:
                    failures, pauses = 0, _pauses()
                    await self._hand_over(client, identity)
            except aiomqtt.exceptions.MqttConnectError:
                failures = FAILURES_BEFORE_DOUBT  # the broker itself said no
            except aiomqtt.MqttError:
                failures += 1
            if failures >= FAILURES_BEFORE_DOUBT and await self._is_refused(identity):
                return
            await asyncio.sleep(next(pauses))

    async def _is_refused(self, identity: Identity) -> bool:
        try:
            return not await self._registrar.accepts(identity)
        except httpx.HTTPError:
            return False  # nobody knows

    @asynccontextmanager
    async def _session(
        self, identity: Identity, tls: ssl.SSLContext
    ) -> AsyncIterator[aiomqtt.Client]:
        """Connected by mutual TLS. Raises aiomqtt.MqttError when that fails or ends."""
        client = aiomqtt.Client(
            *self._broker,
            identifier=identity.device_id,
            tls_context=tls,
            will=aiomqtt.Will(identity.status_topic, _status("OFFLINE"), qos=1, retain=True),
            keepalive=KEEP_ALIVE_SECONDS,
            timeout=CONNECT_SECONDS,
        )
        await client.__aenter__()
        self.is_connected = True
        try:
            yield client
        finally:
            self.is_connected = False
            self.outbox.take_back()
            # Not `async with`: its time-out would take the place of a cancellation.
            client.timeout = LEAVE_SECONDS
            with suppress(aiomqtt.MqttError):
                await client.__aexit__(None, None, None)

    async def _hand_over(self, client: aiomqtt.Client, identity: Identity) -> None:
        senders = (self._send(client, identity) for _ in range(SENDERS - 1))
        await together(
            _until_disconnected(client),
            self._announce_and_send(client, identity),
            self._tell_health(client, identity),
            *senders,
        )

    async def _announce_and_send(self, client: aiomqtt.Client, identity: Identity) -> None:
        await _publish(client, identity.status_topic, _status("ONLINE"), retain=True)
        await self._send(client, identity)

    async def _tell_health(self, client: aiomqtt.Client, identity: Identity) -> None:
        """With QoS 0: the next one comes soon."""
        while True:
            health = {
                "recordedAt": datetime.now(UTC),
                "uptimeSeconds": int(time.monotonic() - self._started),
                "connectionType": "ETHERNET",
                "readingsSent": self.handed_over,
                "readingsDropped": 0,
            }
            await client.publish(identity.health_topic, msgspec.json.encode(health), qos=0)
            await asyncio.sleep(HEALTH_SECONDS)

    async def _send(self, client: aiomqtt.Client, identity: Identity) -> None:
        while True:
            number, parcel = await self.outbox.take()
            began = time.monotonic()
            await _publish(client, identity.readings_topic, parcel.body)
            self.outbox.acknowledge(number)
            self._acknowledgements.add(began)
            self.handed_over += parcel.readings


async def together(*parts: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends, then end the others; raises what that one raised."""
    has_ended = asyncio.Event()

    async def run(part: Coroutine[Any, Any, None]) -> None:
        try:
            await part
        finally:
            has_ended.set()

    async with TaskOwner("demo", cancel_again_seconds=CANCEL_AGAIN_SECONDS) as owner:
        for part in parts:
            owner.start(run(part))
        await has_ended.wait()


async def _publish(
    client: aiomqtt.Client, topic: str, body: bytes, *, retain: bool = False
) -> None:
    """Returns at the PUBACK, however long that takes: while its database is away the platform keeps it back."""
    await client.publish(topic, body, qos=1, retain=retain, timeout=math.inf)


async def _until_disconnected(client: aiomqtt.Client) -> None:
    async for _ in client.messages:
        pass  # nothing is subscribed to: this is how aiomqtt tells the end of a connection


def _status(status: str) -> bytes:
    return msgspec.json.encode(
        {"status": status, "timestamp": datetime.now(UTC), "firmwareVersion": FIRMWARE}
    )


def _pauses() -> Iterator[float]:
    return itertools.chain(PAUSES_SECONDS, itertools.repeat(PAUSES_SECONDS[-1]))


def _signing_request(key: ec.EllipticCurvePrivateKey) -> str:
    """The platform takes the key from it and decides the name itself."""
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .sign(key, hashes.SHA256())
    )
    return request.public_bytes(serialization.Encoding.PEM).decode()


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()

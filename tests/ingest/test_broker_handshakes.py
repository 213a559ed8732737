"""A TLS handshake that fails says why: to the client as far as TLS lets it, in the log, in a
counter. And one that succeeds leaves nothing behind."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import socket
import ssl
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from ingest.mqtt.gate import FAILURES_TOLD, TELL_SECONDS, FailureLog
from ingest.mqtt.handshake import HandshakeFault, offers_tls_1_3

from .attacks import Party
from .certificates import Authority, trusting
from .mqtt_client import CLOSED, Client, connect_packet, packet
from .running_broker import RunningBroker, running_broker

DISCONNECT = packet(0xE0, b"")
NOT_AUTHORIZED = 5
Context = Callable[[Authority, Authority, Party], ssl.SSLContext]


def _counted(fault: HandshakeFault) -> float:
    labels = {"reason": fault.name.lower()}
    return REGISTRY.get_sample_value("holdfast_tls_handshake_failures_total", labels) or 0.0


def _limited(context: ssl.SSLContext, version: ssl.TLSVersion, ciphers: str = "") -> ssl.SSLContext:
    if ciphers:
        context.set_ciphers(ciphers)
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = context.maximum_version = version
    return context


FAILURES: dict[str, tuple[Context, HandshakeFault, str]] = {
    "no certificate": (
        lambda _ours, _foreign, _party: trusting(None),
        HandshakeFault.NO_CERTIFICATE,
        "HANDSHAKE_FAILURE",
    ),
    "another authority": (
        lambda _ours, foreign, party: foreign.issue(party.client_id).tls(),
        HandshakeFault.UNKNOWN_AUTHORITY,
        "UNKNOWN_CA",
    ),
    "expired": (
        lambda ours, _, party: ours.issue(
            party.client_id, valid_for=dt.timedelta(seconds=-1)
        ).tls(),
        HandshakeFault.EXPIRED,
        "CERTIFICATE_EXPIRED",
    ),
    "a server's": (
        lambda ours, _, party: ours.issue(party.client_id, is_server=True).tls(),
        HandshakeFault.NOT_FOR_CLIENTS,
        "UNSUPPORTED_CERTIFICATE",
    ),
}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("name", FAILURES)
async def test_a_certificate_that_is_refused_is_told_with_its_reason(
    name: str,
    version: ssl.TLSVersion,
    broker: RunningBroker,
    authority: Authority,
    tmp_path: Path,
) -> None:
    make, fault, alert = FAILURES[name]
    party = broker.enroll()
    context = _limited(make(authority, Authority(tmp_path, "others"), party), version)
    before = _counted(fault)
    with capture_logs() as logs:
        if version is ssl.TLSVersion.TLSv1_2:
            with pytest.raises(ssl.SSLError, match=alert):
                await Client.open(broker.port, context)
        else:  # keys are in force by now: it can only be closed
            async with await Client.open(broker.port, context) as client:
                assert await client.read() == CLOSED
    assert _counted(fault) == before + 1
    [line] = [line for line in logs if line["event"] == "handshake_failed"]
    assert (line["reason"], line["address"]) == (fault.value, "127.0.0.1")


@pytest.mark.parametrize(
    ("version", "ciphers", "fault", "alert"),
    [
        (ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0", HandshakeFault.VERSION, "PROTOCOL_VERSION"),
        (
            ssl.TLSVersion.TLSv1_2,
            "ECDHE-RSA-AES128-GCM-SHA256",
            HandshakeFault.NO_SHARED_CIPHER,
            "HANDSHAKE_FAILURE",
        ),
    ],
)
async def test_what_can_not_be_agreed_on_is_told(
    version: ssl.TLSVersion,
    ciphers: str,
    fault: HandshakeFault,
    alert: str,
    broker: RunningBroker,
) -> None:
    context = _limited(broker.enroll().leaf.tls(), version, ciphers)
    before = _counted(fault)
    with pytest.raises(ssl.SSLError, match=alert):
        await Client.open(broker.port, context)
    assert _counted(fault) == before + 1


async def test_a_client_that_does_not_know_our_authority_is_told_of(
    broker: RunningBroker, tmp_path: Path
) -> None:
    context = broker.enroll().leaf.tls(Authority(tmp_path, "others"))
    with capture_logs() as logs:
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.to_thread(_open, broker, context)
        async with asyncio.timeout(10):
            while not logs:  # noqa: ASYNC110 - nobody is told
                await asyncio.sleep(0.01)
    assert [line["reason"] for line in logs] == [HandshakeFault.REFUSED_BY_CLIENT.value]


async def test_a_device_that_knows_rsa_alone_is_shown_an_rsa_certificate(
    authority: Authority, tmp_path: Path
) -> None:
    key = rsa.generate_private_key(65_537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, key_file = tmp_path / "rsa.pem", tmp_path / "rsa.key"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    async with running_broker(authority, second=(chain, key_file)) as broker:
        party = broker.enroll()
        context = _limited(party.leaf.tls(), ssl.TLSVersion.TLSv1_2, "ECDHE-RSA-AES128-GCM-SHA256")
        context.load_verify_locations(chain)
        context.check_hostname, context.verify_mode = True, ssl.CERT_REQUIRED
        async with await Client.open(broker.port, context) as client:
            assert await client.connect(party.client_id) == 0
        async with await party.connect(broker.port) as usual:
            assert await usual.ping()


@pytest.mark.parametrize("data", [connect_packet("someone"), b"GET / HTTP/1.1\r\n\r\n"])
async def test_what_is_not_tls_is_told_of(data: bytes, broker: RunningBroker) -> None:
    before = _counted(HandshakeFault.NOT_TLS)
    async with await Client.open(broker.port, None) as client:
        client.send(data)
        assert await client.read() == CLOSED
    assert _counted(HandshakeFault.NOT_TLS) == before + 1


def test_of_a_flood_of_failures_some_are_told_and_the_rest_are_counted() -> None:
    failures = FailureLog()
    with capture_logs() as logs:
        told = [failures.may_be_told(100.0) for _ in range(FAILURES_TOLD + 500)]
        assert told == [True] * FAILURES_TOLD + [False] * 500
        assert failures.may_be_told(100.0 + TELL_SECONDS)
    assert [(line["event"], line["count"]) for line in logs] == [("handshakes_failed", 500)]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_device_that_comes_and_goes_leaves_no_session_behind(
    version: ssl.TLSVersion, broker: RunningBroker
) -> None:
    party = broker.enroll()
    context = _limited(party.leaf.tls(), version)
    for _ in range(60):
        async with await Client.open(broker.port, context) as client:
            assert await client.connect(party.client_id) == 0
            client.send(DISCONNECT)
            assert await client.is_closed()
    gc.collect()
    assert broker.tls.session_stats()["number"] <= 3


async def test_a_session_that_is_resumed_opens_nothing_once_its_certificate_is_revoked(
    broker: RunningBroker,
) -> None:
    party = broker.enroll()
    context = _limited(party.leaf.tls(), ssl.TLSVersion.TLSv1_2)
    first = await asyncio.to_thread(_connect, broker, context, party)
    session = first.connection.session
    again = await asyncio.to_thread(_connect, broker, context, party, session)
    assert (first.answer, again.answer, again.connection.session_reused) == (0, 0, True)
    # The first connection was taken over, which ended its session of TLS, too.
    last = await asyncio.to_thread(_connect, broker, context, party)
    broker.revoke(party.leaf)
    refused = await asyncio.to_thread(_connect, broker, context, party, last.connection.session)
    assert (refused.answer, refused.connection.session_reused) == (NOT_AUTHORIZED, True)
    for each in (first, again, last, refused):
        each.connection.close()


class _Answer(NamedTuple):
    answer: int
    connection: ssl.SSLSocket


def _open(
    broker: RunningBroker, context: ssl.SSLContext, session: ssl.SSLSession | None = None
) -> ssl.SSLSocket:
    """As clients do that aren't asyncio's: with alerts, and able to resume a session."""
    raw = socket.create_connection(("127.0.0.1", broker.port), timeout=10)
    return context.wrap_socket(raw, server_hostname="localhost", session=session)


def _connect(
    broker: RunningBroker,
    context: ssl.SSLContext,
    party: Party,
    session: ssl.SSLSession | None = None,
) -> _Answer:
    connection = _open(broker, context, session)
    connection.sendall(connect_packet(party.client_id))
    return _Answer(connection.recv(4)[3], connection)


@given(st.binary(max_size=300))
def test_any_beginning_of_a_client_is_read(data: bytes) -> None:
    hello = b"\x16\x03\x01" + len(data).to_bytes(2, "big") + b"\x01" + data
    assert offers_tls_1_3(data) in (True, False)
    assert offers_tls_1_3(hello) in (True, False)

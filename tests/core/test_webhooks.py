"""What is told to addresses outside: signed as the standard has it, and to nobody inside."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import dataclasses
import http.server
import ipaddress
import ssl
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import outside, webhooks
from app.core.outside import Refused
from app.core.webhooks import (
    NotDelivered,
    Rules,
    checked,
    deliver,
    ports_of,
    secret_text,
    signature_headers,
)
from tests.ingest.certificates import Authority
from tests.make.receivers import Answer, receiver, status

WEB = frozenset({80, 443, 8080, 8443})
STRICT = Rules(allow_http=False, allow_private=False, seconds=5, ports=WEB)
HTTP = Rules(allow_http=True, allow_private=False, seconds=5, ports=None)
LOOSE = Rules(allow_http=True, allow_private=True, seconds=5, ports=None)
BODY = b'{"type":"export.ready"}'


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signature_headers(
        [secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert secret_text(secret) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


PRIVATE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1",
    "fec0::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::",
    "2002:a00:1::", "2002:c0a8:101::1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "::127.0.0.1", "::8.8.8.8", "::ffff:0:7f00:1", "3fff::1", "5f00::1",
    "4000::1", "192.0.0.8", "192.0.0.9", "192.88.99.1", "2001:20::1",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "172.32.0.1",
    "93.184.215.14",
    "2606:4700::1111",
    "2a00:1450:4001::1",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_is_refused_however_it_is_written(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    for port in ("", ":8443"):
        with pytest.raises(Refused):
            checked(f"https://{host}{port}/hook", STRICT)
    assert checked(f"https://{host}/hook", LOOSE).host == address


def test_only_ports_of_receivers_are_called() -> None:
    for port in (22, 25, 6379, 5432, 444):
        with pytest.raises(Refused, match="its port must be one of 80, 443, 8080, 8443"):
            checked(f"https://example.com:{port}/", STRICT)
    assert checked("https://example.com:8443/", STRICT).port == 8443
    assert checked("https://example.com:444/", dataclasses.replace(STRICT, ports=None)).port == 444
    assert (ports_of("80,443"), ports_of("any")) == (frozenset({80, 443}), None)


async def test_name_servers_that_hang_hold_no_threads_of_others() -> None:
    release = threading.Event()
    try:
        hung = [outside.NAME_LOOK_UPS.submit(release.wait) for _ in range(8)]
        quick = dataclasses.replace(LOOSE, seconds=1)
        with receiver() as here, pytest.raises(NotDelivered, match="did not answer within 1 s"):
            await deliver(here.url(host="localhost"), BODY, {}, quick)
        assert await asyncio.to_thread(lambda: "free") == "free"
    finally:
        release.set()
    assert all(await asyncio.gather(*map(asyncio.wrap_future, hung)))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_in_the_internet_is_allowed(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    assert checked(f"https://{host}/hook?token=x", STRICT).host == address


@given(
    st.one_of(
        st.ip_addresses(v=4, network="10.0.0.0/8"), st.ip_addresses(v=4, network="127.0.0.0/8")
    )
)
def test_an_address_inside_another_is_found(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    for outer in (
        0xFFFF_0000_0000 | number,
        (0x2002 << 112) | (number << 80),
        (0x64FF9B << 96) | number,
    ):
        with pytest.raises(Refused):
            checked(f"https://[{ipaddress.IPv6Address(outer)}]/", STRICT)


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "example.com/hook", "//example.com/hook", "https://", "https:///hook", "ftp://example.com/",
        "file:///etc/passwd", "gopher://example.com/", "javascript:alert(1)", "http://example.com/",
        "https://user:secret@example.com/", "https://user@example.com/", "https://example.com:0/",
        "https://example.com:99999/", "https://[::1/", "https://exa mple.com/", "https://example.com/\r\nX: y",
        "https://example.com/" + "x" * 2000, "https://\0/", "https://xn--/",
    ],
)  # fmt: skip
def test_what_is_no_address_to_call_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(Refused) as refusal:
        checked(url, STRICT)
    assert "secret" not in str(refusal.value)


_PIECES = st.lists(
    st.one_of(
        st.text(max_size=5),
        st.sampled_from(["https://", "[", "]", ":", "@", "xn--", "%", "%00", "//", "1.2.3.4"]),
    ),
    max_size=6,
).map("".join)


@given(st.one_of(_PIECES, _PIECES.map("https://".__add__)))
@settings(max_examples=1000)
def test_whatever_the_text_it_is_an_address_or_refused(url: str) -> None:
    with contextlib.suppress(Refused):
        assert checked(url, STRICT).scheme == "https"


async def test_what_is_sent_arrives_as_it_was_signed() -> None:
    secret = b"s" * 32
    with receiver() as here:
        url = here.url("/a/b?token=x%20y", host="localhost")
        await deliver(url, BODY, signature_headers([secret], "one", int(time.time()), BODY), LOOSE)
        [got] = here.received
    assert (got.path, got.body, got.headers["host"]) == (
        "/a/b?token=x%20y",
        BODY,
        f"localhost:{here.port}",
    )
    assert got.headers["content-type"] == "application/json"
    assert got.is_signed_with(secret_text(secret))
    assert not got.is_signed_with(secret_text(b"t" * 32))


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:7f00:1]",
        "0",
    ],
)
async def test_a_name_for_this_machine_is_refused_before_anything_is_sent(host: str) -> None:
    with receiver() as here:
        with pytest.raises((Refused, NotDelivered)) as refusal:
            await deliver(here.url(host=host), BODY, {}, HTTP)
        assert here.received == []
    if host == "localhost":
        assert isinstance(refusal.value, Refused)


def endless_body(handler: http.server.BaseHTTPRequestHandler, number: int) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


def endless_head(handler: http.server.BaseHTTPRequestHandler, number: int) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-More: " + b"x" * 65536 + b"\r\n")


def silence(handler: http.server.BaseHTTPRequestHandler, number: int) -> None:
    handler.rfile.read(1)  # until the other side hangs up


def drop_by_drop(handler: http.server.BaseHTTPRequestHandler, number: int) -> None:
    for drop in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100:
        handler.wfile.write(bytes([drop]))
        time.sleep(0.1)  # slower than the time that is given, quicker than a time-out between bytes


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (status(500), "the receiver answered 500"),
        (status(404), "the receiver answered 404"),
        (status(302, Location="/elsewhere"), "the receiver answered 302"),
        (status(307, Location="http://169.254.169.254/"), "the receiver answered 307"),
        (endless_head, "the receiver broke off"),
        (silence, "the receiver did not answer within 1 s"),
        (drop_by_drop, "the receiver did not answer within 1 s"),
    ],
)
async def test_what_is_no_success_says_why(answer: Answer, words: str) -> None:
    began = time.monotonic()
    rules = Rules(True, True, seconds=1 if "within 1 s" in words else 15, ports=None)
    with receiver(answer) as here:
        with pytest.raises(NotDelivered, match=words) as failure:
            await deliver(here.url("/hook?token=hidden"), BODY, {}, rules)
        assert len(here.received) == 1
    assert "hidden" not in str(failure.value)
    assert time.monotonic() - began < 20


async def test_an_answer_without_end_is_not_read() -> None:
    with receiver(endless_body) as here:
        await deliver(here.url(), BODY, {}, LOOSE)


async def test_a_receiver_that_is_not_there_is_not_reached() -> None:
    with receiver() as here:
        url = here.url()
    with pytest.raises(NotDelivered, match="can't be reached"):
        await deliver(url, BODY, {}, LOOSE)
    with pytest.raises(NotDelivered, match="name is not known"):
        await deliver("https://nobody.invalid/", BODY, {}, STRICT)


async def test_a_certificate_is_compared_with_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, asked = Authority(tmp_path, "ca"), []
    leaf = authority.issue("server", is_server=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(leaf.certificate_file, leaf.key_file)
    tls.sni_callback = lambda _, name, __: asked.append(name)
    with receiver(tls=tls) as here:
        with pytest.raises(NotDelivered, match="certificate"):
            await deliver(here.url(host="localhost"), BODY, {}, LOOSE)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        webhooks._tls.cache_clear()
        try:
            await deliver(here.url(host="localhost"), BODY, {}, LOOSE)
            # A name for the same machine that the certificate doesn't have.
            with pytest.raises(NotDelivered, match="certificate"):
                await deliver(here.url(host="127.0.0.2"), BODY, {}, LOOSE)
        finally:
            webhooks._tls.cache_clear()
        assert len(here.received) == 1
    assert asked[:2] == ["localhost", "localhost"]

"""An answer that is lost after its commit costs a device nothing: it asks again."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.make.devices import (
    Device,
    connect,
    new_key,
    provision_device,
    register_device,
    signing_request,
)
from tests.make.platform import Organization, RunningPlatform
from tests.make.renewals import Renewal, begin_renewal, renewed, serial_in
from tests.make.workers import wait_until


@contextmanager
def unheard(platform: RunningPlatform, path: str, body: object) -> Iterator[None]:
    """A request whose answer nobody reads: at the end of the block the connection is torn down."""
    address = urlsplit(platform.base_url)
    content = json.dumps(body).encode()
    head = (
        f"POST /api/v1{path} HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    with socket.create_connection((str(address.hostname), int(address.port or 80))) as connection:
        # Closing sends RST: the network is gone, and nobody says goodbye.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(head.encode() + content)
        yield


def serials_of(tenant: Organization, device_id: str) -> set[str]:
    items = tenant.http.get(f"/devices/{device_id}/certificates").json()["items"]
    return {item["serial"] for item in items}


def cut_after_commit(
    platform: RunningPlatform, path: str, body: object, is_committed: Callable[[], Any]
) -> None:
    with unheard(platform, path, body):
        wait_until(is_committed, "the certificate is there")


def test_a_device_whose_provisioning_was_not_answered_asks_again(
    platform: RunningPlatform, organization: Organization
) -> None:
    token = register_device(organization, "unanswered")
    body = {"token": token["token"], "csr": signing_request(new_key())}
    serials = lambda: serials_of(organization, token["deviceId"])  # noqa: E731
    cut_after_commit(platform, "/devices/provision", body, serials)
    answer = httpx.post(token["provisionEndpoint"], json=body, trust_env=False)
    assert {serial_in(answer)} == serials()


@pytest.fixture
def unanswered(
    platform: RunningPlatform, organization: Organization
) -> tuple[Device, Renewal, set[str]]:
    """A device whose renewal was committed and not answered, and its serials since."""
    device = provision_device(organization, "unanswered")
    with platform.client() as http:
        request = begin_renewal(http, device)
    cut_after_commit(
        platform,
        "/devices/certificate/renew",
        request.body,
        lambda: len(serials_of(organization, device.id)) == 2,
    )
    return device, request, serials_of(organization, device.id)


def test_a_device_whose_renewal_was_not_answered_goes_on_and_sends_it_again(
    platform: RunningPlatform,
    organization: Organization,
    unanswered: tuple[Device, Renewal, set[str]],
) -> None:
    device, request, serials = unanswered
    connect(platform, device).close()
    with platform.client() as http:
        answer = request.send(http)
    assert serials == {device.serial, serial_in(answer)} == serials_of(organization, device.id)
    connect(platform, renewed(device, request, answer)).close()


def test_a_device_that_lost_its_new_key_with_the_answer_begins_anew(
    platform: RunningPlatform, unanswered: tuple[Device, Renewal, set[str]]
) -> None:
    device, _, serials = unanswered
    with platform.client() as http:
        request = begin_renewal(http, device)
        answer = request.send(http)
    assert serial_in(answer) not in serials
    connect(platform, renewed(device, request, answer)).close()

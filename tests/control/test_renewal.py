"""The current key → another certificate: proved, once, and never lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.make.apis import second_api
from tests.make.devices import (
    Device,
    connect,
    new_key,
    provision_device,
    register_device,
    signing_request,
)
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem
from tests.make.renewals import (
    begin_renewal,
    key_of,
    nonce_for,
    renew_device,
    renewal,
    serial_in,
    sign,
)


@pytest.fixture(scope="module")
def tenant(platform: RunningPlatform) -> Iterator[Organization]:
    organization = platform.new_organization()
    yield organization
    organization.http.close()


@pytest.fixture
def device(tenant: Organization, request: pytest.FixtureRequest) -> Device:
    return provision_device(tenant, str(request.node.name)[:200])


@pytest.fixture
def http(platform: RunningPlatform) -> Iterator[httpx.Client]:
    with platform.client() as client:
        yield client


def certificates_of(tenant: Organization, device: Device) -> dict[str, dict[str, Any]]:
    items = tenant.http.get(f"/devices/{device.id}/certificates").json()["items"]
    return {item["serial"]: item for item in items}


def events_of(platform: RunningPlatform, device: Device) -> list[tuple[str, dict[str, Any]]]:
    with psycopg.connect(admin_address(platform)) as admin:
        rows = admin.execute(
            "SELECT title, details FROM platform.event "
            "WHERE type = 'CERTIFICATE' AND device_id = %s ORDER BY id",
            [device.id],
        )
        return list(rows.fetchall())


def age(platform: RunningPlatform, serial: str, **columns: str) -> None:
    """Make a moment of a certificate's one that has passed."""
    with psycopg.connect(admin_address(platform)) as admin:
        for column, interval in columns.items():
            admin.execute(
                f"UPDATE platform.certificate SET {column} = now() - %s::interval "
                "WHERE serial = %s".encode(),
                [interval, serial],
            )


def as_pem(key: Any, hash_: Any) -> str:
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return request.sign(key, hash_).public_bytes(serialization.Encoding.PEM).decode()


KEYS: dict[str, Any] = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "RSA 2048": lambda: rsa.generate_private_key(65537, 2048),
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_key_of_every_kind_proves_itself(
    platform: RunningPlatform, tenant: Organization, http: httpx.Client, kind: str
) -> None:
    key = KEYS[kind]()
    csr = as_pem(key, None if kind == "Ed25519" else hashes.SHA256())
    token = register_device(tenant, f"with {kind}")
    first = http.post("/devices/provision", json={"token": token["token"], "csr": csr})
    serial = serial_in(first)
    done = renewal(serial, key, nonce_for(http, serial))
    answer = done.send(http)
    assert serial_in(answer) != serial
    body, before = answer.json(), first.json()
    assert body.keys() == before.keys()
    same = {"deviceId", "organizationId", "caCertificates", "mqtt"}
    assert {name: body[name] for name in same} == {name: before[name] for name in same}
    certificate = x509.load_pem_x509_certificate(body["certificate"].encode())
    assert certificate.public_key() == done.key.public_key()
    assert (
        certificate.subject
        == x509.load_pem_x509_certificate(before["certificate"].encode()).subject
    )


def test_a_serial_number_is_taken_as_openssl_writes_it(device: Device, http: httpx.Client) -> None:
    written = device.serial.upper().rjust(40, "0")
    nonce = nonce_for(http, ":".join(written[n : n + 2] for n in range(0, 40, 2)))
    assert serial_in(renewal(written, key_of(device), nonce).send(http))


def test_the_same_request_again_gives_the_same_certificate(
    device: Device, http: httpx.Client, tenant: Organization
) -> None:
    done = begin_renewal(http, device)
    first = done.send(http)
    assert done.send(http).json() == first.json()
    assert len(certificates_of(tenant, device)) == 2


def test_another_proof_for_the_same_new_key_gives_the_same_certificate(
    device: Device, http: httpx.Client
) -> None:
    done = begin_renewal(http, device)
    first = done.send(http)
    assert begin_renewal(http, device, new=done.key).send(http).json() == first.json()


def test_a_device_that_lost_its_new_key_too_renews_again(
    device: Device, http: httpx.Client
) -> None:
    lost = serial_in(begin_renewal(http, device).send(http))
    assert serial_in(begin_renewal(http, device).send(http)) not in (lost, device.serial)


def test_a_device_may_keep_its_key(device: Device, http: httpx.Client) -> None:
    done = begin_renewal(http, device, new=key_of(device))
    assert serial_in(done.send(http)) != device.serial


def test_a_nonce_gives_one_certificate(device: Device, http: httpx.Client) -> None:
    nonce = nonce_for(http, device.serial)
    key = key_of(device)
    assert serial_in(renewal(device.serial, key, nonce).send(http))
    assert_problem(renewal(device.serial, key, nonce).send(http), 401, code="UNAUTHENTICATED")


def test_of_simultaneous_renewals_by_one_nonce_one_succeeds(
    platform: RunningPlatform, tenant: Organization, device: Device, http: httpx.Client
) -> None:
    nonce, key = nonce_for(http, device.serial), key_of(device)
    requests = [renewal(device.serial, key, nonce) for _ in range(4)]
    start, answers = threading.Barrier(len(requests)), []

    def race(request: Any) -> None:
        with platform.client() as client:
            client.get("/pki/ca.pem")  # the connection is open before the start
            start.wait()
            answers.append(request.send(client).status_code)

    threads = [threading.Thread(target=race, args=[request]) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 401, 401, 401]
    assert len(certificates_of(tenant, device)) == 2


def test_a_nonce_of_one_process_is_good_at_another(
    platform: RunningPlatform, device: Device, http: httpx.Client
) -> None:
    nonce = nonce_for(http, device.serial)
    with second_api(platform) as other:
        answer = httpx.post(
            f"{other.base_url}/devices/certificate/renew",
            json=renewal(device.serial, key_of(device), nonce).body,
            trust_env=False,
        )
    assert serial_in(answer)


def test_a_nonce_says_when_it_ends_and_each_is_another(device: Device, http: httpx.Client) -> None:
    def ask(serial: str) -> dict[str, Any]:
        body: dict[str, Any] = http.post(
            "/devices/certificate/challenge", json={"serial": serial}
        ).json()
        return body

    first, second, of_nothing = ask(device.serial), ask(device.serial), ask("c0ffee")
    assert first["nonce"] != second["nonce"]
    for asked in (first, second, of_nothing):
        assert asked.keys() == {"nonce", "expiresAt"}
        assert len(asked["nonce"]) == 43
        left = datetime.fromisoformat(asked["expiresAt"]) - datetime.now(UTC)
        assert timedelta(minutes=4) < left <= timedelta(minutes=5)


WRONG: dict[str, Any] = {
    "another key's": lambda device, http: (
        renewal(device.serial, new_key(), nonce_for(http, device.serial)).body
    ),
    "of a nonce that nobody gave": lambda device, http: (
        renewal(device.serial, key_of(device), "m1Q0oR8yJd3VbKxT5nWc7Zs9Lh2Gf4Ep6AuYiXqNvBk").body
    ),
    "of the nonce alone": lambda device, http: (
        begin_renewal(http, device).body
        | {"signature": sign(key_of(device), nonce_for(http, device.serial).encode())}
    ),
    "of another request": lambda device, http: (
        begin_renewal(http, device).body | {"csr": signing_request(new_key())}
    ),
    "of a nonce for another serial": lambda device, http: (
        renewal(device.serial, key_of(device), nonce_for(http, "c0ffee")).body
    ),
    "for a serial that nobody has": lambda device, http: (
        begin_renewal(http, device).body | {"serial": "c0ffee"}
    ),
    "for what is no serial": lambda device, http: (
        begin_renewal(http, device).body | {"serial": "nothing\0"}
    ),
    "empty": lambda device, http: begin_renewal(http, device).body | {"signature": "AA=="},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_signature_that_proves_nothing_is_refused_in_the_same_words(
    tenant: Organization, device: Device, http: httpx.Client, wrong: str
) -> None:
    answer = http.post("/devices/certificate/renew", json=WRONG[wrong](device, http))
    body = assert_problem(answer, 401, code="UNAUTHENTICATED")
    assert body["detail"] == "the signature is not by this certificate's key over a valid nonce"
    assert len(certificates_of(tenant, device)) == 1


@pytest.mark.parametrize("change", [{"signature": "%%%"}, {"signature": ""}, {"serial": ""}])
def test_what_can_not_be_read_is_400(
    device: Device, http: httpx.Client, change: dict[str, str]
) -> None:
    body = begin_renewal(http, device).body | change
    assert_problem(http.post("/devices/certificate/renew", json=body), 400)


def test_a_request_that_proves_no_new_key_is_400(device: Device, http: httpx.Client) -> None:
    body = begin_renewal(http, device).body | {"csr": "please"}
    answer = http.post("/devices/certificate/renew", json=body)
    assert_problem(answer, 400, code="BAD_CSR")


def test_the_key_of_another_device_is_refused(
    tenant: Organization, device: Device, http: httpx.Client
) -> None:
    other = provision_device(tenant, "who has the key")
    answer = begin_renewal(http, device, new=key_of(other)).send(http)
    assert_problem(answer, 409, code="KEY_IN_USE")


def test_old_and_new_are_good_until_the_overlap_is_over(
    platform: RunningPlatform, tenant: Organization, device: Device, http: httpx.Client
) -> None:
    new = renew_device(platform, device)
    connect(platform, device).close()
    assert {item["status"] for item in certificates_of(tenant, device).values()} == {"VALID"}
    connect(platform, new).close()
    found = certificates_of(tenant, device)
    assert (found[device.serial]["status"], found[new.serial]["status"]) == ("ENDING", "VALID")
    left = datetime.fromisoformat(found[device.serial]["supersededAt"]) - datetime.now(UTC)
    assert timedelta(days=6) < left <= timedelta(days=7)
    connect(platform, device).close()
    assert serial_in(begin_renewal(http, device).send(http))
    age(platform, device.serial, superseded_at="1 second")
    with pytest.raises(ConnectionError):
        connect(platform, device)
    answer = begin_renewal(http, device).send(http)
    assert_problem(answer, 409, code="CERTIFICATE_ENDED")
    assert certificates_of(tenant, device)[device.serial]["status"] == "SUPERSEDED"
    connect(platform, new).close()


def test_what_happened_is_in_the_journal(platform: RunningPlatform, device: Device) -> None:
    new = renew_device(platform, device)
    connect(platform, new).close()
    connect(platform, new).close()
    [got, renewed, replaced] = events_of(platform, device)
    assert got[1]["serial"] == device.serial
    assert renewed[0] == "The device renewed its certificate"
    assert (renewed[1]["serial"], renewed[1]["renewedFrom"]) == (new.serial, device.serial)
    assert replaced[0] == "The device uses its renewed certificate: the old one ends"
    assert (replaced[1]["serial"], replaced[1]["superseded"]) == (new.serial, [device.serial])


@pytest.mark.parametrize("which", ["old", "new"])
def test_revoking_either_ends_both(
    platform: RunningPlatform, tenant: Organization, device: Device, http: httpx.Client, which: str
) -> None:
    new = renew_device(platform, device)
    session = connect(platform, new)
    serial = {"old": device, "new": new}[which].serial
    path = f"/devices/{device.id}/certificates/{serial}/revoke"
    assert tenant.http.post(path).status_code == 204
    assert session.disconnected.wait(10)
    found = certificates_of(tenant, device)
    assert {item["status"] for item in found.values()} == {"REVOKED"}
    for each in (device, new):
        with pytest.raises(ConnectionError):
            connect(platform, each)
        assert_problem(begin_renewal(http, each).send(http), 409, code="CERTIFICATE_REVOKED")
    session.close()


def test_revoking_what_has_ended_ends_nothing_else(
    platform: RunningPlatform, tenant: Organization, device: Device
) -> None:
    new = renew_device(platform, device)
    age(platform, device.serial, not_after="1 second")
    path = f"/devices/{device.id}/certificates/{device.serial}/revoke"
    assert tenant.http.post(path).status_code == 204
    found = certificates_of(tenant, device)
    assert (found[device.serial]["status"], found[new.serial]["status"]) == ("REVOKED", "VALID")


def test_deleting_the_device_ends_both(
    platform: RunningPlatform, tenant: Organization, device: Device, http: httpx.Client
) -> None:
    new = renew_device(platform, device)
    assert tenant.http.delete(f"/devices/{device.id}").status_code == 204
    for each in (device, new):
        assert_problem(begin_renewal(http, each).send(http), 409, code="CERTIFICATE_REVOKED")
        with pytest.raises(ConnectionError):
            connect(platform, each)


def test_an_expired_one_can_not_be_renewed(
    platform: RunningPlatform, tenant: Organization, device: Device, http: httpx.Client
) -> None:
    age(platform, device.serial, not_after="1 second")
    answer = begin_renewal(http, device).send(http)
    assert_problem(answer, 409, code="CERTIFICATE_ENDED")
    assert certificates_of(tenant, device)[device.serial]["status"] == "EXPIRED"


def test_a_new_token_ends_all_that_was_renewed(
    platform: RunningPlatform, tenant: Organization, device: Device, http: httpx.Client
) -> None:
    renew_device(platform, device)
    token = tenant.http.post(f"/devices/{device.id}/registration-token", json={}).json()["token"]
    body = {"token": token, "csr": signing_request(new_key())}
    serial = serial_in(http.post("/devices/provision", json=body))
    found = certificates_of(tenant, device)
    assert {item["status"] for item in found.values()} == {"REVOKED", "VALID"}
    assert found[serial]["status"] == "VALID"


def test_a_device_that_renews_in_a_circle_is_told_to_wait(
    platform: RunningPlatform, tenant: Organization, device: Device, http: httpx.Client
) -> None:
    for _ in range(20):
        assert begin_renewal(http, device).send(http).status_code == 200
    answer = begin_renewal(http, device).send(http)
    assert_problem(answer, 429, code="RATE_LIMITED")
    assert int(answer.headers["Retry-After"]) > 1000
    assert len(certificates_of(tenant, device)) == 21


def test_what_strangers_ask_for_has_an_end(
    platform: RunningPlatform, device: Device, http: httpx.Client
) -> None:
    first = nonce_for(http, device.serial)
    kept, *_ = [nonce_for(http, device.serial) for _ in range(32)]
    assert_problem(renewal(device.serial, key_of(device), first).send(http), 401)
    assert serial_in(renewal(device.serial, key_of(device), kept).send(http))

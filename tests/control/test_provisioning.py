"""One-time token → certificate: what a device gets, once, and what it must prove."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.make.devices import (
    WAIT_SECONDS,
    connect,
    new_key,
    provision_device,
    register_device,
    signing_request,
)
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem

# The user's own example, field for field.
SEED = {
    "token": "a1b2c3d4-….d1e2f3a4-….J4kQ7m…",
    "deviceId": "d1e2f3a4-e5f6-7890-abcd-ef1234567890",
    "deviceName": "warehouse-gateway-01",
    "provisionEndpoint": "https://<host>/api/v1/devices/provision",
    "expiresAt": "2024-01-16T10:30:00Z",
}


@pytest.fixture(scope="module")
def tenant(platform: RunningPlatform) -> Iterator[Organization]:
    organization = platform.new_organization()
    yield organization
    organization.http.close()


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    return str(request.node.name)[:200]


def provision(platform: RunningPlatform, token: str, csr: str) -> httpx.Response:
    with platform.client() as http:
        return http.post("/devices/provision", json={"token": token, "csr": csr})


def issued(answer: httpx.Response) -> x509.Certificate:
    assert answer.status_code == 200, answer.text
    return x509.load_pem_x509_certificate(answer.json()["certificate"].encode())


def test_the_token_is_exactly_as_the_example_shows_it(
    platform: RunningPlatform, tenant: Organization
) -> None:
    answer = tenant.http.post(
        "/devices/registration/tokens", json={"deviceName": SEED["deviceName"]}
    )
    assert answer.status_code == 201
    body = answer.json()
    assert list(body) == list(SEED)
    assert body["token"].split(".")[1] == body["deviceId"]
    assert len(body["token"].split(".")) == 3
    assert body["deviceName"] == SEED["deviceName"]
    assert body["provisionEndpoint"] == f"{platform.base_url}/api/v1/devices/provision"
    assert body["expiresAt"].endswith("Z")
    assert len(body["expiresAt"]) == len(SEED["expiresAt"])
    remaining = datetime.fromisoformat(body["expiresAt"]) - datetime.now(UTC)
    assert timedelta(hours=23, minutes=59) < remaining <= timedelta(days=1)
    assert tenant.http.get(f"/devices/{body['deviceId']}").json()["status"] == "PENDING"


def test_addresses_come_from_the_settings_and_not_from_the_host_header(
    platform: RunningPlatform, tenant: Organization, name: str
) -> None:
    answer = tenant.http.post(
        "/devices/registration/tokens", json={"deviceName": name}, headers={"Host": "evil.example"}
    )
    assert answer.json()["provisionEndpoint"].startswith(platform.base_url)


def test_the_token_is_nowhere_in_the_database(
    platform: RunningPlatform, tenant: Organization, name: str
) -> None:
    secret = register_device(tenant, name)["token"].split(".")[2]
    with psycopg.connect(admin_address(platform)) as admin:
        rows = admin.execute("SELECT r::text FROM platform.registration_token r").fetchall()
    assert rows
    assert not [row for (row,) in rows if secret in row]


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["P-256", "P-384", "RSA 2048"],
)
def test_the_certificate_says_who_the_device_is(
    platform: RunningPlatform, tenant: Organization, name: str, key: Any
) -> None:
    token = register_device(tenant, name)
    answer = provision(platform, token["token"], signing_request(key, common_name="root"))
    certificate = issued(answer)
    body = answer.json()
    names = {attribute.oid: attribute.value for attribute in certificate.subject}
    assert names == {NameOID.COMMON_NAME: token["deviceId"], NameOID.ORGANIZATION_NAME: tenant.id}
    assert certificate.public_key() == key.public_key()
    extensions = certificate.extensions
    usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    alternative = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [name.value for name in alternative] == [
        f"{platform.base_url}/api/v1/devices/{token['deviceId']}"
    ]
    authority = x509.load_pem_x509_certificate(body["caCertificates"].encode())
    certificate.verify_directly_issued_by(authority)
    assert datetime.fromisoformat(body["expiresAt"]) == certificate.not_valid_after_utc
    assert certificate.not_valid_before_utc < datetime.now(UTC)
    assert (body["deviceId"], body["organizationId"]) == (token["deviceId"], tenant.id)
    assert body["mqtt"]["clientId"] == token["deviceId"]
    assert body["mqtt"]["port"] == platform.mqtt_port
    assert body["mqtt"]["topics"]["readings"] == f"v1/readings/{tenant.id}/{token['deviceId']}"
    with platform.client() as http:
        assert http.get("/pki/ca.pem").text == body["caCertificates"]


def test_an_ed25519_key_is_taken(
    platform: RunningPlatform, tenant: Organization, name: str
) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, None)
    pem = csr.public_bytes(serialization.Encoding.PEM).decode()
    answer = provision(platform, register_device(tenant, name)["token"], pem)
    assert issued(answer).public_key() == key.public_key()


def test_what_the_request_asks_for_beside_its_key_is_ignored(
    platform: RunningPlatform, tenant: Organization, name: str
) -> None:
    csr = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(
            x509.Name(
                [
                    x509.NameAttribute(NameOID.COMMON_NAME, "0190d3a0-0000-7000-8000-00000000dead"),
                    x509.NameAttribute(
                        NameOID.ORGANIZATION_NAME, "0190d3a0-0000-7000-8000-00000000beef"
                    ),
                ]
            )
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("evil.example")]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(new_key(), hashes.SHA256())
    )
    token = register_device(tenant, name)
    certificate = issued(
        provision(platform, token["token"], csr.public_bytes(serialization.Encoding.PEM).decode())
    )
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert token["deviceId"] in certificate.subject.rfc4514_string()
    assert b"evil" not in certificate.public_bytes(serialization.Encoding.DER)


def _altered(csr: str, at: int) -> str:
    """The same request with one bit of its DER turned."""
    der = bytearray(x509.load_pem_x509_csr(csr.encode()).public_bytes(serialization.Encoding.DER))
    der[at] ^= 1
    body = base64.encodebytes(bytes(der)).decode()
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{body}-----END CERTIFICATE REQUEST-----\n"


def _other_key_same_signature() -> str:
    """A request whose public key was exchanged for another: no proof of possession."""
    ours, theirs = signing_request(new_key()), new_key()
    raw = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    request = x509.load_pem_x509_csr(ours.encode())
    key = request.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    der = request.public_bytes(serialization.Encoding.DER)
    swapped = der.replace(key.public_bytes(*raw), theirs.public_key().public_bytes(*raw))
    assert swapped != der
    body = base64.encodebytes(swapped).decode()
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{body}-----END CERTIFICATE REQUEST-----\n"


def _with(key: Any, hash_: Any = None) -> str:
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hash_)
    return csr.public_bytes(serialization.Encoding.PEM).decode()


def _certificate() -> str:
    key = new_key()
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
        .decode()
    )


BAD_REQUESTS: dict[str, Any] = {
    "the key was exchanged": _other_key_same_signature,
    "one bit of the signature": lambda: _altered(signing_request(new_key()), -1),
    "one bit of the subject": lambda: _altered(
        signing_request(new_key(), common_name="abcdef"), 30
    ),
    "RSA of 1024 bits": lambda: _with(rsa.generate_private_key(65537, 1024), hashes.SHA256()),
    "P-224": lambda: _with(ec.generate_private_key(ec.SECP224R1()), hashes.SHA256()),
    "P-521": lambda: _with(ec.generate_private_key(ec.SECP521R1()), hashes.SHA256()),
    "secp256k1": lambda: _with(ec.generate_private_key(ec.SECP256K1()), hashes.SHA256()),
    "DSA": lambda: _with(dsa.generate_private_key(2048), hashes.SHA256()),
    "Ed448": lambda: _with(ed448.Ed448PrivateKey.generate()),
    "9 KB": lambda: signing_request(new_key()) + "\n" * 9000,
    "17 KB": lambda: "x" * 17_000,
    "nothing": lambda: "",
    "words": lambda: "please",
    "NUL": lambda: "\0",
    "PEM around nothing": lambda: (
        "-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n"
    ),
    "PEM around garbage": lambda: (
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"
    ),
    "a certificate": _certificate,
    "a private key": lambda: (
        new_key()
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    ),
}


@pytest.fixture(scope="module")
def unused(tenant: Organization) -> dict[str, Any]:
    return register_device(tenant, "whom nobody believes")


@pytest.mark.parametrize("request_", BAD_REQUESTS)
def test_a_request_that_proves_nothing_is_400_and_costs_no_token(
    platform: RunningPlatform, unused: dict[str, Any], request_: str
) -> None:
    assert_problem(provision(platform, unused["token"], BAD_REQUESTS[request_]()), 400)


def test_a_key_of_8192_bits_is_refused_before_its_signature_is_verified(
    platform: RunningPlatform, unused: dict[str, Any]
) -> None:
    # Making one takes many seconds; the size is looked at before anything else, so any odd number of it will do.
    numbers = rsa.RSAPublicNumbers(65537, (1 << 8191) + 1)
    big = numbers.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    small = new_key()
    request = x509.load_pem_x509_csr(signing_request(small).encode())
    spki = small.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    info = request.tbs_certrequest_bytes
    inner = info[_header(info) :].replace(spki, big)
    rest = request.public_bytes(serialization.Encoding.DER)
    rest = rest[_header(rest) + len(info) :]
    body = base64.encodebytes(_sequence(_sequence(inner) + rest)).decode()
    pem = f"-----BEGIN CERTIFICATE REQUEST-----\n{body}-----END CERTIFICATE REQUEST-----\n"
    assert x509.load_pem_x509_csr(pem.encode()).public_key().key_size == 8192  # type: ignore[union-attr]
    body_ = assert_problem(provision(platform, unused["token"], pem), 400, code="BAD_CSR")
    assert "2048 to 4096" in body_["detail"]


def _header(der: bytes) -> int:
    """How long the tag and length of a DER value are."""
    return 2 if der[1] < 0x80 else 2 + (der[1] & 0x7F)


def _sequence(content: bytes) -> bytes:
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return (
        b"\x30"
        + (bytes([len(content)]) if len(content) < 0x80 else bytes([0x80 | len(length)]) + length)
        + content
    )


def test_after_every_bad_request_the_token_still_works(
    platform: RunningPlatform, unused: dict[str, Any]
) -> None:
    assert issued(provision(platform, unused["token"], signing_request(new_key())))


@pytest.mark.parametrize(
    "altered",
    [
        lambda token: "",
        lambda token: "nonsense",
        lambda token: token[:-1],
        lambda token: token + "x",
        lambda token: token.swapcase(),
        lambda token: ".".join(reversed(token.split("."))),
        lambda token: f"0190d3a0-0000-7000-8000-00000000dead.{token.partition('.')[2]}",
        lambda token: token + "\0",
        lambda token: "x" * 301,
    ],
)
def test_another_token_is_refused(
    platform: RunningPlatform, tenant: Organization, altered: Any, unused: dict[str, Any]
) -> None:
    answer = provision(platform, altered(unused["token"]), signing_request(new_key()))
    assert_problem(answer, 400, 401)


def test_a_token_works_once_and_gives_the_same_key_the_same_certificate_again(
    platform: RunningPlatform, tenant: Organization, name: str
) -> None:
    token, key = register_device(tenant, name)["token"], new_key()
    first = provision(platform, token, signing_request(key))
    again = provision(platform, token, signing_request(key, common_name="another subject"))
    assert first.json() == again.json()
    other = provision(platform, token, signing_request(new_key()))
    assert_problem(other, 409, code="TOKEN_USED")


def test_of_two_simultaneous_requests_with_different_keys_exactly_one_gets_a_certificate(
    platform: RunningPlatform, tenant: Organization, name: str
) -> None:
    for attempt in range(3):
        token = register_device(tenant, f"{name} {attempt}")
        requests = [signing_request(new_key()) for _ in range(4)]
        start = threading.Barrier(len(requests))
        answers: list[httpx.Response] = []

        def race(
            csr: str, token: str, start: threading.Barrier, answers: list[httpx.Response]
        ) -> None:
            with platform.client() as http:
                http.get("/pki/ca.pem")  # the connection is open before the start
                start.wait()
                answers.append(http.post("/devices/provision", json={"token": token, "csr": csr}))

        threads = [
            threading.Thread(target=race, args=(csr, token["token"], start, answers))
            for csr in requests
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        certificates = tenant.http.get(f"/devices/{token['deviceId']}/certificates").json()["items"]
        assert len(certificates) == 1


def test_an_expired_token_is_refused(
    platform: RunningPlatform, tenant: Organization, name: str
) -> None:
    token = register_device(tenant, name)
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.registration_token SET expires_at = now() - interval '1 second' WHERE device_id = %s",
            [token["deviceId"]],
        )
    assert_problem(provision(platform, token["token"], signing_request(new_key())), 401)
    listed = tenant.http.get("/devices/registration/tokens", params={"limit": 500}).json()["items"]
    assert token["deviceId"] not in {item["deviceId"] for item in listed}


@pytest.mark.parametrize("seconds", [59, 0, -1, 31_536_001, 1.5, "soon"])
def test_a_token_lives_between_a_minute_and_a_year(
    tenant: Organization, name: str, seconds: Any
) -> None:
    body = {"deviceName": name, "expiresInSeconds": seconds}
    assert_problem(tenant.http.post("/devices/registration/tokens", json=body), 400)


def test_a_revoked_token_is_refused_and_no_longer_listed(
    platform: RunningPlatform, tenant: Organization, name: str
) -> None:
    token = register_device(tenant, name)
    listed = tenant.http.get("/devices/registration/tokens", params={"limit": 500}).json()["items"]
    [found] = [item for item in listed if item["deviceId"] == token["deviceId"]]
    assert found["deviceName"] == name
    path = f"/devices/registration/tokens/{found['id']}"
    assert tenant.http.delete(path).status_code == 204
    assert_problem(tenant.http.delete(path), 404)
    assert_problem(provision(platform, token["token"], signing_request(new_key())), 401)


def test_a_name_that_is_taken_is_409_and_leaves_nothing_behind(
    tenant: Organization, name: str
) -> None:
    register_device(tenant, name)
    answer = tenant.http.post("/devices/registration/tokens", json={"deviceName": name})
    assert_problem(answer, 409, code="ALREADY_EXISTS")
    twice = {"deviceName": f"{name} 2", "components": [{"key": "a"}, {"key": "a"}]}
    assert_problem(tenant.http.post("/devices/registration/tokens", json=twice), 409)
    assert tenant.http.get("/devices", params={"q": f"{name} 2"}).json()["items"] == []


def test_replaced_hardware_ends_the_old_certificate_and_cuts_its_session(
    platform: RunningPlatform, tenant: Organization, name: str
) -> None:
    device = provision_device(tenant, name)
    session = connect(platform, device)
    answer = tenant.http.post(f"/devices/{device.id}/registration-token")
    assert answer.status_code == 201, answer.text
    assert not session.disconnected.is_set()
    renewed = issued(provision(platform, answer.json()["token"], signing_request(new_key())))
    assert session.disconnected.wait(WAIT_SECONDS)
    session.close()
    certificates = tenant.http.get(f"/devices/{device.id}/certificates").json()["items"]
    assert [(item["serial"], item["revokedAt"] is None) for item in certificates] == [
        (f"{renewed.serial_number:x}", True),
        (device.serial, False),
    ]
    with pytest.raises(ConnectionError):
        connect(platform, device)


def test_a_new_token_ends_the_one_that_lay_in_a_drawer(
    platform: RunningPlatform, tenant: Organization, name: str
) -> None:
    old = register_device(tenant, name)
    new = tenant.http.post(
        f"/devices/{old['deviceId']}/registration-token", json={"expiresInSeconds": 60}
    ).json()
    assert new["deviceId"] == old["deviceId"]
    assert_problem(provision(platform, old["token"], signing_request(new_key())), 401)
    assert issued(provision(platform, new["token"], signing_request(new_key())))


def test_a_revoked_certificate_is_not_given_again_and_opens_nothing(
    platform: RunningPlatform, tenant: Organization, name: str
) -> None:
    token, key = register_device(tenant, name), new_key()
    serial = f"{issued(provision(platform, token['token'], signing_request(key))).serial_number:x}"
    path = f"/devices/{token['deviceId']}/certificates/{serial}/revoke"
    assert [tenant.http.post(path).status_code for _ in range(2)] == [204, 204]
    again = provision(platform, token["token"], signing_request(key))
    assert_problem(again, 409, code="CERTIFICATE_REVOKED")


def test_a_deleted_device_can_not_be_provisioned(
    platform: RunningPlatform, tenant: Organization, name: str
) -> None:
    token = register_device(tenant, name)
    assert tenant.http.delete(f"/devices/{token['deviceId']}").status_code == 204
    assert_problem(provision(platform, token["token"], signing_request(new_key())), 401)


def test_a_retry_with_the_same_key_gives_the_same_token_and_one_device(
    tenant: Organization, name: str
) -> None:
    headers, body = {"Idempotency-Key": "order-66"}, {"deviceName": name}
    first, again = (
        tenant.http.post("/devices/registration/tokens", json=body, headers=headers)
        for _ in range(2)
    )
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert len(tenant.http.get("/devices", params={"q": name}).json()["items"]) == 1
    other = tenant.http.post(
        "/devices/registration/tokens", json={"deviceName": "x"}, headers=headers
    )
    assert_problem(other, 422, code="IDEMPOTENCY_KEY_REUSED")

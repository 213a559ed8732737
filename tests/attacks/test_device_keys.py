"""Keys that a device must not be given a certificate for: weak ones, and those that another has."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from app.core.pki import read_request
from app.core.weak_keys import weakness
from tests.make.devices import new_key, register_device, signing_request
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem
from tests.make.weak_keys import WEAK_KEYS, of_factors, request_of


def provision(platform: RunningPlatform, token: dict[str, Any], csr: str) -> httpx.Response:
    with platform.client() as http:
        return http.post("/devices/provision", json={"token": token["token"], "csr": csr})


@pytest.fixture(scope="module")
def unused(plain_platform: RunningPlatform) -> dict[str, Any]:
    return register_device(plain_platform.new_organization(), "whose keys are weak")


@pytest.mark.parametrize("kind", WEAK_KEYS)
def test_a_weak_key_that_has_signed_its_request_is_refused(
    platform: RunningPlatform, unused: dict[str, Any], kind: str
) -> None:
    csr = request_of(WEAK_KEYS[kind]())
    assert x509.load_pem_x509_csr(csr.encode()).is_signature_valid
    problem = assert_problem(provision(platform, unused, csr), 400, code="BAD_CSR")
    assert "weak" in problem["detail"]


def test_after_all_weak_keys_the_token_is_still_good(
    platform: RunningPlatform, unused: dict[str, Any]
) -> None:
    assert provision(platform, unused, signing_request(new_key())).status_code == 200


def test_no_key_as_libraries_make_them_is_called_weak() -> None:
    for bits in (2048, 2048, 2048, 3072):
        key = rsa.generate_private_key(65_537, bits).public_key()
        assert weakness(key.public_numbers()) is None


def test_the_request_of_a_good_key_made_by_hand_is_read() -> None:
    """So that it isn't its form for which the others are refused."""
    numbers = rsa.generate_private_key(65_537, 2048).private_numbers()
    assert read_request(request_of(of_factors(numbers.p, numbers.q)))


def test_a_key_is_one_devices_whoever_the_other_belongs_to(
    platform: RunningPlatform, organization: Organization, neighbour: Organization
) -> None:
    key = new_key()
    first = register_device(organization, "the first")
    assert provision(platform, first, signing_request(key)).status_code == 200
    for owner in (organization, neighbour):
        second = register_device(owner, "the second")
        refused = provision(platform, second, signing_request(key, common_name="another"))
        problem = assert_problem(refused, 409, code="KEY_IN_USE")
        assert first["deviceId"] not in refused.text
        assert organization.id not in problem["detail"]
        # The token is as it was.
        assert provision(platform, second, signing_request(new_key())).status_code == 200


def test_of_devices_that_show_one_key_at_once_one_gets_a_certificate(
    platform: RunningPlatform, organization: Organization, neighbour: Organization
) -> None:
    csr = signing_request(new_key())
    tokens = [
        register_device(owner, f"clone {number}")
        for owner in (organization, neighbour)
        for number in range(4)
    ]
    start = threading.Barrier(len(tokens))

    def race(token: dict[str, Any]) -> int:
        with platform.client() as http:
            http.get("/pki/ca.pem")
            start.wait()
            body = {"token": token["token"], "csr": csr}
            return http.post("/devices/provision", json=body).status_code

    with ThreadPoolExecutor(len(tokens)) as pool:
        assert sorted(pool.map(race, tokens)) == [200] + [409] * 7


def test_a_device_keeps_its_key_when_it_gets_another_certificate_and_frees_it_when_deleted(
    platform: RunningPlatform, organization: Organization, neighbour: Organization
) -> None:
    key = new_key()
    first = register_device(organization, "with a built-in key")
    assert provision(platform, first, signing_request(key)).status_code == 200
    again = organization.http.post(f"/devices/{first['deviceId']}/registration-token").json()
    assert provision(platform, again, signing_request(key)).status_code == 200
    assert organization.http.delete(f"/devices/{first['deviceId']}").status_code == 204
    sold = register_device(neighbour, "the same hardware")
    assert provision(platform, sold, signing_request(key)).status_code == 200


def test_a_used_token_is_not_revoked_in_silence(
    platform: RunningPlatform, organization: Organization
) -> None:
    token = register_device(organization, "provisioned")
    listed = organization.http.get("/devices/registration/tokens").json()["items"]
    [id_] = [item["id"] for item in listed if item["deviceId"] == token["deviceId"]]
    assert provision(platform, token, signing_request(new_key())).status_code == 200
    problem = assert_problem(
        organization.http.delete(f"/devices/registration/tokens/{id_}"), 409, code="TOKEN_USED"
    )
    certificates = f"/devices/{token['deviceId']}/certificates"
    [certificate] = organization.http.get(certificates).json()["items"]
    assert certificate["serial"] in problem["detail"]
    assert certificate["revokedAt"] is None

"""The list of revoked certificates, as brokers and proxies of others read it."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from cryptography import x509

from tests.embedded.outside import eventually
from tests.make.devices import provision_device
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem

PEM = {"Accept": "application/x-pem-file"}


def the_list(platform: RunningPlatform, **headers: str) -> httpx.Response:
    with platform.client() as http:
        return http.get("/pki/crl", headers=headers)


def listed(platform: RunningPlatform) -> set[str]:
    read = x509.load_der_x509_crl(the_list(platform).content)
    return {f"{entry.serial_number:x}" for entry in read}


def authority(platform: RunningPlatform) -> x509.Certificate:
    with platform.client() as http:
        return x509.load_pem_x509_certificate(http.get("/pki/ca.pem").content)


def test_a_certificate_is_listed_from_its_revocation_on(
    platform: RunningPlatform, organization: Organization, neighbour: Organization
) -> None:
    revoked, deleted, good = (
        provision_device(owner, name)
        for owner, name in ((organization, "a"), (neighbour, "b"), (organization, "c"))
    )
    path = f"/devices/{revoked.id}/certificates/{revoked.serial}/revoke"
    assert organization.http.post(path).status_code == 204
    assert neighbour.http.delete(f"/devices/{deleted.id}").status_code == 204
    eventually(
        lambda: {revoked.serial, deleted.serial} <= listed(platform), 10, "both are on the list"
    )
    assert good.serial not in listed(platform)


def test_an_expired_certificate_is_not_listed(
    platform: RunningPlatform, organization: Organization
) -> None:
    expired, other = (provision_device(organization, name) for name in ("expired", "other"))
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.certificate SET not_after = now() - interval '1 s' WHERE serial = %s",
            [expired.serial],
        )
    for device in (expired, other):
        path = f"/devices/{device.id}/certificates/{device.serial}/revoke"
        assert organization.http.post(path).status_code == 204
    eventually(lambda: other.serial in listed(platform), 10, "the other is on the list")
    assert expired.serial not in listed(platform)


def test_it_is_signed_by_the_authority_and_says_until_when_it_is_good(
    platform: RunningPlatform,
) -> None:
    read = x509.load_der_x509_crl(the_list(platform).content)
    ours = authority(platform)
    assert read.is_signature_valid(ours.public_key())  # type: ignore[arg-type]
    assert read.issuer == ours.subject
    now = datetime.now(UTC)
    assert read.last_update_utc <= now
    assert read.next_update_utc is not None
    assert now + timedelta(days=6) < read.next_update_utc < now + timedelta(days=8)


def test_a_later_list_has_a_higher_number(platform: RunningPlatform) -> None:
    def number() -> int:
        read = x509.load_der_x509_crl(the_list(platform).content)
        return read.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number

    first = number()
    eventually(lambda: number() > first, 10, "another list is made")


@pytest.mark.parametrize(("form", "headers"), [("DER", {}), ("PEM", PEM)])
def test_openssl_reads_and_verifies_it(
    platform: RunningPlatform, tmp_path: Path, form: str, headers: dict[str, str]
) -> None:
    (tmp_path / "list").write_bytes(the_list(platform, **headers).content)
    command = ["openssl", "crl", "-inform", form, "-in", "list", "-noout", "-text"]
    done = subprocess.run(
        [*command, "-CAfile", platform.ca_file],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "verify OK" in done.stderr
    assert "Next Update" in done.stdout


def test_it_is_cached_and_asked_for_again_by_its_tag(platform: RunningPlatform) -> None:
    first = the_list(platform)
    assert first.headers["content-type"] == "application/pkix-crl"
    assert first.headers["cache-control"].startswith("max-age=")
    assert first.headers["vary"] == "Accept"
    made_at = parsedate_to_datetime(first.headers["last-modified"])
    assert made_at == x509.load_der_x509_crl(first.content).last_update_utc
    pem = the_list(platform, **PEM)
    assert pem.headers["content-type"] == "application/x-pem-file"
    assert pem.headers["etag"] != first.headers["etag"]

    def is_unchanged() -> Any:
        tag = the_list(platform).headers["etag"]
        return the_list(platform, **{"If-None-Match": tag}).status_code == 304

    eventually(is_unchanged, 10, "the list is the same twice")


def test_what_is_no_format_of_it_is_refused(platform: RunningPlatform) -> None:
    assert_problem(the_list(platform, Accept="text/html"), 406)


def test_a_devices_certificate_says_where_the_list_is(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "with an address")
    certificate = x509.load_pem_x509_certificate(device.provisioned["certificate"].encode())
    found = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    [[address]] = [point.full_name or [] for point in found]
    assert address.value == f"{platform.base_url}/api/v1/pki/crl"

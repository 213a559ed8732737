"""Another certificate authority takes the place of the first while devices go on: those that never
heard of it, those that renewed, and those that came later."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.make.authorities import admin_ca, given_by
from tests.make.devices import Device, Session, connect, provision_device, reading
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform, running_platform
from tests.make.renewals import renew_device
from tests.make.workers import wait_until


@pytest.fixture(scope="module")
def own_platform() -> Iterator[RunningPlatform]:
    """One of its own: what is rolled here, others trust."""
    with running_platform() as platform:
        yield platform


@pytest.fixture
def tenant(own_platform: RunningPlatform) -> Iterator[Organization]:
    organization = own_platform.new_organization()
    yield organization
    organization.http.close()


def publish(session: Session) -> None:
    session.publish_all([[reading("temperature", datetime.now(UTC), 21.5)]])


def shown_by(platform: RunningPlatform) -> x509.Certificate:
    """What the broker shows to whoever connects now."""
    pem = ssl.get_server_certificate(("127.0.0.1", platform.mqtt_port))
    return x509.load_pem_x509_certificate(pem.encode())


def issuer_of(device: Device) -> str:
    certificate = x509.load_pem_x509_certificate(device.provisioned["certificate"].encode())
    return certificate.issuer.rfc4514_string()


def anchors_of(device: Device) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(device.provisioned["caCertificates"].encode())


def lists_of(platform: RunningPlatform) -> list[str]:
    """The issuers of all revocation lists, each of which verifies."""
    with platform.client() as http:
        anchors = http.get("/pki/ca.pem").text
        text = http.get("/pki/crl", headers={"Accept": "application/x-pem-file"}).text
    issuers = x509.load_pem_x509_certificates(anchors.encode())
    ending = "-----END X509 CRL-----\n"
    found = [x509.load_pem_x509_crl((part + ending).encode()) for part in text.split(ending)[:-1]]
    for each, issuer in zip(found, issuers, strict=True):
        assert each.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    return [each.issuer.rfc4514_string() for each in found]


def is_listed(platform: RunningPlatform, device: Device) -> bool:
    """On the list whose address stands in the device's certificate."""
    certificate = x509.load_pem_x509_certificate(device.provisioned["certificate"].encode())
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    [[address]] = [point.full_name or [] for point in points]
    with platform.client() as http:
        found = x509.load_der_x509_crl(http.get(str(address.value)).content)
    assert found.issuer == certificate.issuer
    return found.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None


def test_devices_go_on_from_one_authority_to_the_next(
    own_platform: RunningPlatform, tenant: Organization
) -> None:
    platform = own_platform
    old, silent = (provision_device(tenant, name) for name in ("old", "silent"))
    session = connect(platform, old)
    first = shown_by(platform)
    assert admin_ca(platform, "retire").returncode != 0, "there is one alone"

    assert (begun := admin_ca(platform, "begin")).returncode == 0, begun.stderr
    again = admin_ca(platform, "begin")
    assert again.returncode != 0
    assert "being replaced already" in again.stderr + again.stdout
    assert len(lists_of(platform)) == 2
    new = provision_device(tenant, "new")
    assert len(anchors_of(new)) == 2
    certificate = x509.load_pem_x509_certificate(new.provisioned["certificate"].encode())
    certificate.verify_directly_issued_by(anchors_of(new)[1])
    wait_until(lambda: shown_by(platform) != first, "the broker has heard of both")
    publish(session)
    for device in (new, old):
        connect(platform, device).close()
    renewed = renew_device(platform, old)
    last = connect(platform, renewed)
    publish(last)
    connect(platform, new).close()

    refused = admin_ca(platform, "retire")
    assert refused.returncode != 0
    assert "2 certificates" in refused.stderr + refused.stdout
    connect(platform, silent).close()
    renewed_too = renew_device(platform, silent)
    connect(platform, renewed_too).close()
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.certificate SET superseded_at = now() WHERE superseded_at IS NOT NULL"
        )
    before = shown_by(platform)
    assert (retired := admin_ca(platform, "retire")).returncode == 0, retired.stderr
    wait_until(lambda: shown_by(platform) != before, "the broker shows the new one's")
    assert len(lists_of(platform)) == 1
    for device in (new, renewed, renewed_too):
        publish(after := connect(platform, device))
        after.close()
    with pytest.raises((ConnectionError, ssl.SSLError)):
        connect(platform, old)
    later = provision_device(tenant, "later")
    assert len(anchors_of(later)) == 1
    connect(platform, later).close()
    for each in (session, last):
        each.close()


def test_an_intermediate_of_a_company_takes_over_and_what_is_left_is_revoked_by_force(
    own_platform: RunningPlatform, tenant: Organization, tmp_path: Path
) -> None:
    platform = own_platform
    left, moved = (provision_device(tenant, name) for name in ("left", "moved"))
    given = given_by(given_by(name="Company Root"), name="Company Devices", path_length=0)
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(given.chain_pem)
    key.write_bytes(given_by().key_pem)
    refused = admin_ca(platform, "import", chain, "--key", key)
    assert refused.returncode != 0
    assert "the key is not" in refused.stderr + refused.stdout
    key.write_bytes(given.key_pem)
    taken = admin_ca(platform, "import", chain, "--key", key)
    assert taken.returncode == 0, taken.stderr
    assert "Company Devices" in admin_ca(platform, "status").stdout
    moved = renew_device(platform, moved)
    assert issuer_of(moved) == "CN=Company Devices"
    shown = x509.load_pem_x509_certificates(moved.provisioned["certificate"].encode())
    assert shown[1:] == [given.certificate]
    assert anchors_of(moved)[1] == given.above[0]
    wait_until(lambda: _connects(platform, moved), "the broker trusts the company's")
    session = connect(platform, left)

    assert admin_ca(platform, "retire").returncode != 0
    forced = admin_ca(platform, "retire", "--force")
    assert forced.returncode == 0, forced.stderr
    assert session.disconnected.wait(10), "its certificate is revoked"
    wait_until(lambda: _connects(platform, moved), "the broker shows the company's")
    assert shown_by(platform).issuer == given.certificate.subject
    only_root = replace(moved, ca_file=tmp_path / "root.pem")
    only_root.ca_file.write_bytes(given.above[-1].public_bytes(serialization.Encoding.PEM))
    connect(platform, only_root).close()
    path = f"/devices/{moved.id}/certificates/{moved.serial}/revoke"
    assert tenant.http.post(path).status_code == 204
    wait_until(lambda: is_listed(platform, moved), "it is on the company's list")
    session.close()


def _connects(platform: RunningPlatform, device: Device) -> bool:
    try:
        connect(platform, device).close()
    except (ConnectionError, ssl.SSLError):
        return False
    return True

"""What the platform signs keeps to RFC 5280, as a linter sees it that nobody here wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pkilint.bin import lint_crl, lint_pkix_cert

from app.core.authority import Authority, given_authority, new_authority
from app.core.pki import (
    issue_device_certificate,
    issue_revocation_list,
    issue_server_certificate,
    read_request,
)
from db.ids import new_id
from tests.make.authorities import given_by
from tests.make.devices import signing_request


def of_a_company() -> Authority:
    given = given_by(given_by(name="Company Root"), name="Company Devices", path_length=0)
    return given_authority(given.chain_pem, given.key_pem)


AUTHORITIES: dict[str, Callable[[], Authority]] = {"ours": new_authority, "given": of_a_company}
KEYS = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
}


def of_device(authority: Authority, key: str) -> bytes:
    return issue_device_certificate(
        authority,
        read_request(signing_request(KEYS[key]())),
        org_id=new_id(),
        device_id=new_id(),
        public_url="https://iot.example.com",
        revocation_list_url=f"https://iot.example.com/api/v1/pki/crl?authority={authority.id}",
        days=365,
    ).pem.encode()


Lint = Callable[..., str]


@pytest.fixture
def lint(capsys: pytest.CaptureFixture[str]) -> Lint:
    """What a program of the linter finds, but for notes that nothing is wrong with."""

    def run(program: Any, *arguments: str | Path) -> str:
        found = program.main(["lint", "-s", "NOTICE", *map(str, arguments)])
        said = capsys.readouterr()
        return said.out + said.err if found else ""

    return run


def leaf_of(pem: bytes, folder: Path) -> Path:
    file = folder / "certificate.pem"
    file.write_bytes(x509.load_pem_x509_certificates(pem)[0].public_bytes(Encoding.PEM))
    return file


def test_our_authority_passes(lint: Lint, tmp_path: Path) -> None:
    file = leaf_of(new_authority().certificate_pem.encode(), tmp_path)
    assert lint(lint_pkix_cert, file) == ""


@pytest.mark.parametrize("authority", AUTHORITIES)
@pytest.mark.parametrize("key", KEYS)
def test_a_devices_certificate_passes(lint: Lint, tmp_path: Path, authority: str, key: str) -> None:
    pem = of_device(AUTHORITIES[authority](), key)
    assert lint(lint_pkix_cert, leaf_of(pem, tmp_path)) == ""


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_the_brokers_certificate_passes(lint: Lint, tmp_path: Path, authority: str) -> None:
    made = issue_server_certificate(AUTHORITIES[authority](), ["iot.example.com", "192.0.2.1"])
    found = lint(lint_pkix_cert, leaf_of(made.certificate, tmp_path))
    # The linter takes names without a dot for no names of hosts; this one is promised.
    words = [line for line in found.splitlines() if line.startswith("    ")]
    assert words == [
        '    pkix.invalid_domain_name_syntax (ERROR): Invalid domain name syntax: "localhost"'
    ]


@pytest.mark.parametrize("authority", AUTHORITIES)
@pytest.mark.parametrize("number", [0, 2])
def test_a_revocation_list_passes(lint: Lint, tmp_path: Path, authority: str, number: int) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    revoked = [(f"{n:x}", now - timedelta(days=1)) for n in range(1, number + 1)]
    signed = issue_revocation_list(
        AUTHORITIES[authority](), revoked, made_at=now, next_at=now + timedelta(days=7)
    )
    file = tmp_path / "list.pem"
    file.write_bytes(signed.public_bytes(Encoding.PEM))
    assert lint(lint_crl, "-t", "CRL", "-p", "PKIX", file) == ""


def test_the_linter_finds_what_is_wrong(lint: Lint, tmp_path: Path) -> None:
    wrong = given_by(is_authority=False)
    assert "ERROR" in lint(lint_pkix_cert, leaf_of(wrong.chain_pem, tmp_path))

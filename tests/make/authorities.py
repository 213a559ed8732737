"""Certificate authorities as a company has them: a root, and an intermediate with its key."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.core.authority import key_usage
from tests.make.platform import RunningPlatform


@dataclass(frozen=True)
class GivenAuthority:
    certificate: x509.Certificate
    key: Any
    above: Sequence[x509.Certificate] = ()

    @property
    def chain_pem(self) -> bytes:
        return b"".join(
            each.public_bytes(serialization.Encoding.PEM)
            for each in (self.certificate, *self.above)
        )

    @property
    def key_pem(self) -> bytes:
        pem: bytes = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return pem


def given_by(
    parent: GivenAuthority | None = None,
    *,
    name: str = "Company",
    key: Any = None,
    is_authority: bool = True,
    path_length: int | None = None,
    may_sign: bool = True,
    days: int = 3650,
    purposes: Sequence[x509.ObjectIdentifier] = (),
) -> GivenAuthority:
    """Signed by the parent, or by itself."""
    key = key or ec.generate_private_key(ec.SECP384R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(parent.certificate.subject if parent else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(is_authority, path_length), critical=True)
        .add_extension(key_usage(sign_certificates=may_sign), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    signer = parent.key if parent else key
    above = (parent.certificate, *parent.above) if parent else ()
    return GivenAuthority(builder.sign(signer, hashes.SHA256()), key, above)


def admin_ca(platform: RunningPlatform, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """`holdfast admin ca …` beside the platform that runs."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "app", "admin", "ca", *arguments),
            *("--state-dir", platform.state / "state"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

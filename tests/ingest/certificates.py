"""Certificate authorities and leaf certificates for tests, written where OpenSSL can load them."""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KEY_USAGE = dict.fromkeys(
    [
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "encipher_only",
        "decipher_only",
    ],
    False,
)


@dataclass(frozen=True)
class Leaf:
    certificate_file: Path
    key_file: Path
    fingerprint: bytes
    expires_at: dt.datetime

    def tls(self, ca: Authority | None = None) -> ssl.SSLContext:
        """The client's side, presenting this certificate."""
        context = trusting(ca)
        context.load_cert_chain(self.certificate_file, self.key_file)
        return context


class Authority:
    """A CA that issues certificates into a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._number = 0
        certificate = (
            self._builder(self._name, self._key.public_key(), dt.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=True, key_cert_sign=True, crl_sign=True, **KEY_USAGE
                ),
                True,
            )
            .sign(self._key, hashes.SHA256())
        )
        self.pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
        self.file = folder / f"{name}.pem"
        self.file.write_text(self.pem)

    def issue(
        self, name: str, *, is_server: bool = False, valid_for: dt.timedelta = dt.timedelta(days=1)
    ) -> Leaf:
        """A leaf certificate for a device, or for a server on this machine."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = ExtendedKeyUsageOID.SERVER_AUTH if is_server else ExtendedKeyUsageOID.CLIENT_AUTH
        here = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            self._builder(subject, key.public_key(), valid_for)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(
                x509.SubjectAlternativeName(here if is_server else [x509.DNSName(name)]),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )
        self._number += 1
        certificate_file = self._folder / f"{self._number}-{name}.crt"
        key_file = certificate_file.with_suffix(".key")
        certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        der = certificate.public_bytes(serialization.Encoding.DER)
        return Leaf(
            certificate_file,
            key_file,
            hashlib.sha256(der).digest(),
            certificate.not_valid_after_utc,
        )

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, valid_for: dt.timedelta
    ) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + valid_for)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        )


def trusting(ca: Authority | None) -> ssl.SSLContext:
    """A client without a certificate, which checks the server only where it is given a CA."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(cadata=ca.pem)
    return context

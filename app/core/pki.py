"""What a device proves, what it gets, the broker's own certificate, and the list of what was
revoked."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.core.authority import CLOCK_SKEW, Authority, key_usage
from app.core.weak_keys import weakness

CSR_MAX_BYTES = 8 * 1024
RSA_BITS = range(2048, 4097)
SERVER_CERTIFICATE_DAYS = 397


Revoked = Iterable[tuple[str, datetime]]
"""Serial numbers in hexadecimal, each with the moment from which on it isn't good any more."""


class BadRequest(Exception):
    """The certificate signing request can't be accepted; the message says why."""


@dataclass(frozen=True)
class IssuedCertificate:
    """A device's certificate, its intermediates behind it. `fingerprint` is the SHA-256 of its DER,
    by which the broker recognises it."""

    serial: str
    fingerprint: bytes
    pem: str
    not_before: datetime
    not_after: datetime


def read_request(csr_pem: str) -> x509.CertificateSigningRequest:
    """Parse a PKCS#10 request and check its proof of possession. Raises BadRequest.

    Size and key size come first: verifying a signature by a 16,384-bit key is a cheap attack.
    """
    if len(csr_pem.encode()) > CSR_MAX_BYTES:
        raise BadRequest(f"the request is larger than {CSR_MAX_BYTES} bytes")
    try:
        request = _parsed(csr_pem)
        _check_key(request.public_key())
        _check_hash(request)
        if not request.is_signature_valid:
            raise BadRequest("the request is not signed by the key it names")
    except x509.InvalidVersion as error:
        raise BadRequest(
            f"the request says version {error.parsed_version}; PKCS#10 has 0 alone, which tools call 1"
        ) from None
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        raise BadRequest(
            "not a PKCS#10 request in PEM, or of an algorithm that is not supported"
        ) from None
    return request


def _parsed(text: str) -> x509.CertificateSigningRequest:
    """PEM; also where its line ends became backslashes, as in a shell or a C string, and where a
    device sends the DER in base64 without PEM's lines around it."""
    text = text.replace("\\r", "").replace("\\n", "\n").strip()
    if text.startswith("-----BEGIN"):
        return x509.load_pem_x509_csr(text.encode())
    der = base64.b64decode("".join(text.split()), validate=True)
    return x509.load_der_x509_csr(der)


def _check_hash(request: x509.CertificateSigningRequest) -> None:
    used = request.signature_hash_algorithm
    if isinstance(used, hashes.SHA1 | hashes.MD5):
        raise BadRequest(
            f"the request is signed with {used.name}, which proves nothing any more: use SHA-256"
        )


def _check_key(key: object) -> None:
    match key:
        case (
            ec.EllipticCurvePublicKey(curve=ec.SECP256R1() | ec.SECP384R1())
            | ed25519.Ed25519PublicKey()
        ):
            return
        case rsa.RSAPublicKey(key_size=bits) if bits in RSA_BITS:
            if (why := weakness(key.public_numbers())) is not None:
                raise BadRequest(f"the RSA key is weak: {why}. Make a new one")
            return
    raise BadRequest("the key must be P-256, P-384, Ed25519, or RSA of 2048 to 4096 bits")


def serial_of(text: str) -> str:
    """A serial number as it is kept, of one as tools write it: in capitals, with colons, with
    zeros before it. Empty where it is none."""
    digits = text.replace(":", "").strip().lower().lstrip("0")
    return digits if all(digit in "0123456789abcdef" for digit in digits) else ""


def is_signed(certificate: x509.Certificate, message: bytes, signature: bytes) -> bool:
    """Whether the certificate's key signed it: ECDSA with SHA-256 in DER, RSA PKCS#1 v1.5 with
    SHA-256, or Ed25519."""
    try:
        match certificate.public_key():
            case ec.EllipticCurvePublicKey() as key:
                key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
            case rsa.RSAPublicKey() as key:
                key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
            case ed25519.Ed25519PublicKey() as key:
                key.verify(signature, message)
            case _:
                return False
    except InvalidSignature:
        return False
    return True


def public_key_hash(request: x509.CertificateSigningRequest) -> bytes:
    return hashlib.sha256(
        request.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    ).digest()


def issue_device_certificate(
    authority: Authority,
    request: x509.CertificateSigningRequest,
    *,
    org_id: UUID,
    device_id: UUID,
    public_url: str,
    revocation_list_url: str,
    days: int,
) -> IssuedCertificate:
    """Sign the request's key for this device. The request's own subject and extensions are
    ignored. It doesn't outlive its authority."""
    not_before = datetime.now(UTC).replace(microsecond=0) - CLOCK_SKEW
    not_after = authority.until(not_before + CLOCK_SKEW + timedelta(days=days))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(
            x509.Name(
                [
                    x509.NameAttribute(NameOID.COMMON_NAME, str(device_id)),
                    x509.NameAttribute(NameOID.ORGANIZATION_NAME, str(org_id)),
                ]
            )
        )
        .issuer_name(authority.certificate.subject)
        .public_key(request.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.UniformResourceIdentifier(f"{public_url}/api/v1/devices/{device_id}")]
            ),
            critical=False,
        )
        .add_extension(_revocation_list_at(revocation_list_url), critical=False)
        .add_extension(authority.key_identifier, critical=False)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(request.public_key()), critical=False
        )
        .sign(authority.key, authority.signature_hash)
    )
    return IssuedCertificate(
        serial=f"{certificate.serial_number:x}",
        fingerprint=certificate.fingerprint(hashes.SHA256()),
        pem=certificate.public_bytes(serialization.Encoding.PEM).decode() + authority.chain_pem,
        not_before=not_before,
        not_after=not_after,
    )


def issue_revocation_list(
    authority: Authority, revoked: Revoked, *, made_at: datetime, next_at: datetime
) -> x509.CertificateRevocationList:
    """Sign the list of certificates that are revoked (RFC 5280, section 5). Its number is the time
    at which it was made, which only grows, whoever makes it."""
    entries = [
        x509.RevokedCertificateBuilder().serial_number(int(serial, 16)).revocation_date(at).build()
        for serial, at in revoked
    ]
    # All at once: the builder copies what it has with every certificate that is added.
    return (
        x509.CertificateRevocationListBuilder(revoked_certificates=entries)
        .issuer_name(authority.certificate.subject)
        .last_update(made_at)
        .next_update(next_at)
        .add_extension(x509.CRLNumber(int(made_at.timestamp())), critical=False)
        .add_extension(authority.key_identifier, critical=False)
        .sign(authority.key, authority.signature_hash)
    )


def _revocation_list_at(url: str) -> x509.CRLDistributionPoints:
    address = x509.UniformResourceIdentifier(url)
    point = x509.DistributionPoint([address], relative_name=None, reasons=None, crl_issuer=None)
    return x509.CRLDistributionPoints([point])


@dataclass(frozen=True)
class ServerCertificate:
    """The broker's certificate, its intermediates behind it, and its key, both PEM."""

    certificate: bytes
    key: bytes
    not_after: datetime


def issue_server_certificate(authority: Authority, hosts: list[str]) -> ServerCertificate:
    """The broker's certificate and new key for these host names and addresses and for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC).replace(microsecond=0)
    names = list(dict.fromkeys([*hosts, "localhost", "127.0.0.1"]))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])]))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(authority.until(now + timedelta(days=SERVER_CERTIFICATE_DAYS)))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
        )
        .add_extension(authority.key_identifier, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(authority.key, authority.signature_hash)
    )
    return ServerCertificate(
        certificate.public_bytes(serialization.Encoding.PEM) + authority.chain_pem.encode(),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        certificate.not_valid_after_utc,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)

"""A certificate authority: one of our own making, or one that somebody else has given its power to.

What it signs chains to its anchor, which is what devices are told to trust: itself, or the root
above it. Ours are roots, and sign nothing but certificates of devices and brokers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from db.ids import new_id

CA_YEARS = 20
# A device's clock may be behind ours.
CLOCK_SKEW = timedelta(minutes=5)
CHAIN_MAX = 5
RSA_MIN_BITS = 2048
_USES = {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH}

SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class BadAuthority(Exception):
    """What is given can't be a certificate authority of ours; the message says why."""


@dataclass(frozen=True)
class Authority:
    """A CA certificate and its key; `issuers` are those above it, the root at the end, none of a
    root."""

    id: UUID
    certificate: x509.Certificate
    key: SigningKey
    issuers: Sequence[x509.Certificate] = ()

    @classmethod
    def load(
        cls, id_: UUID, certificate_pem: str, key_der: bytes, issuers_pem: str = ""
    ) -> Authority:
        key = serialization.load_der_private_key(key_der, password=None)
        assert isinstance(key, SigningKey)  # noqa: S101 - checked when it was stored
        certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
        return cls(id_, certificate, key, _certificates(issuers_pem) if issuers_pem else ())

    @property
    def certificate_pem(self) -> str:
        return _pem(self.certificate)

    @property
    def issuers_pem(self) -> str:
        return "".join(map(_pem, self.issuers))

    @property
    def anchor_pem(self) -> str:
        """What devices trust."""
        return _pem(self.issuers[-1] if self.issuers else self.certificate)

    @property
    def chain_pem(self) -> str:
        """What stands between a certificate that it has signed and the anchor."""
        return "".join(map(_pem, [self.certificate, *self.issuers[:-1]])) if self.issuers else ""

    @property
    def key_der(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def signature_hash(self) -> hashes.SHA256 | hashes.SHA384:
        is_p384 = isinstance(self.key, ec.EllipticCurvePrivateKey) and self.key.key_size > 256
        return hashes.SHA384() if is_p384 else hashes.SHA256()

    @property
    def key_identifier(self) -> x509.AuthorityKeyIdentifier:
        """As its own certificate names its key."""
        try:
            own = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        except x509.ExtensionNotFound:
            return x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own.value)

    def until(self, moment: datetime) -> datetime:
        """The moment, or the end of what signs."""
        ends = (each.not_valid_after_utc for each in (self.certificate, *self.issuers))
        return min(moment, *ends)


def new_authority(name: str = "Holdfast device CA") -> Authority:
    """A root of our own making."""
    id_, key = new_id(), ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC).replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=365 * CA_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(sign_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(id_, certificate, key)


def given_authority(chain_pem: bytes, key_pem: bytes, password: bytes | None = None) -> Authority:
    """One that somebody else has made: its certificate, then those above it up to a root, and its
    key. Raises BadAuthority."""
    try:
        certificate, *issuers = _certificates(chain_pem.decode())
        key = serialization.load_pem_private_key(key_pem, password)
    except (ValueError, TypeError) as error:
        raise BadAuthority(f"the certificates or the key can't be read: {error}") from None
    if len(issuers) >= CHAIN_MAX:
        raise BadAuthority(f"the chain has more than {CHAIN_MAX} certificates")
    _check_key(certificate, key)
    assert isinstance(key, SigningKey)  # noqa: S101 - `_check_key` refuses all others
    authority = Authority(new_id(), certificate, key, issuers)
    for depth, each in enumerate((certificate, *issuers)):
        _check_power(each, depth)
    _check_chain(certificate, issuers)
    return authority


def _check_key(certificate: x509.Certificate, key: object) -> None:
    match key:
        case ec.EllipticCurvePrivateKey(curve=ec.SECP256R1() | ec.SECP384R1()):
            pass
        case rsa.RSAPrivateKey(key_size=bits) if bits >= RSA_MIN_BITS:
            pass
        case _:
            raise BadAuthority("the key must be P-256, P-384, or RSA of 2048 bits or more")
    if certificate.public_key() != key.public_key():
        raise BadAuthority("the key is not that of the first certificate")


def _check_power(certificate: x509.Certificate, depth: int) -> None:
    """Whether it may sign certificates, with `depth` authorities beneath it, at this moment."""
    name, now = certificate.subject.rfc4514_string(), datetime.now(UTC)
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
        raise BadAuthority(f"{name} has expired, or isn't valid yet")
    extensions = certificate.extensions
    try:
        constraints = extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound as error:
        raise BadAuthority(f"{name} has no {error.oid._name}") from None
    if not constraints.ca:
        raise BadAuthority(f"{name} is no certificate authority (CA:FALSE)")
    if constraints.path_length is not None and constraints.path_length < depth:
        raise BadAuthority(f"{name} allows no chain of this length (pathlen)")
    if not usage.key_cert_sign or not (usage.crl_sign or depth):
        raise BadAuthority(f"{name} may not sign certificates and revocation lists (key usage)")
    _check_purposes(certificate, name)


def _check_purposes(certificate: x509.Certificate, name: str) -> None:
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not set(found) >= _USES and ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE not in found:
        raise BadAuthority(f"{name} may not sign for clients and servers (extended key usage)")


def _check_chain(certificate: x509.Certificate, issuers: Sequence[x509.Certificate]) -> None:
    chain = [certificate, *issuers]
    for each, issuer in zip(chain, [*issuers, chain[-1]], strict=True):
        try:
            each.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            raise BadAuthority(
                f"{each.subject.rfc4514_string()} is not signed by the next certificate; the last "
                "one must be a root, which has signed itself"
            ) from None


def key_usage(*, sign_certificates: bool) -> x509.KeyUsage:
    """Of an authority, or of what it signs."""
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _certificates(pem: str) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(pem.encode())


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()

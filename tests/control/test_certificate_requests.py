"""Requests for certificates as devices' tools write them: read, or refused with words that help."""

from __future__ import annotations

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.core.pki import BadRequest, public_key_hash, read_request
from tests.make.devices import new_key, signing_request

ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
ECDSA_WITH_SHA1 = bytes.fromhex("300906072a8648ce3d0401")


def tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    long = b"\x81" + bytes([size & 255]) if size < 256 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + (bytes([size]) if size < 128 else long) + content


def by_hand(
    *,
    version: int = 0,
    algorithm: bytes = ECDSA_WITH_SHA256,
    hash_: hashes.HashAlgorithm | None = None,
) -> str:
    """What no library of ours would make."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gateway")]).public_bytes()
    info = tlv(0x30, tlv(2, bytes([version])) + subject + public + b"\xa0\0")
    signature = key.sign(info, ec.ECDSA(hash_ or hashes.SHA256()))
    der = tlv(0x30, info + algorithm + tlv(3, b"\0" + signature))
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{text}-----END CERTIFICATE REQUEST-----\n"


def test_what_is_made_by_hand_is_read() -> None:
    read_request(by_hand())


@pytest.mark.parametrize("version", [1, 2, 5, 127])
def test_a_version_that_does_not_exist_is_named(version: int) -> None:
    with pytest.raises(BadRequest, match="version"):
        read_request(by_hand(version=version))


def test_a_hash_that_proves_nothing_is_named() -> None:
    with pytest.raises(BadRequest, match=r"sha1.*SHA-256"):
        read_request(by_hand(algorithm=ECDSA_WITH_SHA1, hash_=hashes.SHA1()))


def _as_der(pem: str) -> str:
    der = x509.load_pem_x509_csr(pem.encode()).public_bytes(serialization.Encoding.DER)
    return base64.b64encode(der).decode()


SPELLINGS = {
    "line ends as backslashes": lambda pem: pem.replace("\n", "\\n"),
    "Windows' as backslashes": lambda pem: pem.replace("\n", "\\r\\n"),
    "Windows' line ends": lambda pem: pem.replace("\n", "\r\n"),
    "blanks around it": lambda pem: f"\n  {pem}  \n\n",
    "DER in base64": _as_der,
    "DER in base64, in lines": lambda pem: base64.encodebytes(
        base64.b64decode(_as_der(pem))
    ).decode(),
    "an older name": lambda pem: pem.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_request_is_read_as_shells_and_firmware_write_it(spelling: str) -> None:
    pem = signing_request(new_key())
    written = SPELLINGS[spelling](pem)
    assert public_key_hash(read_request(written)) == public_key_hash(read_request(pem))

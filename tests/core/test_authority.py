"""An authority that somebody else has given power to: taken, or refused with words that help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from app.core.authority import BadAuthority, given_authority
from tests.make.authorities import GivenAuthority, given_by


def intermediate(**wanted: object) -> GivenAuthority:
    return given_by(given_by(name="Root"), name="Devices", **wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)]
)
def test_an_intermediate_is_taken_with_what_is_above_it(key: object) -> None:
    given = intermediate(key=key, path_length=0)
    taken = given_authority(given.chain_pem, given.key_pem)
    assert taken.certificate == given.certificate
    assert taken.anchor_pem.encode() == given.above[-1].public_bytes(serialization.Encoding.PEM)
    assert taken.chain_pem == taken.certificate_pem


def test_two_above_it_are_taken_and_so_is_a_root() -> None:
    below = given_by(given_by(given_by(name="Root"), name="Policy"), name="Devices")
    taken = given_authority(below.chain_pem, below.key_pem)
    assert len(x509.load_pem_x509_certificates(taken.chain_pem.encode())) == 2
    root = given_by(name="Root")
    assert given_authority(root.chain_pem, root.key_pem).chain_pem == ""


def test_a_key_with_a_password_is_taken_with_it_alone() -> None:
    given = intermediate()
    sealed = given.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"open sesame"),
    )
    assert given_authority(given.chain_pem, sealed, b"open sesame").key_der
    for password in (None, b"open barley"):
        with pytest.raises(BadAuthority, match="can't be read"):
            given_authority(given.chain_pem, sealed, password)


def below_a_narrow_root() -> GivenAuthority:
    root = given_by(name="Root", path_length=0)
    return given_by(root, name="Devices")


def under_another_root() -> GivenAuthority:
    return replace(intermediate(), above=[given_by(name="Root").certificate])


BAD: dict[str, tuple[Callable[[], GivenAuthority], str]] = {
    "a leaf": (lambda: intermediate(is_authority=False), "CA:FALSE"),
    "one that may not sign": (lambda: intermediate(may_sign=False), "key usage"),
    "an expired one": (lambda: intermediate(days=-1), "expired"),
    "another's key": (
        lambda: replace(intermediate(), key=ec.generate_private_key(ec.SECP256R1())),
        "not that of the first",
    ),
    "a key of another kind": (
        lambda: replace(intermediate(), key=ed25519.Ed25519PrivateKey.generate()),
        "P-256",
    ),
    "a short key": (
        lambda: intermediate(key=rsa.generate_private_key(65537, 1024)),
        "2048",
    ),
    "a root that allows none beneath it": (below_a_narrow_root, "pathlen"),
    "a chain without its root": (lambda: replace(intermediate(), above=[]), "root"),
    "another root of the same name": (under_another_root, "not signed by"),
    "one for mail": (
        lambda: intermediate(purposes=[ExtendedKeyUsageOID.EMAIL_PROTECTION]),
        "extended key usage",
    ),
}


@pytest.mark.parametrize("bad", BAD)
def test_what_can_be_no_authority_is_refused_in_words(bad: str) -> None:
    make, says = BAD[bad]
    given = make()
    with pytest.raises(BadAuthority, match=says):
        given_authority(given.chain_pem, given.key_pem)


@pytest.mark.parametrize("text", [b"", b"words", b"-----BEGIN CERTIFICATE-----\n"])
def test_what_is_no_pem_is_refused(text: bytes) -> None:
    with pytest.raises(BadAuthority, match="can't be read"):
        given_authority(text, intermediate().key_pem)

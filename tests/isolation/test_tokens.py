"""Forged, stolen, altered and outlived access tokens and keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.accounts.sessions.access_tokens import AUDIENCE
from app.core.signing_keys import TokenKey
from tests.make.people import signing_key
from tests.make.platform import RunningPlatform
from tests.make.readings import assert_problem
from tests.make.resources import World


def encoded(part: bytes | dict[str, Any]) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Forger:
    """Someone who has a good token of theirs, the public key, and (to prove what is checked) the private one."""

    def __init__(self, platform: RunningPlatform, token: str) -> None:
        self.token = token
        self.key: TokenKey = signing_key(platform)
        self.claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
        self.header: dict[str, Any] = jwt.get_unverified_header(token)
        jwks = platform.client().get(f"{platform.base_url}/.well-known/jwks.json").json()
        self.public = base64.urlsafe_b64decode(jwks["keys"][0]["x"] + "=")

    def signed(self, claims: dict[str, Any] | None = None, key: Any = None, **header: Any) -> str:
        """With the platform's own key unless another is given."""
        return jwt.encode(
            claims or self.claims, key or self.key.private, algorithm="EdDSA",
            headers={"kid": self.key.id, **header},
        )  # fmt: skip

    def altered(self, **claims: Any) -> str:
        """The good token with other claims under the old signature."""
        header, _, signature = self.token.split(".")
        return f"{header}.{encoded({**self.claims, **claims})}.{signature}"

    def hmac_with_the_public_key(self, public: bytes, algorithm: str = "HS256") -> str:
        body = f"{encoded({'alg': algorithm, 'typ': 'JWT'})}.{encoded(self.claims)}"
        return f"{body}.{encoded(hmac.digest(public, body.encode(), hashlib.sha256))}"

    def unsigned(self, algorithm: str) -> str:
        return f"{encoded({'alg': algorithm, 'typ': 'JWT'})}.{encoded(self.claims)}."


def _past(seconds: int) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


def _pem(forger: Forger) -> bytes:
    return forger.key.public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _with_header(forger: Forger, **header: Any) -> str:
    """Signed by the platform's own key, whatever the header says."""
    body = f"{encoded({'alg': 'EdDSA', **header})}.{encoded(forger.claims)}"
    return f"{body}.{encoded(forger.key.private.sign(body.encode()))}"


ANY = str(uuid.uuid4())
FORGERIES: dict[str, Callable[[Forger], str]] = {
    "no signature, alg none": lambda f: f.unsigned("none"),
    "no signature, alg None": lambda f: f.unsigned("None"),
    "no signature, alg NONE": lambda f: f.unsigned("NONE"),
    "no signature, the right alg": lambda f: f.unsigned("EdDSA"),
    "no signature, no alg": lambda f: f"{encoded({'typ': 'JWT'})}.{encoded(f.claims)}.",
    "HMAC with the raw public key": lambda f: f.hmac_with_the_public_key(f.public),
    "HMAC with the public key in PEM": lambda f: f.hmac_with_the_public_key(_pem(f)),
    "HMAC with the empty key": lambda f: f.hmac_with_the_public_key(b""),
    "signed by a stranger": lambda f: f.signed(key=Ed25519PrivateKey.generate()),
    "a stranger's key in the header": lambda f: f.signed(
        key=Ed25519PrivateKey.generate(),
        jwk={"kty": "OKP", "crv": "Ed25519", "x": encoded(b"x" * 32)},
    ),
    "kid is a path": lambda f: f.signed(
        key=Ed25519PrivateKey.generate(), kid="../../../../dev/null"
    ),
    "kid is SQL": lambda f: f.signed(key=Ed25519PrivateKey.generate(), kid="x' UNION SELECT 'a"),
    "kid is an address": lambda f: f.signed(
        key=Ed25519PrivateKey.generate(), jku="http://127.0.0.1:1/jwks"
    ),
    "kid is a list": lambda f: _with_header(f, kid=[f.key.id]),
    "kid is missing": _with_header,
    "kid is another's": lambda f: _with_header(f, kid="AAAAAAAAAAA"),
    "another algorithm in the header": lambda f: _with_header(f, alg="ES256", kid=f.key.id),
    "a critical extension": lambda f: f.signed(crit=["b64"], b64=False),
    "expired": lambda f: f.signed({**f.claims, "exp": _past(1), "iat": _past(901)}),
    "issued in the future": lambda f: f.signed(
        {**f.claims, "iat": datetime.now(UTC) + timedelta(days=1)}
    ),
    "not valid yet": lambda f: f.signed({**f.claims, "nbf": datetime.now(UTC) + timedelta(days=1)}),
    "for ever": lambda f: f.signed(
        {name: value for name, value in f.claims.items() if name != "exp"}
    ),
    "another issuer": lambda f: f.signed({**f.claims, "iss": "https://evil.example"}),
    "no issuer": lambda f: f.signed(
        {name: value for name, value in f.claims.items() if name != "iss"}
    ),
    "another audience": lambda f: f.signed({**f.claims, "aud": "holdfast-admin"}),
    "no audience": lambda f: f.signed(
        {name: value for name, value in f.claims.items() if name != "aud"}
    ),
    "no organization": lambda f: f.signed(
        {name: value for name, value in f.claims.items() if name != "org"}
    ),
    "no role": lambda f: f.signed(
        {name: value for name, value in f.claims.items() if name != "role"}
    ),
    "an unknown role": lambda f: f.signed({**f.claims, "role": "SUPERUSER"}),
    "a list of roles": lambda f: f.signed({**f.claims, "role": ["OWNER"]}),
    "an organization that is none": lambda f: f.signed({**f.claims, "org": "' OR true --"}),
    "a list of organizations": lambda f: f.signed({**f.claims, "org": [f.claims["org"]]}),
    "altered organization": lambda f: f.altered(org=ANY),
    "altered subject": lambda f: f.altered(sub=ANY),
    "altered expiry": lambda f: f.altered(exp=f.claims["exp"] + 1),
    "one bit of the signature": lambda f: (
        f.token[:-20] + ("A" if f.token[-20] != "A" else "B") + f.token[-19:]
    ),
    "a cut signature": lambda f: f.token[:-4],
    "two parts": lambda f: f.token.rpartition(".")[0],
    "four parts": lambda f: f.token + ".x",
    "empty parts": lambda _: "..",
    "a header nested deeply": lambda f: f"{encoded(b'[' * 2000)}.{encoded(f.claims)}.x",
    "claims nested deeply": lambda f: f"{encoded(f.header)}.{encoded(b'[' * 2000)}.x",
    "a header that is no JSON": lambda f: f"{encoded(bytes([255, 254]))}.{encoded(f.claims)}.x",
    "longer than any token": lambda f: f.token + "A" * 5000,
    "an unknown key": lambda _: "sk_live_" + secrets.token_urlsafe(32),
    "the beginning of keys": lambda _: "sk_",
    "a key with a wildcard": lambda _: "sk_live_%",
}


@pytest.fixture(scope="module")
def forger(platform: RunningPlatform, ours: World) -> Forger:
    http = platform.client()
    session = http.post(
        "/auth/login",
        json={"email": ours.organization.email, "password": ours.organization.password},
    )
    return Forger(platform, session.json()["accessToken"])


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_is_401(platform: RunningPlatform, forger: Forger, forgery: str) -> None:
    with platform.client(FORGERIES[forgery](forger)) as http:
        assert_problem(http.get("/devices"), 401, code="UNAUTHENTICATED")


def test_the_forger_signs_well_when_nothing_is_wrong(
    platform: RunningPlatform, forger: Forger
) -> None:
    for token in (
        forger.token,
        forger.signed(),
        forger.signed({**forger.claims, "exp": _past(-60)}),
        _with_header(forger, kid=forger.key.id),
    ):
        with platform.client(token) as http:
            assert http.get("/devices").status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Basic {token}",
        "{token}",
        "Bearer\t{token}",
        "Token {token}",
        "Bearer {token},x",
    ],
)
def test_another_scheme_is_401(platform: RunningPlatform, forger: Forger, header: str) -> None:
    with platform.client() as http:
        answer = http.get("/devices", headers={"Authorization": header.format(token=forger.token)})
    assert_problem(answer, 401, code="UNAUTHENTICATED")


def test_a_token_of_one_organization_with_anothers_name_in_a_header_changes_nothing(
    platform: RunningPlatform, forger: Forger, theirs: World
) -> None:
    with platform.client(forger.token) as http:
        spoofed = dict.fromkeys(
            ("X-Organization-Id", "X-Org-Id", "X-Tenant"), theirs.organization.id
        )
        answer = http.get("/organizations/current", headers=spoofed)
        named = http.get("/organizations/current", params={"organizationId": ANY})
    assert answer.json()["id"] == forger.claims["org"]
    assert named.status_code == 400


def test_the_published_key_verifies_our_tokens_and_shows_no_private_part(
    platform: RunningPlatform, forger: Forger
) -> None:
    with platform.client() as http:
        [key] = http.get(f"{platform.base_url}/.well-known/jwks.json").json()["keys"]
    assert "d" not in key
    assert forger.header == {"alg": key["alg"], "kid": key["kid"], "typ": "JWT"}
    decoded = jwt.decode(forger.token, jwt.PyJWK(key), algorithms=["EdDSA"], audience=AUDIENCE)
    assert decoded.keys() == {
        *("iss", "aud", "sub", "org", "role", "exp", "iat", "sid", "jti", "amr")
    }
    assert decoded["exp"] - decoded["iat"] == 15 * 60

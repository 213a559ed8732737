"""Access tokens of a foreign issuer: what they open, and what forgers make of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.core.errors import Unauthenticated, Unavailable
from app.core.foreign_tokens import AGAIN_SECONDS, FRESH_SECONDS, KEPT_SECONDS, ForeignIssuer
from app.settings.foreign_tokens import ForeignTokenSettings
from tests.isolation.test_tokens import encoded
from tests.make.issuers import AUDIENCE, Issuer, running_issuer
from tests.make.platform import Organization, RunningPlatform, running_platform
from tests.make.readings import assert_problem


@dataclass(frozen=True)
class Trust:
    """A platform, the issuer that it takes tokens of, and a tenant."""

    platform: RunningPlatform
    issuer: Issuer
    tenant: Organization

    def token(self, **claims: Any) -> str:
        return self.issuer.token(
            **{"by": "first", "org": self.tenant.id, "role": "ADMIN", **claims}
        )

    def status(self, token: str) -> int:
        with self.platform.client(token) as http:
            return http.get("/devices").status_code


@pytest.fixture(scope="module")
def trust() -> Iterator[Trust]:
    with running_issuer() as issuer:
        issuer.new_key("first")
        issuer.new_key("rsa", "RS256")
        settings = {"HOLDFAST_TOKEN_ISSUER": issuer.url, "HOLDFAST_TOKEN_AUDIENCE": AUDIENCE}
        with running_platform(settings) as platform:
            tenant = platform.new_organization()
            yield Trust(platform, issuer, tenant)
            tenant.http.close()


def test_a_program_may_what_its_role_may_and_what_it_makes_ends_with_its_token(
    trust: Trust,
) -> None:
    token = trust.token(by="rsa")
    with trust.platform.client(token) as http:
        assert http.post("/sites", json={"name": "by a robot"}).status_code == 201
        me = http.get("/auth/me").json()
        assert (me["organizationId"], me["userId"]) == (trust.tenant.id, None)
        assert me["principal"].startswith("oidc_")
        key = http.post("/api-keys", json={"name": "by a robot"}).json()
        ends_at = jwt.decode(token, options={"verify_signature": False})["exp"]
        assert key["expiresAt"] is not None
        listed = trust.tenant.http.get(f"/api-keys/{key['id']}").json()
        assert listed["createdBy"] == me["principal"]
        later = {"name": "x", "expiresAt": "2099-01-01T00:00:00Z"}
        assert_problem(http.post("/api-keys", json=later), 403, code="FORBIDDEN")
        assert_problem(http.get("/auth/second-factor"), 403, code="FORBIDDEN")
        assert ends_at > 0
    with trust.platform.client(trust.token(role="MEMBER")) as http:
        assert http.get("/devices").status_code == 200
        assert_problem(http.post("/sites", json={"name": "x"}), 403, code="FORBIDDEN")


def _hmac(trust: Trust) -> str:
    public = trust.issuer.keys["first"].public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    claims = jwt.decode(trust.token(), options={"verify_signature": False})
    body = f"{encoded({'alg': 'HS256', 'kid': 'first'})}.{encoded(claims)}"
    signed = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    return f"{body}.{encoded(signed.sign(body.encode(), pem))}"


def _unsigned(trust: Trust) -> str:
    claims = jwt.decode(trust.token(), options={"verify_signature": False})
    return f"{encoded({'alg': 'none', 'kid': 'first'})}.{encoded(claims)}."


FORGERIES: dict[str, Callable[[Trust], str]] = {
    "no algorithm": _unsigned,
    "HMAC with the public key": _hmac,
    "a stranger's key": lambda t: t.token(key=ec.generate_private_key(ec.SECP256R1())),
    "another key's name": lambda t: t.token(by="rsa", key=t.issuer.keys["first"]),
    "another algorithm of the key's": lambda t: t.token(by="rsa", algorithm="RS512"),
    "an unknown key": lambda t: t.token(kid="../../etc/passwd"),
    "another audience": lambda t: t.token(aud="another"),
    "no audience": lambda t: t.token(aud=None),
    "another issuer": lambda t: t.token(iss="https://evil.example"),
    "expired": lambda t: t.token(exp=1),
    "for ever": lambda t: t.token(exp=None),
    "not valid yet": lambda t: t.token(nbf=4102444800),
    "no subject": lambda t: t.token(sub=None),
    "an owner": lambda t: t.token(role="OWNER"),
    "an unknown role": lambda t: t.token(role="ROOT"),
    "no role": lambda t: t.token(role=None),
    "no organization": lambda t: t.token(org=None),
    "an organization that nobody has": lambda t: t.token(org=str(uuid.uuid4())),
    "an organization that is none": lambda t: t.token(org="' OR true --"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_is_401(trust: Trust, forgery: str) -> None:
    assert trust.status(trust.token()) == 200
    assert trust.status(FORGERIES[forgery](trust)) == 401


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running_issuer() as issuer:
        issuer.new_key("first")
        yield issuer


class Clock:
    """Seconds, as a test says."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def reader_of(issuer: Issuer, clock: Clock | None = None) -> ForeignIssuer:
    settings = ForeignTokenSettings(issuer=issuer.url, audience=AUDIENCE)
    return ForeignIssuer(settings, clock=clock or Clock())


async def key_of(foreign: ForeignIssuer, token: str) -> str:
    return str((await foreign.key_of(token)).key_id)


async def test_a_key_that_is_new_is_fetched_once_in_a_while_and_one_that_is_gone_is_forgotten(
    issuer: Issuer,
) -> None:
    clock = Clock()
    foreign = reader_of(issuer, clock)
    first = issuer.token(by="first")
    assert await key_of(foreign, first) == "first"
    asked = issuer.asked
    issuer.new_key("second")
    second = issuer.token(by="second")
    for _ in range(20):  # not again so soon, however many ask
        with pytest.raises(Unauthenticated):
            await key_of(foreign, second)
    assert issuer.asked == asked
    clock.now += AGAIN_SECONDS
    assert await key_of(foreign, second) == "second"
    del issuer.keys["first"]
    assert await key_of(foreign, first) == "first"
    clock.now += FRESH_SECONDS
    with pytest.raises(Unauthenticated):
        await key_of(foreign, first)


async def test_while_the_issuer_is_away_its_keys_go_on_for_so_long_and_no_longer(
    issuer: Issuer,
) -> None:
    clock = Clock()
    foreign, token = reader_of(issuer, clock), issuer.token(by="first")
    issuer.is_away = True
    with pytest.raises(Unavailable):
        await key_of(foreign, token)
    issuer.is_away = False
    clock.now += AGAIN_SECONDS
    assert await key_of(foreign, token) == "first"
    issuer.is_away = True
    clock.now += FRESH_SECONDS
    assert await key_of(foreign, token) == "first"
    clock.now += KEPT_SECONDS
    with pytest.raises(Unavailable):
        await key_of(foreign, token)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda issuer: setattr(issuer, "named", "https://another.example"),
        lambda issuer: issuer.more_keys.append({"kty": "oct", "kid": "weak", "k": "c2VjcmV0"}),
        lambda issuer: issuer.more_keys.append({"kty": "EC", "kid": "weak", "crv": "P-256"}),
        lambda issuer: issuer.more_keys.append("no key" * 100_000),
    ],
    ids=["another issuer's", "a secret", "half a key", "too long"],
)
async def test_what_is_no_issuers_answer_makes_no_key(
    issuer: Issuer, spoil: Callable[[Issuer], None]
) -> None:
    spoil(issuer)
    issuer.keys["weak"] = issuer.keys["first"]
    token = issuer.token(by="weak")
    del issuer.keys["weak"]
    with pytest.raises((Unauthenticated, Unavailable)):
        await key_of(reader_of(issuer), token)


def test_an_issuer_is_asked_where_nobody_can_answer_in_its_place() -> None:
    faults = [
        *ForeignTokenSettings(issuer="http://id.example.com", audience="x").faults(),
        *ForeignTokenSettings(issuer="https://id.example.com").faults(),
    ]
    assert [fault.partition(" ")[0] for fault in faults] == [
        "HOLDFAST_TOKEN_ISSUER",
        "HOLDFAST_TOKEN_AUDIENCE",
    ]

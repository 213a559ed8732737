"""The keys of access tokens change while tokens by those before go on, in every process at once."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import sha256

import asyncpg
import httpx
import jwt
import psycopg
import pytest

from app.accounts.sessions.access_tokens import issue_access_token, key_id_of, read_access_token
from app.accounts.signing_keys import PUBLISHED_SECONDS, SigningKeyOwner
from app.core.errors import Unauthenticated
from app.core.keys import Keys
from app.core.signing_keys import NoSigningKey, SigningKeys
from app.settings import SecuritySettings
from db.connections.types import Pool
from tests.make.apis import second_api
from tests.make.database import DatabaseUrls
from tests.make.live import eventually
from tests.make.people import signing_key
from tests.make.platform import RunningPlatform, running_platform

OLD, NEW = (sha256(name).hexdigest() for name in (b"old", b"new"))
ISSUER = "https://iot.example.com"


def security(newest: str, *older: str) -> SecuritySettings:
    return SecuritySettings(secret_key=newest, secret_keys_old=",".join(older))


class Process(SigningKeys):
    """As an API process has them."""

    def __init__(self, pool: Pool, *secrets: str) -> None:
        self._told = asyncio.Event()
        super().__init__(pool, Keys.derive(*secrets), changed=lambda _: self._told.set())

    async def until(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            self._told.clear()
            await self._told.wait()


@asynccontextmanager
async def processes(urls: DatabaseUrls, *secrets: str) -> AsyncIterator[list[Process]]:
    """Two of them."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(asyncpg.create_pool(urls.app, min_size=1))
        both = [Process(pool, *secrets) for _ in range(2)]
        for each in both:
            await stack.enter_async_context(each.running(urls.app))
        yield both


def token_by(keys: SigningKeys) -> str:
    return issue_access_token(
        keys.signing,
        issuer=ISSUER,
        user_id=uuid.uuid4(),
        org_id=uuid.uuid4(),
        role="MEMBER",
        seconds=900,
        session_id=uuid.uuid4(),
    )


async def is_good(keys: SigningKeys, token: str) -> bool:
    try:
        read_access_token(await keys.find(key_id_of(token)), token, issuer=ISSUER)
    except Unauthenticated:
        return False
    return True


@pytest.fixture
async def by(owner: asyncpg.Pool, admin: asyncpg.Pool) -> SigningKeyOwner:
    """Of an installation that has its first key."""
    await admin.execute("DELETE FROM platform.signing_key")
    by = SigningKeyOwner(owner, security(OLD))
    await by.ensure()
    return by


async def test_the_next_key_is_published_before_it_signs_and_the_one_before_verifies_after_it(
    urls: DatabaseUrls, by: SigningKeyOwner, admin: asyncpg.Pool
) -> None:
    async with processes(urls, OLD) as (one, other):
        first = token_by(one)
        new_id = await by.rotate(at_once=False)
        [new, before] = await by.states()
        assert (new.id, new.ends_in) == (new_id, None)
        assert before.ends_in is not None
        assert before.ends_in >= PUBLISHED_SECONDS + 900
        await other.until(lambda: len(other.published) == 2)
        assert key_id_of(token_by(other)) == before.id
        # As if the minutes had passed.
        await admin.execute("UPDATE platform.signing_key SET signs_from = now()")
        await one.until(lambda: one.signing.id == new_id)
        second = token_by(one)
        assert [await is_good(other, each) for each in (first, second)] == [True, True]
        await admin.execute("DELETE FROM platform.signing_key WHERE id <> $1", new_id)
        await other.until(lambda: len(other.published) == 1)
        assert [await is_good(other, each) for each in (first, second)] == [False, True]


async def test_a_token_by_a_key_that_is_a_moment_old_is_good_where_nobody_has_heard_of_it(
    urls: DatabaseUrls, by: SigningKeyOwner
) -> None:
    async with asyncpg.create_pool(urls.app, min_size=1) as pool, processes(urls, OLD) as (one, _):
        deaf = Process(pool, OLD)
        new_id = await by.rotate(at_once=True)
        await one.until(lambda: one.signing.id == new_id)
        assert await is_good(deaf, token_by(one))


async def test_the_first_key_is_that_of_the_installations_secret_and_gives_way_to_another(
    by: SigningKeyOwner, admin: asyncpg.Pool
) -> None:
    await by.ensure()
    [first] = await by.states()
    assert first.id == Keys.derive(OLD).id
    await admin.execute("UPDATE platform.signing_key SET created_at = now() - interval '61 min'")
    for _ in range(2):
        await by.ensure()
    assert [each.id == first.id for each in await by.states()] == [False, True]
    await admin.execute("UPDATE platform.signing_key SET created_at = now() - interval '29 days'")
    await by.ensure()
    assert len(await by.states()) == 2
    await admin.execute("UPDATE platform.signing_key SET created_at = now() - interval '31 days'")
    await by.ensure()
    assert len(await by.states()) == 3


async def test_another_secret_has_another_key_at_once_and_dropping_the_old_one_drops_its_key(
    urls: DatabaseUrls, by: SigningKeyOwner, owner: asyncpg.Pool
) -> None:
    async with processes(urls, OLD) as (one, _):
        before = token_by(one)
    await SigningKeyOwner(owner, security(NEW, OLD)).ensure()
    async with processes(urls, NEW, OLD) as (one, other):
        after = token_by(one)
        assert [await is_good(other, each) for each in (before, after)] == [True, True]
    async with processes(urls, NEW) as (one, _):
        assert [await is_good(one, each) for each in (before, after)] == [False, True]
    with pytest.raises(NoSigningKey, match="holdfast migrate"):
        async with processes(urls, sha256(b"another").hexdigest()):
            pass


@pytest.mark.usefixtures("by")
async def test_what_is_kept_of_a_key_opens_nothing_without_the_secret(admin: asyncpg.Pool) -> None:
    kept = await admin.fetchval("SELECT encrypted_key FROM platform.signing_key")
    assert Keys.derive(OLD).all[0].token_signing.private_bytes_raw() not in kept


def test_a_stolen_key_is_ended_at_every_process_and_people_stay_signed_in() -> None:
    with running_platform() as platform, second_api(platform) as beside:
        owner, stolen = platform.new_organization(), signing_key(platform)
        bases = (f"{platform.base_url}/api/v1", beside.base_url)

        def statuses(token: str) -> list[int]:
            bearer = {"Authorization": f"Bearer {token}"}
            return [
                httpx.get(f"{each}/auth/me", headers=bearer, trust_env=False).status_code
                for each in bases
            ]

        body = {"email": owner.email, "password": owner.password}
        with platform.client() as http:
            session = http.post("/auth/login", json=body).json()
            claims = jwt.decode(session["accessToken"], options={"verify_signature": False})
            forged = stolen.sign({**claims, "jti": "forged"})
            assert statuses(session["accessToken"]) == statuses(forged) == [200, 200]
            end_keys_now(platform)
            eventually(lambda: statuses(forged) == [401, 401], "a stolen key still verifies")
            assert statuses(session["accessToken"]) == [401, 401]
            token = {"refreshToken": session["refreshToken"]}
            fresh = http.post("/auth/refresh", json=token).json()["accessToken"]
            assert statuses(fresh) == [200, 200]
            [key] = http.get(f"{platform.base_url}/.well-known/jwks.json").json()["keys"]
        assert key["kid"] == jwt.get_unverified_header(fresh)["kid"] != stolen.id
        under_its_name = jwt.encode(
            claims, stolen.private, algorithm="EdDSA", headers={"kid": key["kid"]}
        )
        assert statuses(under_its_name) == [401, 401]


def end_keys_now(platform: RunningPlatform) -> None:
    """As the operator does on a server."""
    owner_url = platform.secret_urls()["owner_database_url"]
    environment = platform.program("api").environ() | {"HOLDFAST_OWNER_DATABASE_URL": owner_url}
    command = [sys.executable, "-m", "app", "admin", "signing-keys"]
    for words in (["rotate", "--now"], ["status"]):
        done = subprocess.run(
            [*command, *words],
            check=False,
            env=os.environ | environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    with (
        psycopg.connect(platform.secret_urls()["database_url"]) as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute("DELETE FROM platform.signing_key")

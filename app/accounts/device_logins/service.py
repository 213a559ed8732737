"""What a person is shown of a program that asks to sign in, and what becomes of their yes: an API
key of theirs, for 90 days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.accounts.api_keys import service as api_keys
from app.accounts.api_keys.schemas import ApiKeyCreate
from app.accounts.device_logins.schemas import DeviceLoginAnswer, DeviceLoginRead
from app.accounts.device_logins.store import DeviceLogin, DeviceLogins
from app.accounts.key_lookup import find_key
from app.accounts.sign_in_attempts import OF_DEVICE_LOGINS, Asker, SignInAttempts
from app.core.actor import Actor
from app.core.credential_cache import principal_of_key
from app.core.errors import NotFound
from app.core.platform import Platform
from db.connections.authors import sign

KEY_DAYS = 90
_NAME_MAX = 200


async def describe(platform: Platform, actor: Actor, code: str, network: str) -> DeviceLoginRead:
    """Raises NotFound for a code that nobody was given, or that was answered; TooManyRequests for
    who tries many."""
    attempts = SignInAttempts(platform.redis, platform.keys, OF_DEVICE_LOGINS)
    who, asker = str(actor.person()), Asker(network)
    await attempts.begin(who, asker)
    found = _there(await DeviceLogins(platform.redis, platform.keys).find(code))
    await attempts.succeeded(who, asker)
    return DeviceLoginRead(
        client=found.client,
        scopes=found.scopes,
        address=found.address,
        agent=found.agent,
        created_at=datetime.fromtimestamp(found.created_at, UTC),
    )


async def decide(platform: Platform, actor: Actor, answer: DeviceLoginAnswer, network: str) -> None:
    """Raises NotFound as `describe` does; what making a key raises, and then it is answered."""
    await describe(platform, actor, answer.user_code, network)
    logins = DeviceLogins(platform.redis, platform.keys)
    login = _there(await logins.take(answer.user_code))
    if not answer.approved:
        await logins.deny(login)
        return
    body = ApiKeyCreate(
        name=f"{login.client}, signed in from {login.address}"[:_NAME_MAX],
        scopes=login.scopes if answer.scopes is None else answer.scopes,
        expires_at=datetime.now(UTC) + timedelta(days=KEY_DAYS),
    )
    try:
        async with platform.database.transaction(actor.tenant) as tx:
            made = await api_keys.create(tx, actor, platform.keys, body)
    except BaseException:
        await logins.deny(login)
        raise
    # After the commit: a key that isn't kept would be of no use.
    await logins.approve(login, made.key)


async def revoke_shown(platform: Platform, key: str) -> None:
    """End an API key, and what it made, by showing it. Says nothing of one that isn't good."""
    found = await find_key(platform, key)
    if found is None:
        return
    actor = Actor(found.org_id, principal_of_key(found.id), found.scopes)
    sign(actor.principal)
    async with platform.database.transaction(found.org_id) as tx:
        await api_keys.revoke(tx, actor, platform.credential_cache, found.id)


def _there(found: DeviceLogin | None) -> DeviceLogin:
    if found is None:
        raise NotFound("no program waits for an answer to this code")
    return found

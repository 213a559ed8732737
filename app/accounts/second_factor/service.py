"""A person's second factor: enrolled with the password, confirmed by a first code, removed."""

from __future__ import annotations

import time
from uuid import UUID

from app.accounts.factor_codes import (
    enrolment_url,
    new_recovery_codes,
    new_secret,
    recovery_hash,
    secret_text,
    step_of,
)
from app.accounts.factor_proof import SECRET_PURPOSE, prove, tell
from app.accounts.recovery.service import confirm_password
from app.accounts.second_factor.schemas import (
    FactorSecret,
    FactorStatus,
    RecoveryCodes,
    SecondFactorRead,
)
from app.accounts.sessions import service as sessions
from app.accounts.sessions.schemas import Session
from app.accounts.sign_in_attempts import OF_CODES, Asker, SignInAttempts
from app.core.actor import Actor
from app.core.errors import Conflict, Unauthenticated
from app.core.platform import Platform
from db.queries.credentials import find_person
from db.queries.second_factors import (
    FoundSecondFactor,
    begin_second_factor,
    confirm_second_factor,
    find_second_factor,
    remove_second_factor,
    replace_recovery_codes,
)


async def describe(platform: Platform, actor: Actor) -> SecondFactorRead:
    found = await find_second_factor(platform.database.lookups, actor.person())
    if found is None:
        return SecondFactorRead(FactorStatus.NONE, None, 0)
    status = FactorStatus.PENDING if found.confirmed_at is None else FactorStatus.ACTIVE
    return SecondFactorRead(status, found.confirmed_at, found.recovery_codes)


async def enrol(platform: Platform, actor: Actor, password: str, network: str) -> FactorSecret:
    """Raises Unauthenticated for a wrong password, Conflict where there is one."""
    user_id = actor.person()
    person = await find_person(platform.database.lookups, id_=user_id)
    if person is None:
        raise Unauthenticated("the account is gone")
    await confirm_password(platform, person, password, network)
    secret = new_secret()
    sealed = platform.keys.encrypt(secret, purpose=SECRET_PURPOSE)
    if not await begin_second_factor(platform.database.lookups, user_id, sealed):
        raise Conflict("there is a second factor: remove it first", code="ALREADY_EXISTS")
    return FactorSecret(secret_text(secret), enrolment_url(secret, person.email))


async def confirm(platform: Platform, actor: Actor, code: str, network: str) -> RecoveryCodes:
    """From now on it is asked for; the person's other sessions end. Raises Unauthenticated for a
    wrong code, Conflict where nothing is to be confirmed."""
    user_id = actor.person()
    factor = await _found(platform, user_id, is_confirmed=False)
    attempts = SignInAttempts(platform.redis, platform.keys, OF_CODES)
    await attempts.begin(str(user_id), Asker(network))
    secret = platform.keys.decrypt(factor.encrypted_secret, purpose=SECRET_PURPOSE)
    step = step_of(secret, code.strip(), now=time.time())
    if step is None:
        raise Unauthenticated("the code is wrong: is the clock right?", code="WRONG_CODE")
    codes = new_recovery_codes()
    hashes = [recovery_hash(user_id, each) for each in codes]
    if not await confirm_second_factor(
        platform.database.lookups, user_id, factor.encrypted_secret, step, hashes, actor.session_id
    ):
        raise _missing()
    await attempts.succeeded(str(user_id), Asker(network))
    await tell(platform, user_id, "A second factor was added. You are signed out everywhere else.")
    return RecoveryCodes(codes)


async def step_up(platform: Platform, actor: Actor, code: str, network: str) -> Session:
    """The session that asks, with a fresh factor. Raises Unauthenticated, Conflict."""
    user_id = actor.person()
    factor = await _found(platform, user_id, is_confirmed=True)
    await prove(platform, user_id, factor, code, Asker(network))
    async with platform.database.transaction(actor.tenant) as tx:
        return await sessions.prove_factor(tx, platform, actor)


async def replace_codes(platform: Platform, actor: Actor) -> RecoveryCodes:
    """Raises Conflict where there is no second factor."""
    user_id, codes = actor.person(), new_recovery_codes()
    hashes = [recovery_hash(user_id, each) for each in codes]
    if not await replace_recovery_codes(platform.database.lookups, user_id, hashes):
        raise _missing()
    await tell(platform, user_id, "The recovery codes were made anew: those before are void.")
    return RecoveryCodes(codes)


async def remove(platform: Platform, actor: Actor) -> None:
    """The person's own, whether it was confirmed or not."""
    user_id = actor.person()
    if await remove_second_factor(platform.database.lookups, user_id):
        await tell(platform, user_id, "The second factor was removed: the password alone is asked.")


async def _found(platform: Platform, user_id: UUID, *, is_confirmed: bool) -> FoundSecondFactor:
    factor = await find_second_factor(platform.database.lookups, user_id)
    if factor is None or (factor.confirmed_at is not None) != is_confirmed:
        raise _missing()
    return factor


def _missing() -> Conflict:
    return Conflict("there is no second factor for that", code="NO_SECOND_FACTOR")

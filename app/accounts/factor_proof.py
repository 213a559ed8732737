"""A code at the door. It is asked for after the password was right, counted as passwords are, and
good once."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from uuid import UUID

from app.accounts import letters
from app.accounts.factor_codes import is_of_the_moment, recovery_hash, step_of
from app.accounts.sign_in_attempts import OF_CODES, Asker, SignInAttempts
from app.core.errors import Unauthenticated
from app.core.letters import post_alone
from app.core.platform import Platform
from db.queries.credentials import find_person
from db.queries.second_factors import (
    FoundSecondFactor,
    find_second_factor,
    use_recovery_code,
    use_second_factor,
)

SECRET_PURPOSE = "second factor"  # noqa: S105


async def ask_for_code(
    platform: Platform, user_id: UUID, code: str | None, asker: Asker
) -> datetime | None:
    """When the person's code was given, which is now; None where they have no second factor.
    Raises Unauthenticated for one that is missing or wrong, TooManyRequests."""
    factor = await find_second_factor(platform.database.lookups, user_id)
    if factor is None or factor.confirmed_at is None:
        return None
    if code is None:
        raise Unauthenticated(
            "a code of the second factor is needed, too", code="SECOND_FACTOR_REQUIRED"
        )
    await prove(platform, user_id, factor, code, asker)
    return datetime.now(UTC)


async def prove(
    platform: Platform, user_id: UUID, factor: FoundSecondFactor, code: str, asker: Asker
) -> None:
    """Raises Unauthenticated, TooManyRequests."""
    attempts = SignInAttempts(platform.redis, platform.keys, OF_CODES)
    await attempts.begin(str(user_id), asker)
    if not await _is_right(platform, user_id, factor, code.strip()):
        raise Unauthenticated("the code is wrong, or was used before", code="WRONG_CODE")
    await attempts.succeeded(str(user_id), asker)


async def _is_right(
    platform: Platform, user_id: UUID, factor: FoundSecondFactor, code: str
) -> bool:
    lookups = platform.database.lookups
    if is_of_the_moment(code):
        secret = platform.keys.decrypt(factor.encrypted_secret, purpose=SECRET_PURPOSE)
        step = step_of(secret, code, now=time.time())
        return step is not None and await use_second_factor(lookups, user_id, step)
    if not await use_recovery_code(lookups, user_id, recovery_hash(user_id, code)):
        return False
    await tell(
        platform, user_id, f"A recovery code was used; {factor.recovery_codes - 1} are left."
    )
    return True


async def tell(platform: Platform, user_id: UUID, what: str) -> None:
    """The person, by a letter, where letters are written."""
    person = await find_person(platform.database.lookups, id_=user_id)
    if person is not None and platform.settings.mail.takes_letters:
        letter = letters.factor_changed(platform.settings.server.public_url, person.email, what)
        await post_alone(platform.database.lookups, platform.keys, letter)

"""A forgotten password, a changed one, an address that is proven.

Whoever asks for a reset gets the same answer, by the same work, whether there is such an account or
not: the letter that nobody gets is posted, too.
"""

from __future__ import annotations

from app.accounts import letters
from app.accounts.auth import passwords
from app.accounts.letter_tokens import Purpose, is_proof, issue_proof, read_claim
from app.accounts.recovery.allowance import take_letter
from app.accounts.sessions.service import Client
from app.accounts.sign_in_attempts import Asker, SignInAttempts
from app.core.actor import Actor
from app.core.errors import Unauthenticated, Unprocessable
from app.core.letters import Letter, post_alone
from app.core.platform import Platform
from db.queries.credentials import FoundPerson, find_person, set_password, verify_email

RESET_SECONDS = 3600


async def forget_password(platform: Platform, email: str, network: str) -> None:
    """Raises Unprocessable where the installation writes no letters, TooManyRequests."""
    if not platform.settings.mail.takes_letters:
        raise Unprocessable("this installation writes no letters", code="NO_MAIL_SERVER")
    await take_letter(platform.redis, platform.keys, email=email, network=network)
    person = None if "\0" in email else await find_person(platform.database.lookups, email=email)
    await post_alone(platform.database.lookups, platform.keys, _reset_letter(platform, person))


def _reset_letter(platform: Platform, person: FoundPerson | None) -> Letter:
    url = platform.settings.server.public_url
    if person is None:
        return letters.nobodys(url)
    token = issue_proof(
        platform.keys, "reset", person.id, about=person.password_hash, seconds=RESET_SECONDS
    )
    return letters.reset(url, person.email, token)


async def reset_password(
    platform: Platform, token: str, password: str, client: Client, network: str
) -> None:
    """Raises Unauthenticated for a token that is no good, or not any more."""
    person = await _proven(platform, "reset", token)
    await _replace(platform, person, password, client, network, is_proven=True)
    await SignInAttempts(platform.redis, platform.keys).succeeded(person.email, Asker(network))


async def change_password(
    platform: Platform, actor: Actor, current: str, new: str, client: Client, network: str
) -> None:
    """The person's own. Raises Unauthenticated where `current` isn't it, TooManyRequests."""
    person = await find_person(platform.database.lookups, id_=actor.person())
    if person is None:
        raise Unauthenticated("the account is gone")
    await confirm_password(platform, person, current, network)
    await _replace(platform, person, new, client, network, kept=actor)


async def confirm_password(
    platform: Platform, person: FoundPerson, password: str, network: str
) -> None:
    """Counted as a sign-in is. Raises Unauthenticated, TooManyRequests."""
    passwords.admit(network)
    attempts = SignInAttempts(platform.redis, platform.keys)
    asker = Asker(network)
    await attempts.begin(person.email, asker)
    check = await passwords.verify(person.password_hash, password, asker=network)
    if not check.is_right:
        raise Unauthenticated("the password is wrong")
    await attempts.succeeded(person.email, asker)


async def prove_email(platform: Platform, token: str) -> None:
    """Raises Unauthenticated for a token that is no good."""
    person = await _proven(platform, "verify", token)
    await verify_email(platform.database.lookups, person)


async def _proven(platform: Platform, purpose: Purpose, token: str) -> FoundPerson:
    claim = read_claim(token)
    person = claim and await find_person(platform.database.lookups, id_=claim.user_id)
    if claim is None or person is None:
        raise Unauthenticated("the token is not valid, or not any more")
    about = person.password_hash if purpose == "reset" else person.email
    if not is_proof(platform.keys, purpose, claim, about=about):
        raise Unauthenticated("the token is not valid, or not any more")
    return person


async def _replace(
    platform: Platform,
    person: FoundPerson,
    password: str,
    client: Client,
    network: str,
    *,
    is_proven: bool = False,
    kept: Actor | None = None,
) -> None:
    who = [person.email, person.email.partition("@")[0], person.name]
    await passwords.refuse_common(password, of=who, asker=network)
    new_hash = await passwords.hashed(password, asker=network)
    lookups = platform.database.lookups
    kept_session = None if kept is None else kept.session_id
    if not await set_password(lookups, person, new_hash, is_proven=is_proven, kept=kept_session):
        raise Unauthenticated("the password was changed meanwhile")
    if platform.settings.mail.takes_letters:
        url = platform.settings.server.public_url
        letter = letters.password_changed(url, person.email, client.address)
        await post_alone(lookups, platform.keys, letter)

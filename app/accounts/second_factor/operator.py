"""A second factor that is lost with its recovery codes: the operator takes it away, once they know
that it is the person who asks."""

from __future__ import annotations

from app.accounts import letters
from app.core.keys import Keys
from app.core.letters import post_alone
from app.settings import Settings
from db.connections.sessions import open_database
from db.queries.credentials import find_person
from db.queries.second_factors import remove_second_factor


async def take_factor_away(settings: Settings, email: str) -> bool:
    """Whether there was one. The person is told, where letters are written. Raises LookupError
    where nobody has that address."""
    async with open_database(
        settings.database.url, pool_size=1, statement_timeout_seconds=30
    ) as database:
        person = await find_person(database.lookups, email=email)
        if person is None:
            raise LookupError(f"nobody has the address {email}")
        was_there = await remove_second_factor(database.lookups, person.id)
        if was_there and settings.mail.takes_letters:
            what = "The second factor was removed by who runs the platform."
            letter = letters.factor_changed(settings.server.public_url, person.email, what)
            await post_alone(database.lookups, Keys.of(settings.security), letter)
    return was_there

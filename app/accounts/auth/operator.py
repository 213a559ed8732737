"""Organizations that the operator makes, where nobody may register."""

from __future__ import annotations

from uuid import UUID

import msgspec

from app.accounts.auth.schemas import Registration
from app.accounts.auth.service import create_organization, hash_password
from app.settings import Settings
from db.connections.sessions import open_database
from db.ids import new_id


async def add_organization(
    settings: Settings, name: str, *, email: str, person: str, password: str
) -> UUID:
    """Raises ValueError for what registering would refuse."""
    given = {"email": email, "password": password, "name": person, "organizationName": name}
    registration = msgspec.convert(given, Registration)
    password_hash = await hash_password(registration.password)
    org_id = new_id()
    async with (
        open_database(settings.database.url, pool_size=1, statement_timeout_seconds=30) as database,
        database.transaction(org_id) as tx,
    ):
        await create_organization(tx, org_id, registration, password_hash)
    return org_id

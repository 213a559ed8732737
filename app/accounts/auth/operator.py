"""Organizations that the operator makes, where nobody may register."""

from __future__ import annotations

from uuid import UUID

import msgspec

from app.accounts.auth import passwords
from app.accounts.auth.schemas import Registration
from app.accounts.auth.service import create_organization
from app.core.errors import Malformed
from app.settings import Settings
from db.connections.sessions import open_database
from db.ids import new_id


async def add_organization(
    settings: Settings, name: str, *, email: str, person: str, password: str
) -> UUID:
    """Raises ValueError for what registering would refuse."""
    given = {"email": email, "password": password, "name": person, "organizationName": name}
    registration = msgspec.convert(given, Registration)
    try:
        await passwords.refuse_common(password, of=[email, person, name], asker="operator")
    except Malformed as error:
        raise ValueError(error.detail) from None
    password_hash = await passwords.hashed(password, asker="operator")
    org_id = new_id()
    async with (
        open_database(settings.database.url, pool_size=1, statement_timeout_seconds=30) as database,
        database.transaction(org_id) as tx,
    ):
        await create_organization(tx, org_id, registration, password_hash)
    return org_id

"""The first organization of an embedded installation: made once, kept in a file that its owner
alone can read."""

from __future__ import annotations

import secrets
from pathlib import Path
from uuid import UUID

import msgspec

from app.accounts.api_keys import service as api_keys
from app.accounts.api_keys.schemas import ApiKeyCreate
from app.accounts.auth import passwords
from app.accounts.auth import service as auth
from app.accounts.auth.schemas import Registration
from app.core.actor import Actor
from app.core.key_text import new_key
from app.core.keys import Keys
from app.embedded.credentials import Credentials
from app.embedded.files import write_atomically
from app.permissions import PERMISSIONS_OF_ROLE, Role
from app.settings import Settings
from db.connections.sessions import Database, open_database
from db.ids import new_id
from db.queries.credentials import find_user


async def ensure_first_organization(settings: Settings, credentials_file: Path) -> Credentials:
    """The first organization's credentials; makes it where it isn't there.

    The file comes first, the organization in one transaction after it: a crash between them is
    mended here at the next start, with the same credentials.
    """
    if credentials_file.exists():
        credentials = msgspec.json.decode(credentials_file.read_bytes(), type=Credentials)
    else:
        credentials = Credentials(
            organization_id=str(new_id()),
            api_key=new_key(),
            admin_email="admin@holdfast.local",
            admin_password=secrets.token_urlsafe(15),
        )
        write_atomically(credentials_file, msgspec.json.encode(credentials).decode(), mode=0o600)
    async with open_database(
        settings.database.url, pool_size=2, statement_timeout_seconds=30
    ) as database:
        if await find_user(database.lookups, credentials.admin_email) is None:
            await _create(database, Keys.of(settings.security), credentials)
    return credentials


async def _create(database: Database, keys: Keys, credentials: Credentials) -> None:
    org_id = UUID(credentials.organization_id)
    registration = Registration(
        email=credentials.admin_email,
        password=credentials.admin_password,
        name="Administrator",
        organization_name="First organization",
    )
    password_hash = await passwords.hashed(credentials.admin_password)
    owner = Actor(org_id, "first_run", PERMISSIONS_OF_ROLE[Role.OWNER])
    async with database.transaction(org_id) as tx:
        await auth.create_organization(tx, org_id, registration, password_hash)
        await api_keys.create(
            tx, owner, keys, ApiKeyCreate(name="First key"), key=credentials.api_key
        )

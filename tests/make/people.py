"""People with less than all rights, and the keys with which tests forge tokens."""

from __future__ import annotations

import secrets
import uuid

import psycopg
from argon2 import PasswordHasher

from app.core.keys import Keys
from app.core.signing_keys import TokenKey
from tests.make.platform import Organization, RunningPlatform


def admin_address(platform: RunningPlatform) -> str:
    """The superuser's address of the platform's own database."""
    return platform.secret_urls()["admin_database_url"]


def new_person(
    platform: RunningPlatform,
    organization: Organization,
    role: str,
    *,
    customer_id: str | None = None,
) -> tuple[str, str]:
    """Put a new person with that role into the organization, or into one of its customers; the
    address and the password."""
    email, password, user_id = (
        f"{secrets.token_hex(8)}@example.com",
        secrets.token_urlsafe(16),
        uuid.uuid4(),
    )
    with psycopg.connect(admin_address(platform)) as connection:
        connection.execute(
            "INSERT INTO platform.user_account (id, email, name, password_hash) VALUES (%s, %s, %s, %s)",
            [user_id, email, role, PasswordHasher(time_cost=1).hash(password)],
        )
        connection.execute(
            "INSERT INTO platform.membership (org_id, user_id, role, customer_id) "
            "VALUES (%s, %s, %s, %s)",
            [organization.id, user_id, role, customer_id],
        )
    return email, password


def new_member(
    platform: RunningPlatform,
    organization: Organization,
    role: str,
    *,
    customer_id: str | None = None,
) -> str:
    """Put a new person with that role into the organization, or into one of its customers; their
    access token."""
    email, password = new_person(platform, organization, role, customer_id=customer_id)
    with platform.client() as http:
        answer = http.post("/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["accessToken"])


def signing_key(platform: RunningPlatform) -> TokenKey:
    """The one that the platform's first tokens are signed with."""
    keys = Keys.derive(platform.secret_key())
    private = keys.all[0].token_signing
    return TokenKey(keys.id, private, private.public_key())

"""A person's second factor: the secret of their codes as it is encrypted, and hashes of recovery
codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.connections.types import Pool


@dataclass(frozen=True, slots=True)
class FoundSecondFactor:
    """`confirmed_at` is None until a first code was right: nobody is asked for it before."""

    encrypted_secret: bytes
    created_at: datetime
    confirmed_at: datetime | None
    recovery_codes: int


async def find_second_factor(pool: Pool, user_id: UUID) -> FoundSecondFactor | None:
    row = await pool.fetchrow(
        "SELECT encrypted_secret, created_at, confirmed_at, recovery_codes "
        "FROM auth.find_second_factor($1)",
        user_id,
    )
    return FoundSecondFactor(**row) if row else None


async def begin_second_factor(pool: Pool, user_id: UUID, encrypted_secret: bytes) -> bool:
    """Whether there was no confirmed one."""
    return bool(
        await pool.fetchval("SELECT auth.begin_second_factor($1, $2)", user_id, encrypted_secret)
    )


async def confirm_second_factor(
    pool: Pool,
    user_id: UUID,
    encrypted_secret: bytes,
    step: int,
    code_hashes: Sequence[bytes],
    session_id: UUID | None,
) -> bool:
    """Whether it was still to be confirmed. Ends the person's other sessions."""
    return bool(
        await pool.fetchval(
            "SELECT auth.confirm_second_factor($1, $2, $3, $4, $5)",
            user_id,
            encrypted_secret,
            step,
            code_hashes,
            session_id,
        )
    )


async def use_second_factor(pool: Pool, user_id: UUID, step: int) -> bool:
    """Whether neither this step's code nor a later one was used before."""
    return bool(await pool.fetchval("SELECT auth.use_second_factor($1, $2)", user_id, step))


async def use_recovery_code(pool: Pool, user_id: UUID, code_hash: bytes) -> bool:
    """Whether there was such a code: there is none from now on."""
    return bool(await pool.fetchval("SELECT auth.use_recovery_code($1, $2)", user_id, code_hash))


async def replace_recovery_codes(pool: Pool, user_id: UUID, code_hashes: Sequence[bytes]) -> bool:
    """Whether the person has a second factor."""
    return bool(
        await pool.fetchval("SELECT auth.replace_recovery_codes($1, $2)", user_id, code_hashes)
    )


async def remove_second_factor(pool: Pool, user_id: UUID) -> bool:
    """Whether there was one that was asked for."""
    return bool(await pool.fetchval("SELECT auth.remove_second_factor($1)", user_id))

"""The keys that access tokens are signed with are replaced by a clock."""

from __future__ import annotations

from app.accounts.signing_keys import SigningKeyOwner
from workers.context import WorkerContext


async def renew_signing_keys(context: WorkerContext) -> None:
    """Where they are old; and those that have ended are forgotten."""
    await SigningKeyOwner(context.owner_pool, context.settings.security).ensure()

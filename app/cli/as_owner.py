"""What the operator's commands have in common: they work through the database's owner."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from app.settings import PREFIX, Settings

if TYPE_CHECKING:
    from db.connections.types import Pool

T = TypeVar("T")

StateDir = Annotated[
    Path | None,
    typer.Option(help="Of an installation made by `holdfast up`; else the environment says where."),
]


def as_owner(state_dir: Path | None, do: Callable[[Pool, Settings], Awaitable[T]]) -> T:
    """Do it with connections as iot_owner, beside a platform that may be running."""
    return asyncio.run(_with_pool(_settings(state_dir), do))


def _settings(state_dir: Path | None) -> Settings:
    from app.core.process import begin_process, refuse

    if state_dir is None:
        return begin_process("admin")
    from app.embedded.errors import EmbeddedError
    from app.embedded.secret_keys import settings_of

    try:
        return settings_of(state_dir)
    except EmbeddedError as error:
        refuse(str(error))


async def _with_pool(settings: Settings, do: Callable[[Pool, Settings], Awaitable[T]]) -> T:
    from app.core.process import refuse
    from db.connections.pools import open_owner_pool

    if settings.database.owner_url is None:
        refuse(f"{PREFIX}OWNER_DATABASE_URL is missing: this is done as iot_owner")
    url = settings.database.owner_url
    async with open_owner_pool(url, pool_size=2, lock_timeout_seconds=60) as pool:
        return await do(pool, settings)

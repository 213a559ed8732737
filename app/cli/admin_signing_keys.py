"""The keys that access tokens are signed with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from app.settings import PREFIX, Settings

if TYPE_CHECKING:
    from app.accounts.signing_keys import SigningKeyOwner
    from db.queries.signing_keys import StoredSigningKey

T = TypeVar("T")

StateDir = Annotated[
    Path | None,
    typer.Option(help="Of an installation made by `holdfast up`; else the environment says where."),
]

signing_keys = typer.Typer(help="The keys that sign access tokens.", no_args_is_help=True)


@signing_keys.command()
def status(state_dir: StateDir = None) -> None:
    """Say which there are, and what each does."""
    for each in _done(state_dir, lambda owner: owner.states()):
        typer.echo(f"{each.id}  {_word(each)}, made {each.created_at:%Y-%m-%d %H:%M} UTC")


@signing_keys.command()
def rotate(
    now: Annotated[
        bool, typer.Option("--now", help="One was stolen: end the others at once.")
    ] = False,
    state_dir: StateDir = None,
) -> None:
    """Make another. It signs in five minutes, when whoever verifies our tokens knows it; the one
    before verifies until the last token that it signed has ended."""
    id_ = _done(state_dir, lambda owner: owner.rotate(at_once=now))
    typer.echo(
        f"{id_} signs from now on. Access tokens by others are good no more; whoever is signed in "
        "gets another one by their session."
        if now
        else f"{id_} signs in five minutes. Access tokens by the one before are good to their end."
    )


def _word(key: StoredSigningKey) -> str:
    if key.ends_in is None:
        return "signs" if key.signs_in <= 0 else f"signs in {key.signs_in:.0f} s"
    return f"verifies for {key.ends_in:.0f} s"


def _done(state_dir: Path | None, do: Callable[[SigningKeyOwner], Awaitable[T]]) -> T:
    return asyncio.run(_as_owner(_settings(state_dir), do))


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


async def _as_owner(settings: Settings, do: Callable[[SigningKeyOwner], Awaitable[T]]) -> T:
    from app.accounts.signing_keys import SigningKeyOwner
    from app.core.process import refuse
    from db.connections.pools import open_owner_pool

    url = settings.database.owner_url
    if url is None:
        refuse(f"{PREFIX}OWNER_DATABASE_URL is missing: this is done as iot_owner")
    async with open_owner_pool(url, pool_size=1, lock_timeout_seconds=60) as pool:
        return await do(SigningKeyOwner(pool, settings.security))

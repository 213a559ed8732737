"""The keys that access tokens are signed with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from app.cli.as_owner import StateDir, as_owner

if TYPE_CHECKING:
    from app.accounts.signing_keys import SigningKeyOwner
    from db.queries.signing_keys import StoredSigningKey

T = TypeVar("T")

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
    from app.accounts.signing_keys import SigningKeyOwner

    return as_owner(state_dir, lambda pool, settings: do(SigningKeyOwner(pool, settings.security)))

"""The certificate authority that devices and the broker have their certificates from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from app.cli.as_owner import StateDir, as_owner

if TYPE_CHECKING:
    from app.control.certificates.roll import AuthorityState
    from app.core.authority import Authority
    from app.settings import Settings
    from db.connections.types import Pool

T = TypeVar("T")

ca = typer.Typer(help="The certificate authority of devices.", no_args_is_help=True)


@ca.command()
def status(state_dir: StateDir = None) -> None:
    """Say which authorities there are, and how many good certificates each has signed."""
    from app.control.certificates.roll import states

    for each in _done(state_dir, lambda pool, _: states(pool)):
        typer.echo(_line(each))


@ca.command()
def begin(state_dir: StateDir = None) -> None:
    """Make another authority. It signs from now on; the one before is trusted until `retire`."""
    from app.core.authority import new_authority

    _begin(state_dir, new_authority())


@ca.command(name="import")
def import_(
    chain: Annotated[
        Path, typer.Argument(help="PEM: its certificate, then those above, the root.")
    ],
    key: Annotated[Path, typer.Option(help="PEM: its private key.")],
    ask: Annotated[bool, typer.Option("--ask", help="For the key's password.")] = False,
    state_dir: StateDir = None,
) -> None:
    """As `begin`, with an authority that another has given its power to."""
    from app.core.authority import BadAuthority, given_authority
    from app.core.process import refuse

    password = typer.prompt("Password", hide_input=True).encode() if ask else None
    try:
        given = given_authority(chain.read_bytes(), key.read_bytes(), password)
    except (BadAuthority, OSError) as error:
        refuse(str(error))
    _begin(state_dir, given)


@ca.command()
def retire(
    force: Annotated[
        bool, typer.Option("--force", help="Revoke the certificates by it that are good.")
    ] = False,
    state_dir: StateDir = None,
) -> None:
    """End the trust in the older authority, when no good certificate by it is left."""
    from app.control.certificates import roll

    revoked = _done(state_dir, lambda pool, settings: roll.retire(pool, settings, by_force=force))
    typer.echo(f"It is retired. {revoked:,} certificates were revoked for it.")


def _begin(state_dir: Path | None, authority: Authority) -> None:
    from app.control.certificates import roll

    _done(state_dir, lambda pool, settings: roll.begin(pool, settings, authority))
    typer.echo(
        f"{authority.certificate.subject.rfc4514_string()} signs from now on. Devices are told to "
        "renew, and trust both; `holdfast admin ca status` says how many have still to."
    )


def _line(state: AuthorityState) -> str:
    until = f", the last until {state.last_ends_at:%Y-%m-%d}" if state.last_ends_at else ""
    return (
        f"{state.id}  {state.word:8}  {state.subject}, until {state.ends_at:%Y-%m-%d}: "
        f"{state.living:,} good certificates{until}"
    )


def _done(state_dir: Path | None, do: Callable[[Pool, Settings], Awaitable[T]]) -> T:
    from app.control.certificates.roll import CanNotRoll
    from app.core.authorities import NoAuthority
    from app.core.process import refuse

    try:
        return as_owner(state_dir, do)
    except (CanNotRoll, NoAuthority) as error:
        refuse(str(error))

"""What the operator does by hand: the first organization of a server, and changing its secrets."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from app.cli.admin_ca import ca
from app.cli.admin_organizations import organizations, sessions, usage
from app.cli.admin_second_factor import second_factor
from app.cli.admin_signing_keys import signing_keys
from app.cli.as_owner import StateDir
from app.settings import PREFIX

T = TypeVar("T")

Embedded = Annotated[Path, typer.Option("--state-dir", help="Of a platform that is stopped.")]


admin = typer.Typer(help="What the operator does by hand.", no_args_is_help=True)
keys = typer.Typer(help="The installation's secrets.", no_args_is_help=True)
admin.add_typer(keys, name="keys")
admin.add_typer(ca, name="ca")
admin.add_typer(signing_keys, name="signing-keys")
admin.add_typer(second_factor, name="second-factor")
admin.add_typer(organizations, name="organizations")
admin.add_typer(sessions, name="sessions")
admin.command()(usage)


@admin.command()
def organization(
    name: Annotated[str, typer.Argument(help="The organization's name.")],
    email: Annotated[str, typer.Option(help="Its owner's address, to sign in with.")],
    person: Annotated[str, typer.Option(help="Its owner's name.")] = "Administrator",
) -> None:
    """Make an organization and its owner, where registration is off. The password is asked for, or
    read from standard input."""
    from app.accounts.auth.operator import add_organization
    from app.core.process import begin_process, refuse

    settings = begin_process("admin")
    given = (
        typer.prompt("Password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    )
    try:
        org_id = asyncio.run(
            add_organization(
                settings, name, email=email, person=person, password=given.rstrip("\n")
            )
        )
    except ValueError as error:
        refuse(str(error))
    typer.echo(org_id)


@keys.command()
def rotate(state_dir: StateDir = None) -> None:
    """Bring what is at rest to the newest secret, and say what still depends on an older one.

    The newest is HOLDFAST_SECRET_KEY, older ones stand in HOLDFAST_SECRET_KEYS_OLD. With a state
    directory, whose platform must be stopped, a new secret is made and kept there: what is at rest
    follows at the next start.
    """
    if state_dir is not None:
        _rotate_embedded(state_dir)
    else:
        _say_what_depends(None)


@keys.command()
def status(state_dir: StateDir = None) -> None:
    """Say what still depends on an older secret. Ends with 1 if anything does."""
    _say_what_depends(state_dir)


@keys.command()
def drop(
    state_dir: Embedded,
    yes: Annotated[bool, typer.Option("--yes", help="Without asking.")] = False,
) -> None:
    """Forget the older secrets of an embedded installation: what depends on them is void then."""
    if not yes:
        typer.confirm(
            "Has `holdfast admin keys status` said that nothing depends on them?", abort=True
        )
    from app.embedded.secret_keys import drop_old_keys

    typer.echo(f"{_embedded(drop_old_keys, state_dir)} dropped")


def _rotate_embedded(state_dir: Path) -> None:
    from app.embedded.secret_keys import rotate_keys

    _embedded(rotate_keys, state_dir)
    typer.echo(
        "There is a new secret; older ones are still good. At the next start what is at rest is "
        "encrypted anew. `holdfast admin keys status` says when the older ones can be dropped."
    )


def _embedded(do: Callable[[Path], T], state_dir: Path) -> T:
    from app.core.process import refuse
    from app.embedded.errors import EmbeddedError

    try:
        return do(state_dir)
    except EmbeddedError as error:
        refuse(str(error))


def _say_what_depends(state_dir: Path | None) -> None:
    from app.core.process import begin_process, refuse
    from app.operations.secrets_report import show

    if state_dir is None:
        settings = begin_process("admin")
    else:
        from app.embedded.secret_keys import settings_of

        settings = _embedded(settings_of, state_dir)
    if settings.database.owner_url is None:
        refuse(f"{PREFIX}OWNER_DATABASE_URL is missing: this is done as iot_owner")
    raise typer.Exit(show(settings, settings.database.owner_url))

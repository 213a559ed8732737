"""People who have lost their second factor, and their recovery codes with it."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

second_factor = typer.Typer(help="Second factors of people.", no_args_is_help=True)


@second_factor.callback()
def _group() -> None:
    """So that there is a `remove` to say: a group of one command would have none."""


@second_factor.command()
def remove(
    email: Annotated[str, typer.Argument(help="The person's address.")],
) -> None:
    """Take a person's second factor away, which they have lost: the password alone is asked for.
    They are told by a letter. Ends with 1 where they had none."""
    from app.accounts.second_factor.operator import take_factor_away
    from app.core.process import begin_process, refuse

    settings = begin_process("admin")
    try:
        was_there = asyncio.run(take_factor_away(settings, email))
    except LookupError as error:
        refuse(str(error))
    typer.echo("It is removed." if was_there else "There was none.")
    raise typer.Exit(0 if was_there else 1)

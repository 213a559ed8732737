"""Signing in from a terminal: a person says yes in the console, and the API key is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from app.settings import PREFIX

Url = Annotated[str, typer.Option(help="The platform's address.", envvar=f"{PREFIX}URL")]


def login(
    url: Url,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What the key may do, as devices:read; without, all that you may."),
    ] = None,
) -> None:
    """Sign in: show a code, wait until you have said yes in the console, keep the API key. It ends
    after 90 days."""
    from app.cli.login_client import run

    raise typer.Exit(run(url, scope or []))


def logout(url: Url) -> None:
    """End the API key that `login` was given, and forget it."""
    from app.cli.login_client import forget

    raise typer.Exit(forget(url))

"""What the operator asks of organizations, and does to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from app.cli.as_owner import StateDir, as_owner

if TYPE_CHECKING:
    from db.queries.operating import OrganizationOverview, UsedQuota

Only = Annotated[UUID | None, typer.Option("--organization", help="Only this one; else all.")]

organizations = typer.Typer(help="The installation's organizations.", no_args_is_help=True)
sessions = typer.Typer(help="Where people are signed in.", no_args_is_help=True)


@organizations.callback()
@sessions.callback()
def _group() -> None:
    """A group, of one command so far."""


@organizations.command(name="list")
def list_(state_dir: StateDir = None) -> None:
    """Say which there are: id, slug, name, since when, and how many people and devices."""
    from app.operations.organizations import overviews

    for each in as_owner(state_dir, lambda pool, _: overviews(pool)):
        typer.echo(_line(each))


def usage(organization: Only = None, state_dir: StateDir = None) -> None:
    """Say how much organizations have of what quotas count, and how much they may have."""
    from app.operations.organizations import usages

    for org_id, used in as_owner(state_dir, lambda pool, _: usages(pool, organization)).items():
        typer.echo(org_id)
        for each in used:
            typer.echo(_used(each))


@sessions.command()
def end(
    everybody: Annotated[bool, typer.Option("--all", help="Of everybody.")] = False,
    organization: Only = None,
    state_dir: StateDir = None,
) -> None:
    """End sessions: whoever is signed in has to sign in anew, within a second. API keys go on."""
    from app.core.process import refuse
    from app.operations.organizations import end_sessions

    if everybody == (organization is not None):
        refuse("say whose: --all or --organization ID")
    ended = as_owner(state_dir, lambda pool, _: end_sessions(pool, organization))
    typer.echo(f"{ended:,} sessions have ended.")


def _line(each: OrganizationOverview) -> str:
    seen = f"{each.seen_at:%Y-%m-%d}" if each.seen_at else "never"
    return (
        f"{each.id}  {each.slug}  {each.name}, since {each.created_at:%Y-%m-%d}: "
        f"{each.members:,} people, last there {seen}; {each.devices:,} devices"
    )


def _used(each: UsedQuota) -> str:
    most = "any number" if each.at_most is None else f"{each.at_most:,}"
    return f"  {each.kind:22} {each.used:>12,} of {most}"

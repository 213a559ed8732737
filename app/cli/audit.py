"""Whether the audit log is as it was written."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

import typer

audit = typer.Typer(help="The audit log.", no_args_is_help=True)


@audit.callback()
def _group() -> None:
    """A group, of one command so far."""


@audit.command()
def verify(
    organization: Annotated[
        UUID | None, typer.Option(help="Only this one's; else those of all.")
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(help="NUMBER:HASH of a seal that was kept elsewhere; needs --organization."),
    ] = None,
) -> None:
    """Compute every seal anew from what is there; 1 where one is wrong. Needs
    HOLDFAST_OWNER_DATABASE_URL."""
    from app.core.process import begin_process, refuse
    from app.operations.audit import parse_head, verify_audit_log

    settings = begin_process("audit")
    if head is not None and organization is None:
        refuse("--head is of one --organization")
    try:
        kept = None if head is None else parse_head(head)
    except ValueError as error:
        refuse(str(error))
    report = asyncio.run(verify_audit_log(settings, organization, kept))
    for line in report.lines():
        typer.echo(line)
    raise typer.Exit(0 if report.is_right else 1)

"""Taking readings away as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.settings import PREFIX


def export(
    out: Annotated[Path, typer.Option(help="The ZIP file to write.")],
    url: Annotated[str, typer.Option(help="The platform's address.", envvar=f"{PREFIX}URL")],
    scope: Annotated[
        str,
        typer.Option(
            help="organization, or site:ID, device-group:ID, device:ID, component:ID, sensor:ID."
        ),
    ] = "organization",
    start: Annotated[str | None, typer.Option("--from", help="RFC 3339, included.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="RFC 3339, not included.")] = None,
    api_key: Annotated[
        str,
        typer.Option(
            help="An API key, better in the environment; else that of `login`.",
            envvar=f"{PREFIX}API_KEY",
        ),
    ] = "",
    export_id: Annotated[
        str | None, typer.Option("--id", help="Fetch this export instead of asking for a new one.")
    ] = None,
) -> None:
    """Export readings as a ZIP of Parquet files: ask, wait, download, compare the hash."""
    from app.cli.export_client import ExportRequest, run
    from holdfast_client.cli.profiles import key_for

    api_key = api_key or key_for(url) or ""
    raise typer.Exit(run(ExportRequest(url, api_key, out, scope, start, end, export_id)))

"""The OpenAPI document as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def openapi(
    output: Annotated[
        Path | None, typer.Argument(help="A file; standard output otherwise.")
    ] = None,
) -> None:
    """Write the OpenAPI document. Needs no database."""
    from app.main import openapi_document

    text = json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text)

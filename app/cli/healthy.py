"""Whether a program on this machine does its work: for containers, which ask again and again."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated

import typer


class ProgramName(StrEnum):
    API = "api"
    BROKER = "broker"
    WORKER = "worker"
    RECORDER = "recorder"


def healthy(program: Annotated[ProgramName, typer.Argument(help="Which one.")]) -> None:
    """End with 0 if the program answers, by the settings that it has itself; with 1 if not."""
    from app.operations.healthy import (
        answers_api,
        answers_broker,
        answers_recorder,
        answers_worker,
    )
    from app.settings import Settings

    ask = {
        ProgramName.API: answers_api,
        ProgramName.BROKER: answers_broker,
        ProgramName.WORKER: answers_worker,
        ProgramName.RECORDER: answers_recorder,
    }[program]
    raise typer.Exit(0 if asyncio.run(ask(Settings.from_environment())) else 1)

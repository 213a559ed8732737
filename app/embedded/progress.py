"""How a start is shown: a line for each step, with the time it took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

from rich.console import Console
from rich.markup import escape


class Progress(Protocol):
    """Told by the supervisor what it does."""

    def step(self, label: str) -> AbstractContextManager[None]:
        """Surrounds one step; left by an exception when the step fails."""
        ...

    def note(self, text: str) -> None:
        """Something worth knowing that is no step."""
        ...


class Silent:
    """Shows nothing."""

    def step(self, _label: str) -> AbstractContextManager[None]:
        return nullcontext()

    def note(self, _text: str) -> None:
        return None


class Terminal:
    """A spinner while a step lasts, then a check mark and its time; without a terminal, plain
    lines."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        began = time.monotonic()
        mark = "[red]✗[/]"
        try:
            with self._console.status(f"{escape(label)} …"):
                yield
            mark = "[green]✓[/]"
        finally:
            self._console.print(f"{mark} {escape(label)} [dim]{time.monotonic() - began:.2f} s[/]")

    def note(self, text: str) -> None:
        self._console.print(f"[yellow]•[/] {escape(text)}", soft_wrap=True)

"""What groups of settings are written with: a field says by which name the environment gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

PREFIX = "HOLDFAST_"

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Positive = Annotated[int, msgspec.Meta(ge=1)]


class SettingsError(Exception):
    """Settings are missing or can't be read; the message names them and never repeats a value."""


class SettingsGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of one concern. Sizes in bytes, spans in seconds, hours or days as the name says."""

    def faults(self) -> Iterator[str]:
        """What is wrong with them together, or beyond what their types say."""
        yield from ()


def named(name: str, *, expected: str | None = None) -> msgspec.Meta:
    """A setting that the environment variable HOLDFAST_`name` gives, wherever the platform runs.

    `expected` says what it must be where its type doesn't.
    """
    return msgspec.Meta(extra={"name": PREFIX + name, "is_tunable": True, "expected": expected})


def placed(name: str) -> msgspec.Meta:
    """The same for one that says where things are: the embedded default decides that itself."""
    return msgspec.Meta(extra={"name": PREFIX + name, "is_tunable": False, "expected": None})

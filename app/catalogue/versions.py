"""Versions `major.minor` of profiles and packs, and what asks for them: one exactly, or that one and newer minors."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import msgspec

from app.core.documentation import described

# A DTMI's own limits are wider; four digits keep an interface's identifier within its 128 characters.
_NUMBER = r"(?:0|[1-9][0-9]{0,3})"
_MAJOR = r"[1-9][0-9]{0,3}"

NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*$(?!\n)"
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=NAME_PATTERN)]
VERSION_PATTERN = rf"^{_MAJOR}\.{_NUMBER}$(?!\n)"
VersionText = Annotated[str, msgspec.Meta(pattern=VERSION_PATTERN, max_length=9)]
RangeText = Annotated[str, msgspec.Meta(pattern=rf"^\^?{_MAJOR}\.{_NUMBER}$(?!\n)", max_length=10)]

VERSION = described(
    "major.minor: additions raise the minor, what breaks something the major.", "1.0"
)
RANGE = described(
    "A version, or with ^ before it that one and all newer ones of the same major.", "^1.0"
)


class Version(NamedTuple):
    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"

    @classmethod
    def parse(cls, text: str) -> Version:
        """Of a text that has passed VersionText or RangeText."""
        major, _, minor = text.removeprefix("^").partition(".")
        return cls(int(major), int(minor))

    @property
    def next_minor(self) -> Version:
        return Version(self.major, self.minor + 1)

    @property
    def next_major(self) -> Version:
        return Version(self.major + 1, 0)


class VersionRange(NamedTuple):
    """`1.2` is 1.2 alone, `^1.2` is 1.2, 1.3 and so on, and never 2.0."""

    least: Version
    takes_newer: bool

    def __str__(self) -> str:
        return f"{'^' if self.takes_newer else ''}{self.least}"

    @classmethod
    def parse(cls, text: str) -> VersionRange:
        return cls(Version.parse(text), text.startswith("^"))

    def __contains__(self, version: object) -> bool:
        if not isinstance(version, Version):
            return False
        return version == self.least or (
            self.takes_newer and version.major == self.least.major and version > self.least
        )

"""Which platform is spoken to, and as whom.

A profile is an address and a key under one name, in a file that nobody else may read. What is said
on the command line goes before the environment, and that before the profile.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class NoProfile(Exception):
    """Nobody said where to, or as whom."""


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    url: str
    key: str


@dataclass(frozen=True, slots=True)
class Profiles:
    """All that are kept, and which one is used where none is named."""

    all: Mapping[str, Profile]
    active: str | None

    def with_profile(self, profile: Profile) -> Profiles:
        """Kept, and used from now on."""
        return Profiles({**self.all, profile.name: profile}, profile.name)

    def without(self, name: str) -> Profiles:
        kept = {each: profile for each, profile in self.all.items() if each != name}
        return Profiles(kept, self.active if self.active in kept else None)

    def using(self, name: str) -> Profiles:
        """Raises NoProfile where there is none of that name."""
        if name not in self.all:
            raise NoProfile(f"there is no profile {name!r}: holdfast profile list")
        return Profiles(self.all, name)


def path() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "holdfast" / "config.toml"


def read() -> Profiles:
    """None of it where there is no file."""
    try:
        found = tomllib.loads(path().read_text())
    except FileNotFoundError:
        return Profiles({}, None)
    profiles = {
        name: Profile(name, str(each["url"]), str(each["key"]))
        for name, each in found.get("profiles", {}).items()
    }
    return Profiles(profiles, found.get("active"))


def write(profiles: Profiles) -> None:
    """In one step, and never readable by others."""
    lines = [f"active = {json.dumps(profiles.active)}"] if profiles.active else []
    for each in profiles.all.values():
        lines += ["", f"[profiles.{each.name}]", f"url = {json.dumps(each.url)}"]
        lines += [f"key = {json.dumps(each.key)}"]
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as written:
        written.write("\n".join(lines) + "\n")
    new.replace(file)


def chosen(name: str | None) -> Profile:
    """The one that is meant. Raises NoProfile."""
    name = name or os.environ.get("HOLDFAST_PROFILE")
    url, key = os.environ.get("HOLDFAST_URL"), os.environ.get("HOLDFAST_API_KEY")
    if name is None and url and key:
        return Profile("the environment", url, key)
    profiles = read()
    name = name or profiles.active
    if name is None:
        raise NoProfile(
            "no platform is named: set HOLDFAST_URL and HOLDFAST_API_KEY, or keep them as a profile: "
            "holdfast profile add NAME --url URL"
        )
    profile = profiles.using(name).all[name]
    return Profile(name, url or profile.url, key or profile.key)


def key_for(url: str) -> str | None:
    """Of the profile with this address, the one that is used before others."""
    kept = read()
    first = sorted(kept.all.values(), key=lambda each: each.name != kept.active)
    return next((each.key for each in first if each.url.rstrip("/") == url.rstrip("/")), None)

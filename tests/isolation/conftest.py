from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.make.platform import RunningPlatform
from tests.make.resources import World, make_world


@pytest.fixture(scope="session")
def ours(platform: RunningPlatform) -> Iterator[World]:
    world = make_world(platform, "ours")
    yield world
    world.organization.http.close()


@pytest.fixture(scope="session")
def theirs(platform: RunningPlatform) -> Iterator[World]:
    world = make_world(platform, "theirs")
    yield world
    world.organization.http.close()

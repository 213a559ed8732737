from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.isolation.worlds import World, make_world
from tests.make.platform import RunningPlatform


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

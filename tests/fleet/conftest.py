from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.make.large_fleet import FleetStand, large_fleet
from tests.make.platform import Organization, RunningPlatform


@pytest.fixture(scope="module")
def tenant(platform: RunningPlatform) -> Iterator[Organization]:
    """An organization that the tests of one file share."""
    organization = platform.new_organization()
    yield organization
    organization.http.close()


@pytest.fixture(scope="package")
async def stand() -> AsyncIterator[FleetStand]:
    async with large_fleet() as stand:
        yield stand

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.make.platform import Organization, RunningPlatform


@pytest.fixture(scope="module")
def tenant(platform: RunningPlatform) -> Iterator[Organization]:
    """An organization that the tests of one file share."""
    organization = platform.new_organization()
    yield organization
    organization.http.close()

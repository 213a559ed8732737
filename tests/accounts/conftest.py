from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.make.platform import Organization, RunningPlatform


@pytest.fixture(scope="module")
def tenant(platform: RunningPlatform) -> Iterator[Organization]:
    """An organization that harmless tests of one file share: making one costs a password's hashing."""
    organization = platform.new_organization()
    yield organization
    organization.http.close()

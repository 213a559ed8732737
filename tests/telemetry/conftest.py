from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.make.devices import register_device
from tests.make.platform import Organization, RunningPlatform


@pytest.fixture(scope="module")
def tenant(platform: RunningPlatform) -> Iterator[Organization]:
    """An organization that the tests of one file share, each with devices or sensors of its own."""
    organization = platform.new_organization()
    yield organization
    organization.http.close()


@pytest.fixture
def device_id(tenant: Organization, request: pytest.FixtureRequest) -> str:
    """A device of this test's own, never provisioned: readings come by HTTP."""
    return str(register_device(tenant, request.node.name[:200])["deviceId"])

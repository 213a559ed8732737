"""What every test may ask for. Each test process has a platform of its own: no shared ports, no order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.make.platform import Organization, RunningPlatform, running_platform


@pytest.fixture(scope="session")
def platform() -> Iterator[RunningPlatform]:
    """The whole platform, as `holdfast up` starts it. Tests that kill parts of it start one of their own."""
    with running_platform() as platform:
        yield platform


@pytest.fixture
def organization(platform: RunningPlatform) -> Iterator[Organization]:
    """A new tenant for this test alone."""
    organization = platform.new_organization()
    yield organization
    organization.http.close()


@pytest.fixture
def neighbour(platform: RunningPlatform) -> Iterator[Organization]:
    """Another tenant on the same platform."""
    organization = platform.new_organization()
    yield organization
    organization.http.close()

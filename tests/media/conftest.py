"""A platform that may connect to cameras on this machine, and encodes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.make.platform import Organization, RunningPlatform, running_platform


@pytest.fixture(scope="package")
def near() -> Iterator[RunningPlatform]:
    settings = {
        "HOLDFAST_ALLOW_PRIVATE_CAMERAS": "true",
        "HOLDFAST_ALLOW_HTTP_CAMERAS": "true",
        "HOLDFAST_CAMERA_PORTS": "any",
        "HOLDFAST_FOOTAGE_ENCODER": "none",
    }
    with running_platform(settings) as platform:
        yield platform


@pytest.fixture
def tenant(near: RunningPlatform) -> Iterator[Organization]:
    organization = near.new_organization()
    yield organization
    organization.http.close()

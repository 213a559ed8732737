"""What every test of this folder may ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from .certificates import Authority
from .running_broker import RunningBroker, running_broker


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The CA of the devices."""
    return Authority(tmp_path_factory.mktemp("authority"), "devices")


@pytest.fixture
async def broker(authority: Authority) -> AsyncIterator[RunningBroker]:
    """Our broker, with limits that let a test see them."""
    async with running_broker(authority) as broker:
        yield broker

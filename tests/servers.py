"""Which tests start servers: they come last, and `make quick` leaves them out."""

from __future__ import annotations

from types import ModuleType

import pytest

from app.embedded.postgres import temporary_postgres
from tests.embedded.outside import Platform
from tests.make.database import (
    database_on,
    empty_database,
    migrated_database,
    timescale_database,
    timescale_server,
)
from tests.make.platform import running_platform, start_platform
from tests.make.production import platform_on_timescale

FIXTURES = {"platform", "strangers", "urls", "database"}
STARTERS = (
    Platform,
    database_on,
    empty_database,
    migrated_database,
    platform_on_timescale,
    running_platform,
    start_platform,
    temporary_postgres,
    timescale_database,
    timescale_server,
)


def starts_servers(fixtures: list[str], module: ModuleType) -> bool:
    """Is the test given a platform or a database, or has its file the means to start one?

    What starts them in another process has to say `pytestmark = pytest.mark.platform` itself.
    """
    return not FIXTURES.isdisjoint(fixtures) or any(
        value is starter for value in vars(module).values() for starter in STARTERS
    )


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and starts_servers(item.fixturenames, item.module):
            item.add_marker(pytest.mark.platform)
    items.sort(key=lambda item: item.get_closest_marker("platform") is not None)

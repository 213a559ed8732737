"""What `make quick` leaves out: tests that start a platform or a database, and no others."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from tests.make import database, platform
from tests.servers import starts_servers


def module_with(*values: Any) -> ModuleType:
    module = ModuleType("tests.somewhere.test_something")
    module.__dict__.update({f"name_{n}": value for n, value in enumerate(values)})
    return module


@pytest.mark.parametrize(
    ("fixtures", "module"),
    [
        (["organization", "platform"], module_with()),
        (["tmp_path", "urls"], module_with()),
        (["database"], module_with()),
        ([], module_with(database.migrated_database)),
        (["tmp_path"], module_with(platform.Organization, platform.running_platform)),
    ],
)
def test_what_can_start_a_server_is_no_quick_test(fixtures: list[str], module: ModuleType) -> None:
    assert starts_servers(fixtures, module)


@pytest.mark.parametrize(
    ("fixtures", "module"),
    [
        ([], module_with()),
        (["tmp_path", "authority", "broker"], module_with(platform.Organization)),
    ],
)
def test_a_test_of_parts_alone_is_a_quick_one(fixtures: list[str], module: ModuleType) -> None:
    assert not starts_servers(fixtures, module)


def test_this_test_is_a_quick_one(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("platform") is None

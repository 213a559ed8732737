from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.make.database import DatabaseUrls, migrated_database


@pytest.fixture(scope="session")
def database() -> Iterator[DatabaseUrls]:
    """A cluster of its own, brought to the newest schema by the migrations."""
    with migrated_database() as urls:
        yield urls

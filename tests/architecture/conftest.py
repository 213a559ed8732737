from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.make.database import BACKENDS, DatabaseUrls, database_on


@pytest.fixture(scope="session", params=BACKENDS)
def database(request: pytest.FixtureRequest) -> Iterator[DatabaseUrls]:
    """A database on either backend, brought to the newest schema by the migrations."""
    with database_on(request.param) as urls:
        yield urls

from __future__ import annotations

from pathlib import Path

import pytest

from tests.make.node import installed


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The linters and the generator of package.json."""
    return installed(Path(__file__).parent)

from __future__ import annotations

from pathlib import Path

import pytest

from tests.make.node import installed_node_modules


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The linters and the generator of the TypeScript client."""
    return installed_node_modules(Path(__file__).parent)

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .outside import Platform


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """A platform not started yet; under root, PostgreSQL's account can't reach pytest's
    directories."""
    made = Platform(tmp_path / "state")
    try:
        yield made
    finally:
        made.remove()

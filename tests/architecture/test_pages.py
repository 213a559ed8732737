"""The pages for people: short where they begin, and of what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
README_MAX_LINES = 120
PLACE = re.compile(r"`((?:app|db|ingest|workers|tests|docs)/[\w./-]*)`|\]\((docs/[\w.-]+)\)")


def places_in(page: str) -> set[str]:
    """The files and folders of this repository that a page names."""
    return {code or link for code, link in PLACE.findall(page)}


def missing_places(page: str) -> set[str]:
    return {place for place in places_in(page) if not (ROOT / place).exists()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_points_at_is_there(page: Path) -> None:
    assert missing_places(page.read_text()) == set()


def test_the_readme_is_read_in_a_minute_and_leads_to_every_page() -> None:
    readme = (ROOT / "README.md").read_text()
    assert len(readme.splitlines()) <= README_MAX_LINES
    assert {place for place in places_in(readme) if place.endswith(".md")} == {
        f"docs/{page.name}" for page in PAGES[1:]
    }


def test_a_place_that_is_gone_is_found() -> None:
    page = "See `app/routes.py`, `app/gone.py` and [this](docs/nowhere.md); `app/<area>/x.py` is no place."
    assert missing_places(page) == {"app/gone.py", "docs/nowhere.md"}

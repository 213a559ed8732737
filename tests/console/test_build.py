"""How the console is made: of what is locked, and only where something changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.console.build import WEB, NotBuilt, build, sources_hash
from app.console.bundle import read_bundle


def test_every_package_is_locked_by_its_hash_and_by_no_host() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) > 30
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


def test_versions_are_exact() -> None:
    package = json.loads((WEB / "package.json").read_text())
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert [name for name, version in wanted.items() if not version[0].isdigit()] == []


def test_what_was_built_of_the_same_sources_is_not_built_again(tmp_path: Path) -> None:
    web, built = tmp_path / "web", tmp_path / "built"
    web.mkdir()
    built.mkdir()
    (web / "main.ts").write_text("one")
    (built / "sources.sha256").write_text(sources_hash(web))
    assert build(web, built) is False
    before = sources_hash(web)
    (web / "node_modules").mkdir()
    (web / "node_modules" / "thing.js").write_text("x")
    assert sources_hash(web) == before
    (web / "main.ts").write_text("two")
    assert sources_hash(web) != before


def test_sources_that_can_not_be_built_say_why_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    with pytest.raises(NotBuilt) as told:
        build(tmp_path / "web", tmp_path / "built")
    assert "\n" not in str(told.value)


def test_without_a_build_there_is_no_bundle(tmp_path: Path) -> None:
    assert read_bundle(tmp_path) == {}

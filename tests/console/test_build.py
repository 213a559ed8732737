"""How the console is made: of what is locked, and only where something changed."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from app.console.build import BUILT, WEB, NotBuilt, build, sources_hash
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


def test_a_package_of_another_hash_is_not_installed(tmp_path: Path) -> None:
    lock = json.loads((WEB / "package-lock.json").read_text())
    entry = lock["packages"]["node_modules/uplot"]
    entry["integrity"] = "sha512-" + base64.b64encode(bytes(64)).decode()
    wanted = {"uplot": entry["version"]}
    lock["packages"] = {"": {"dependencies": wanted}, "node_modules/uplot": entry}
    (tmp_path / "package.json").write_text(json.dumps({"dependencies": wanted}))
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    shutil.copy(WEB / ".npmrc", tmp_path)
    with pytest.raises(NotBuilt) as told:
        build(tmp_path, tmp_path / "built")
    if not re.search("EINTEGRITY|npm ci ended", str(told.value)):
        pytest.skip(str(told.value))  # no Node
    assert not (tmp_path / "node_modules" / "uplot").exists()


def test_where_the_registry_refuses_it_is_said_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the platform starts: `make console` is a prerequisite that may fail."""
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(WEB / name, tmp_path)
    with pytest.raises(NotBuilt) as told:
        build(tmp_path, tmp_path / "built")
    assert "\n" not in str(told.value)
    assert read_bundle(tmp_path / "built") == {}


@pytest.mark.skipif(
    not (BUILT / "index.html").is_file(), reason="the console isn't built: make console"
)
def test_a_wheel_carries_the_console_and_needs_no_node(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--no-build-isolation"]
    built = subprocess.run(
        [*command, "--quiet", "-w", tmp_path],
        cwd=WEB.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    [wheel] = tmp_path.glob("holdfast*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "site")
    assert "app/console/built/.vite/license.md" in names
    assert [name for name in names if name.startswith("app/console/web/")] == []
    asked = "from app.console.bundle import read_bundle; print(len(read_bundle()))"
    told = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=tmp_path / "site",
        env={"PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(told.stdout) == len(read_bundle()) > 10


def test_without_a_build_there_is_no_bundle(tmp_path: Path) -> None:
    assert read_bundle(tmp_path) == {}

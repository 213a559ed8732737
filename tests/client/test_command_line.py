"""`holdfast` for people and scripts, on a running platform."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.main import get_command

from app.cli import cli
from holdfast_client.cli.main import SERVER, main
from holdfast_client.cli.output import Form, columns_of, show
from tests.make.platform import Organization, RunningPlatform

NOBODY = "3ef9edfd-b281-5160-bdcb-d06b19b57167"
CLIENT = str(Path(__file__).parents[2] / "client")


@dataclass
class Done:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[list[str]]:
        return [line.split("\t") for line in self.out.splitlines()]


Holdfast = Callable[..., Done]


@pytest.fixture
def anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Holdfast:
    """`holdfast …` in a home of its own, with neither address nor key."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("HOLDFAST_URL", "HOLDFAST_API_KEY", "HOLDFAST_PROFILE"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, given: str = "") -> Done:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        capsys.readouterr()
        try:
            main(list(arguments))
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run


@pytest.fixture
def holdfast(
    anywhere: Holdfast,
    platform: RunningPlatform,
    organization: Organization,
    monkeypatch: pytest.MonkeyPatch,
) -> Holdfast:
    """The same, with the address and key of an organization."""
    monkeypatch.setenv("HOLDFAST_URL", platform.base_url)
    monkeypatch.setenv("HOLDFAST_API_KEY", organization.key)
    return anywhere


def test_what_is_made_is_found_by_its_name_changed_and_deleted(holdfast: Holdfast) -> None:
    made = holdfast(
        *("sites", "create", "--name", "Amsterdam", "--tags", "cold", "--tags", "north"),
        *("--latitude", "52.4", "--longitude", "4.9", "--metadata", '{"floor": 2}'),
        "--json",
    )
    site = json.loads(made.out)
    assert (site["tags"], site["metadata"]) == (["cold", "north"], {"floor": 2})
    assert json.loads(holdfast("sites", "get", "Amsterdam", "--json=id,name").out) == {
        "id": site["id"],
        "name": "Amsterdam",
    }
    told = holdfast("sites", "update", "Amsterdam", "--null", "latitude", "--null", "longitude")
    assert "latitude     \n" in told.out
    assert holdfast("sites", "delete", "Amsterdam") == Done(0, "", "")
    assert holdfast("sites", "get", site["id"]).code == 3


def test_a_list_is_lines_csv_json_or_ids(holdfast: Holdfast) -> None:
    for name in ("Rotterdam", "Utrecht", "Zwolle"):
        assert holdfast("sites", "create", "--name", name).code == 0
    assert [line[0] for line in holdfast("sites", "list", "--sort", "name").lines] == [
        "Rotterdam",
        "Utrecht",
        "Zwolle",
    ]
    rows = list(csv.DictReader(io.StringIO(holdfast("sites", "list", "--csv").out)))
    assert {row["name"] for row in rows} == {"Rotterdam", "Utrecht", "Zwolle"}
    assert len(holdfast("sites", "list", "--limit", "1", "--json").out.splitlines()) == 1
    ids = holdfast("sites", "list", "--limit", "2", "--all", "--ids").out.split()
    assert set(ids) == {row["id"] for row in rows}


def test_what_goes_wrong_has_words_and_a_code(holdfast: Holdfast) -> None:
    holdfast("sites", "create", "--name", "Rotterdam")
    twice = holdfast("sites", "create", "--name", "Rotterdam")
    assert (twice.code, twice.out) == (5, "")
    assert "ALREADY_EXISTS" in twice.err
    assert "request " in twice.err
    assert holdfast("sites", "get", NOBODY).code == 3
    nowhere = holdfast("sites", "get", "Nowhere")
    assert (nowhere.code, "none is called 'Nowhere'" in nowhere.err) == (2, True)
    wrong = holdfast("sites", "list", "--sort", "colour")
    assert (wrong.code, "createdAt" in wrong.err) == (2, True)
    assert holdfast("sites", "create", "--name", "x", "--metadata", "{").code == 2
    assert holdfast("sites", "create").code == 2
    assert holdfast("levitate").code == 2


def test_a_key_that_is_good_no_more_and_a_platform_that_is_away(
    holdfast: Holdfast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_API_KEY", "sk_live_wrong")
    assert holdfast("sites", "list").code == 4
    monkeypatch.setenv("HOLDFAST_URL", "http://127.0.0.1:1")
    away = holdfast("sites", "list")
    assert (away.code, "no answer from 127.0.0.1:1" in away.err) == (1, True)


def test_any_request_can_be_made(holdfast: Holdfast) -> None:
    made = json.loads(
        holdfast("api", "POST", "/sites", "-f", "name=Utrecht", "-f", 'tags=["a"]').out
    )
    assert (made["name"], made["tags"]) == ("Utrecht", ["a"])
    holdfast("api", "POST", "sites", "--input", "-", given='{"name": "Zwolle"}')
    page = json.loads(holdfast("api", "GET", "/sites", "-f", "limit=1").out)
    assert (len(page["items"]), bool(page["nextCursor"])) == (1, True)
    every = json.loads(holdfast("api", "GET", "/sites", "-f", "limit=1", "--paginate").out)
    assert {each["name"] for each in every} == {"Utrecht", "Zwolle"}
    assert "BEGIN CERTIFICATE" in holdfast("pki", "ca-certificate").out


def test_profiles_say_where_to_and_as_whom(
    anywhere: Holdfast, platform: RunningPlatform, organization: Organization, tmp_path: Path
) -> None:
    lost = anywhere("sites", "list")
    assert (lost.code, "holdfast profile add" in lost.err) == (4, True)
    key = ("--key", organization.key)
    assert anywhere("profile", "add", "work", "--url", platform.base_url, *key).code == 0
    file = tmp_path / "holdfast" / "config.toml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert anywhere("whoami").out.split()[:2] == ["profile", "work"]
    assert anywhere("profile", "add", "bad", "--url", platform.base_url, "--key", "sk_x").code == 4
    assert anywhere("profile", "add", "home", "--url", platform.base_url, *key).code == 0
    assert anywhere("profile", "list").out.count("* home") == 1
    assert anywhere("profile", "use", "work").code == 0
    assert "* work" in anywhere("profile", "list").out
    assert anywhere("profile", "remove", "work").code == 0
    assert anywhere("sites", "list").code == 4
    assert anywhere("sites", "list", "--profile", "home").code == 0
    assert anywhere("sites", "list", "--profile", "work").code == 4


def test_the_reference_is_there_without_a_platform(anywhere: Holdfast) -> None:
    assert "sites.create " in anywhere("reference").out
    assert "IANA name of the zone" in anywhere("reference", "sites.create").out
    near = anywhere("reference", "sites.creat")
    assert (near.code, "sites.create" in near.err) == (2, True)
    assert "devices:write" in anywhere("sites", "create", "--help").out
    assert "delete" in anywhere("device-groups", "--help").out


def test_in_a_terminal_a_list_is_a_table_of_its_width(
    platform: RunningPlatform, organization: Organization, tmp_path: Path
) -> None:
    organization.http.post("/sites", json={"name": "Amsterdam West"}).raise_for_status()
    environment = {
        **os.environ,
        "PYTHONPATH": CLIENT,
        "HOLDFAST_URL": platform.base_url,
        "HOLDFAST_API_KEY": organization.key,
        "COLUMNS": "80",
    }
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "holdfast_client", "sites", "list"]
    subprocess.run(command, env=environment, stdout=theirs, check=True, timeout=60)
    lines = os.read(ours, 10_000).decode().splitlines()
    os.close(ours)
    os.close(theirs)
    assert lines[0].split()[:2] == ["name", "id"]
    assert lines[1].startswith("Amsterdam West  ")
    assert max(len(line) for line in lines) <= 80


def test_columns_that_are_empty_everywhere_are_left_out() -> None:
    rows = [{"createdAt": 1, "note": None, "name": "a"}, {"createdAt": 2, "tags": [], "name": "b"}]
    assert columns_of(rows) == ["name", "createdAt"]


def test_cells_break_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    show({"items": [{"name": "two\nlines\tand a tab", "open": True}]}, Form())
    assert capsys.readouterr().out == "two lines and a tab\tyes\n"


def test_the_servers_commands_are_said_to_be_the_servers(tmp_path: Path) -> None:
    """Where only the client is installed."""
    packages = sysconfig.get_path("purelib")  # -S: what is installed to be edited isn't found
    code = "from holdfast_client.cli.main import main; main(['up'])"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"PYTHONPATH": f"{CLIENT}:{packages}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "pip install holdfast" in done.stderr) == (2, True), done.stderr


def test_every_command_of_the_server_is_handed_on() -> None:
    assert set(get_command(cli).commands) == set(SERVER)  # type: ignore[attr-defined]

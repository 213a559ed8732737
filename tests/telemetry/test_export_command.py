"""`holdfast export` against a platform, and against a connection that is cut again and again."""

from __future__ import annotations

import hashlib
import http.server
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.make.exports import create_export, fill, wait_for_export, whole_range
from tests.make.platform import Organization, RunningPlatform


@pytest.fixture(scope="module")
def archive(platform: RunningPlatform) -> Organization:
    organization = platform.new_organization()
    organization.device = fill(platform, organization, readings=20_000)  # type: ignore[attr-defined]
    return organization


def export(url: str, key: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: text for name, text in os.environ.items() if not name.lower().endswith("_proxy")
    }
    if key is not None:
        environment["HOLDFAST_API_KEY"] = key
    return subprocess.run(
        [sys.executable, "-m", "app", "export", "--url", url, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=100,
    )


def span() -> list[str]:
    return ["--from", whole_range()["from"], "--to", whole_range()["to"]]


def test_an_export_is_asked_for_awaited_and_fetched(
    platform: RunningPlatform, archive: Organization, tmp_path: Path
) -> None:
    out = tmp_path / "file.zip"
    scope = f"device:{archive.device}"  # type: ignore[attr-defined]
    done = export(platform.base_url, archive.key, "--scope", scope, *span(), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "20,000 readings" in done.stderr
    assert hashlib.sha256(out.read_bytes()).hexdigest() in done.stderr
    assert zipfile.ZipFile(out).testzip() is None
    assert [path.name for path in tmp_path.iterdir()] == ["file.zip"]


@pytest.mark.parametrize(
    ("key", "arguments", "code", "words"),
    [
        (None, [], 2, "HOLDFAST_API_KEY"),
        ("sk_live_nobody", [], 1, "unknown, revoked or expired"),
        ("", ["--from", "yesterday", "--to", "today"], 1, "MALFORMED"),
        ("", ["--scope", "planet:earth"], 1, "MALFORMED"),
        ("", ["--scope", "device:01936f2f-73d6-7593-82b1-d6e5f4037289"], 1, "no device"),
        ("", ["--out", "/nowhere/file.zip"], 2, "/nowhere is no directory"),
    ],
)
def test_what_goes_wrong_is_said_in_a_sentence(
    platform: RunningPlatform,
    archive: Organization,
    tmp_path: Path,
    key: str | None,
    arguments: list[str],
    code: int,
    words: str,
) -> None:
    out = ["--out", str(tmp_path / "file.zip")]
    done = export(platform.base_url, archive.key if key == "" else key, *span(), *out, *arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert words in re.sub(r"\s+", " ", done.stderr)
    assert list(tmp_path.iterdir()) == []


class Cutting(http.server.BaseHTTPRequestHandler):
    """Passes everything on to the platform, and cuts each download after some bytes."""

    protocol_version = "HTTP/1.1"
    cut_after = 20_000
    base = ""
    ranges: list[str]

    def do_GET(self) -> None:
        self._pass(b"")

    def do_POST(self) -> None:
        self._pass(self.rfile.read(int(self.headers["Content-Length"])))

    def _pass(self, body: bytes) -> None:
        names = ("Authorization", "Content-Type", "Range", "Idempotency-Key")
        headers = {name: self.headers[name] for name in names if name in self.headers}
        answer = httpx.request(
            self.command,
            self.base + self.path,
            content=body,
            headers=headers,
            trust_env=False,
            timeout=30,
        )
        is_download = self.path.startswith("/api/objects")
        # The platform's links lead to itself: here they must come back to us.
        here = f"http://127.0.0.1:{self.server.server_address[1]}"  # type: ignore[str-bytes-safe]
        content = (
            answer.content
            if is_download
            else answer.content.replace(self.base.encode(), here.encode())
        )
        self.send_response(answer.status_code)
        for name in ("Content-Type", "Content-Range"):
            if name in answer.headers:
                self.send_header(name, answer.headers[name])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if is_download:
            self.ranges.append(self.headers.get("Range", ""))
            content = content[: self.cut_after]
            self.close_connection = True
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def cutting(platform: RunningPlatform) -> Iterator[tuple[str, list[str]]]:
    ranges: list[str] = []
    handler = type("Here", (Cutting,), {"base": platform.base_url, "ranges": ranges})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", ranges
        server.shutdown()
        thread.join()


def test_a_download_that_is_cut_is_resumed(
    cutting: tuple[str, list[str]], archive: Organization, tmp_path: Path
) -> None:
    url, ranges = cutting
    ready = wait_for_export(archive, create_export(archive, scopeType="ORGANIZATION")["id"])
    out = tmp_path / "file.zip"
    done = export(url, archive.key, "--id", ready["id"], "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256(out.read_bytes()).hexdigest() == ready["sha256"]
    starts = [int(found.removeprefix("bytes=").rstrip("-")) if found else 0 for found in ranges]
    assert starts == list(range(0, ready["sizeBytes"], Cutting.cut_after))


def test_a_part_that_is_wrong_is_not_taken_for_the_file(
    platform: RunningPlatform, archive: Organization, tmp_path: Path
) -> None:
    ready = wait_for_export(archive, create_export(archive, scopeType="ORGANIZATION")["id"])
    (tmp_path / f"file.zip.{ready['id']}.part").write_bytes(b"x" * 100)
    out = tmp_path / "file.zip"
    arguments = ["--id", ready["id"], "--out", str(out)]
    spoilt = export(platform.base_url, archive.key, *arguments)
    assert spoilt.returncode == 1
    assert "another SHA-256" in spoilt.stderr
    assert list(tmp_path.iterdir()) == []
    assert export(platform.base_url, archive.key, *arguments).returncode == 0

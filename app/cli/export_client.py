"""`holdfast export`: ask for an export, watch it, fetch it. What was interrupted is resumed, not
begun again."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

POLL_SECONDS = 0.5
# Without a byte or an answer in between.
TRIES = 10
LONGEST_WAIT_SECONDS = 10.0

Ask = Callable[[], dict[str, Any]]


class ExportError(Exception):
    """Why there is no file, for people."""


@dataclass(frozen=True)
class ExportRequest:
    """What the command line said."""

    url: str
    api_key: str
    out: Path
    scope: str
    start: str | None
    end: str | None
    export_id: str | None = None


def run(wanted: ExportRequest, console: Console | None = None) -> int:
    """The exit code: 0 with the file in its place, 1 without, 2 when the command makes no sense."""
    console = console or Console(stderr=True)
    export_id = wanted.export_id
    try:
        body = None if export_id else _body(wanted)
        _check(wanted)
        with _client(wanted) as http:
            if body is not None:
                export_id = str(_created(http, body)["id"])
                console.print(f"export {export_id}", highlight=False)
            assert export_id is not None  # noqa: S101 - given or just made
            with _progress(console) as progress:
                export = _ready(http, export_id, progress)
                _download(lambda: _found(http, str(export_id)), export, wanted.out, progress)
    except UsageError as error:
        console.print(f"[red]{escape(str(error))}[/]", highlight=False, soft_wrap=True)
        return 2
    except ExportError as error:
        console.print(f"[red]No export:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        if export_id is not None:
            console.print(f"\ninterrupted; go on with --id {export_id}", highlight=False)
        return 130
    console.print(
        f"{wanted.out}: {export.get('readingCount', 0):,} readings, {export['sizeBytes']:,} bytes, "
        f"SHA-256 {export['sha256']}",
        highlight=False,
        soft_wrap=True,
    )
    return 0


class UsageError(Exception):
    """The command line makes no sense."""


def _check(wanted: ExportRequest) -> None:
    if not wanted.api_key:
        raise UsageError("an API key is missing: set HOLDFAST_API_KEY")
    if not wanted.out.parent.is_dir():
        raise UsageError(f"{wanted.out.parent} is no directory")


def _body(wanted: ExportRequest) -> dict[str, Any]:
    kind, _, id_ = wanted.scope.partition(":")
    if wanted.start is None or wanted.end is None:
        raise UsageError("say the range with --from and --to")
    body = {"scopeType": kind.upper().replace("-", "_"), "from": wanted.start, "to": wanted.end}
    return body | ({"scopeId": id_} if id_ else {})


def _client(wanted: ExportRequest) -> httpx.Client:
    try:
        return httpx.Client(
            base_url=f"{wanted.url.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {wanted.api_key}"},
            timeout=30,
        )
    except (httpx.InvalidURL, ValueError) as error:
        raise UsageError(f"{wanted.url} is no address: {error}") from None


def _created(http: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    """One export, however often the request has to be sent."""
    key = {"Idempotency-Key": str(uuid.uuid4())}
    return _answer(lambda: http.post("/exports", json=body, headers=key))


def _found(http: httpx.Client, export_id: str) -> dict[str, Any]:
    return _answer(lambda: http.get(f"/exports/{export_id}"))


def _answer(send: Callable[[], httpx.Response]) -> dict[str, Any]:
    """The body of a success. Raises ExportError with the problem's own words; a platform that is
    away is waited for."""
    for tries in range(1, TRIES + 1):
        try:
            answer = send()
        except httpx.TransportError as error:
            reason = f"the platform can't be reached ({error})"
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise UsageError(f"the address can't be used: {error}") from None
        else:
            if answer.is_success:
                found: dict[str, Any] = answer.json()
                return found
            reason = _reason(answer)
            if answer.status_code not in (429, 502, 503, 504):
                raise ExportError(reason)
        time.sleep(min(0.2 * 2**tries, LONGEST_WAIT_SECONDS))
    raise ExportError(reason)


def _reason(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        words = [
            problem.get("detail") or problem["title"],
            *(e["message"] for e in problem.get("errors", [])),
        ]
        return f"{': '.join(words)} ({problem['code']}, request {problem['requestId']})"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"the address answers {answer.status_code} {answer.reason_phrase}: is it the platform's?"


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (TextColumn("{task.description:12}"), BarColumn(), _Amount(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield progress


class _Amount(DownloadColumn):
    """Readings while they are exported, bytes while they are fetched."""

    def render(self, task: Task) -> Text:
        said = task.fields["said"]
        return super().render(task) if said is None else Text(said)


def _ready(http: httpx.Client, export_id: str, progress: Progress) -> dict[str, Any]:
    """Wait until it is READY. Raises ExportError when it failed."""
    task = progress.add_task("waiting", total=1.0, said="")
    while True:
        export = _found(http, export_id)
        match export["status"]:
            case "READY":
                progress.remove_task(task)
                return export
            case "FAILED":
                raise ExportError(export.get("failureReason", "the platform failed"))
            case "RUNNING":
                progress.update(
                    task,
                    description="exporting",
                    completed=export.get("progress", 0),
                    said=f"{export.get('readingCount', 0):,} readings",
                )
        time.sleep(POLL_SECONDS)


def _download(ask: Ask, export: dict[str, Any], out: Path, progress: Progress) -> None:
    """Into a file beside, which becomes `out` when its hash is right. Raises ExportError."""
    part = out.with_name(f"{out.name}.{export['id']}.part")
    size = int(export["sizeBytes"])
    task = progress.add_task("downloading", total=size, said=None)
    failures = 0
    while (have := part.stat().st_size if part.exists() else 0) < size:
        try:
            _fetch(export["downloadUrl"], part, have, lambda n: progress.update(task, completed=n))
        except (httpx.HTTPError, OSError) as error:
            has_moved = part.exists() and part.stat().st_size > have
            failures = 0 if has_moved else failures + 1
            if failures >= TRIES:
                raise ExportError(f"the download ends again and again ({error})") from None
            time.sleep(min(0.2 * 2**failures, LONGEST_WAIT_SECONDS))
            export = ask()  # a fresh link
            if "downloadUrl" not in export:
                raise ExportError("the export has expired") from None
    if _sha256(part) != export["sha256"]:
        part.unlink()
        raise ExportError("the file that came has another SHA-256 than the export; it is deleted")
    part.replace(out)


def _fetch(url: str, part: Path, have: int, told: Callable[[int], Any]) -> None:
    # A client of its own: the key isn't for the object store.
    headers = {"Range": f"bytes={have}-"} if have else {}
    with httpx.stream("GET", url, headers=headers, timeout=30) as answer:
        answer.raise_for_status()
        with part.open("ab" if answer.status_code == 206 else "wb") as file:
            for piece in answer.iter_raw():  # as it comes: what came before a cut is kept
                file.write(piece)
                told(file.tell())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

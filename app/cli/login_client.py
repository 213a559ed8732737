"""`holdfast login`: device authorization (RFC 8628) from the program's side."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
from rich.console import Console

from app.embedded.files import write_atomically

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER_SECONDS = 5
_WHY = {
    "access_denied": "it was refused in the console",
    "expired_token": "nobody said yes in time",
}


def run(url: str, scopes: list[str], console: Console | None = None) -> int:
    """The exit code: 0 with the key kept, 1 without."""
    console = console or Console(stderr=True, highlight=False)
    try:
        with _client(url) as http:
            begun = _ask(http, "device", client_id="holdfast", scope=" ".join(scopes))
            console.print(f"Open {begun['verification_uri_complete']}", soft_wrap=True)
            console.print(f"and say yes to the code {begun['user_code']}.")
            key = _wait(http, begun)
    except (httpx.HTTPError, LoginError) as error:
        console.print(f"[red]Not signed in:[/] {error}", soft_wrap=True)
        return 1
    keep(url, key)
    console.print(f"Signed in. The key is kept in {credentials_file()}.", soft_wrap=True)
    return 0


def forget(url: str, console: Console | None = None) -> int:
    console = console or Console(stderr=True, highlight=False)
    key = kept_key(url)
    if key is None:
        console.print("Not signed in there.")
        return 1
    try:
        with _client(url) as http:
            http.post("/oauth/revoke", data={"token": key}).raise_for_status()
    except httpx.HTTPError as error:
        console.print(f"[red]The key is still good:[/] {error}", soft_wrap=True)
        return 1
    keep(url, None)
    console.print("Signed out.")
    return 0


def kept_key(url: str) -> str | None:
    return _kept().get(url.rstrip("/"))


def keep(url: str, key: str | None) -> None:
    """None forgets it."""
    kept = {each: other for each, other in _kept().items() if each != url.rstrip("/")}
    if key is not None:
        kept[url.rstrip("/")] = key
    file = credentials_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, msgspec.json.encode(kept).decode(), mode=0o600)


def credentials_file() -> Path:
    """Keys by the platform's address; for its owner's eyes."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "holdfast" / "credentials.json"


class LoginError(Exception):
    """Why there is no key, for people."""


def _kept() -> dict[str, str]:
    file = credentials_file()
    return msgspec.json.decode(file.read_bytes(), type=dict[str, str]) if file.exists() else {}


def _client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url.rstrip("/"), timeout=30)


def _wait(http: httpx.Client, begun: dict[str, Any]) -> str:
    """Until the person has answered. Raises LoginError."""
    pause = float(begun["interval"])
    while True:
        time.sleep(pause)
        try:
            found = _ask(http, "token", grant_type=_GRANT, device_code=begun["device_code"])
        except LoginError as error:
            if str(error) == "slow_down":
                pause += _SLOWER_SECONDS
            elif str(error) != "authorization_pending":
                raise LoginError(_WHY.get(str(error), str(error))) from None
        else:
            return str(found["access_token"])


def _ask(http: httpx.Client, path: str, **form: str) -> dict[str, Any]:
    """Raises LoginError with OAuth's word, or HTTPError."""
    answer = http.post(f"/oauth/{path}", data=form)
    if answer.status_code == httpx.codes.BAD_REQUEST:
        told = answer.json()
        raise LoginError(str(told.get("error") or told.get("detail")))
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found

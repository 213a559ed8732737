"""`holdfast login`: device authorization (RFC 8628) from the program's side. A person says yes in the
console, and the API key is kept as a profile."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx

from holdfast_client.cli import profiles
from holdfast_client.errors import HoldfastError, Unreachable, error_of

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER_SECONDS = 5
_WHY = {
    "access_denied": "it was refused in the console",
    "expired_token": "nobody said yes in time",
}


class NotSignedIn(HoldfastError):
    """Why there is no key."""


class _Told(Exception):
    """OAuth's word for what is wrong."""


def run(url: str, name: str | None, scopes: Sequence[str]) -> None:
    """Keep the key that is given, and use it from now on. Raises HoldfastError."""
    url = url.rstrip("/")
    with httpx.Client(base_url=url, timeout=30) as http:
        try:
            begun = _ask(http, "device", client_id="holdfast", scope=" ".join(scopes))
        except _Told as told:
            raise NotSignedIn(str(told)) from None
        _say(f"Open {begun['verification_uri_complete']}")
        _say(f"and say yes to the code {begun['user_code']}.")
        key = _wait(http, begun)
    profile = profiles.Profile(name or _named_by(url), url, key)
    profiles.write(profiles.read().with_profile(profile))
    _say(f"Signed in. The key is kept in {profiles.path()} as {profile.name}.")


def forget(name: str | None) -> None:
    """End the key of a profile, and forget both. Raises NoProfile or HoldfastError."""
    kept = profiles.read()
    name = name or kept.active
    if name is None:
        raise profiles.NoProfile("no profile is used: holdfast profile list")
    profile = kept.using(name).all[name]
    with httpx.Client(base_url=profile.url, timeout=30) as http:
        answer = _post(http, "revoke", token=profile.key)
        if not answer.is_success:
            raise error_of(answer.status_code, answer.content, None)
    profiles.write(profiles.read().without(name))
    _say(f"Signed out of {profile.url}: the key is revoked.")


def _named_by(url: str) -> str:
    """A profile's name from its host: `iot.example.com` is `iot-example-com`."""
    return (urlsplit(url).hostname or "platform").replace(".", "-").replace(":", "-").strip("-")


def _wait(http: httpx.Client, begun: dict[str, Any]) -> str:
    """Until the person has answered. Raises NotSignedIn."""
    pause = float(begun["interval"])
    while True:
        time.sleep(pause)
        try:
            found = _ask(http, "token", grant_type=_GRANT, device_code=begun["device_code"])
        except _Told as told:
            if str(told) == "slow_down":
                pause += _SLOWER_SECONDS
            elif str(told) != "authorization_pending":
                raise NotSignedIn(_WHY.get(str(told), str(told))) from None
        else:
            return str(found["access_token"])


def _ask(http: httpx.Client, path: str, **form: str) -> dict[str, Any]:
    """Raises _Told for what OAuth has a word for, and HoldfastError."""
    answer = _post(http, path, **form)
    if answer.status_code == httpx.codes.BAD_REQUEST:
        told = answer.json()
        raise _Told(str(told.get("error") or told.get("detail")))
    if not answer.is_success:
        raise error_of(answer.status_code, answer.content, None)
    found: dict[str, Any] = answer.json()
    return found


def _post(http: httpx.Client, path: str, **form: str) -> httpx.Response:
    try:
        return http.post(f"/oauth/{path}", data=form)
    except httpx.TransportError as error:
        raise Unreachable(f"no answer from {http.base_url.host}: {error}") from error


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)

"""Telling an address outside that something has happened: signed, and never an address that only we
can reach.

Signed as https://www.standardwebhooks.com has it, so that receivers have libraries for it. An
address is resolved once, what it resolves to is checked, and that is what is connected to: a name
can't lead elsewhere in between. Only ports where such receivers are found are called, so that
nobody has us knock at others' databases.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import httpx

from app.core.outside import Reach, Refused, UnknownName, addresses_of, check_host
from app.settings import Settings

URL_MAX_CHARACTERS = 2000
_SECRET_PREFIX = "whsec_"  # noqa: S105 - the standard's own


class NotDelivered(Exception):
    """The receiver didn't take it this time; says why, for people. `status` is what it answered, if
    it did."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Rules:
    """What the installation allows, and how long a receiver may take."""

    allow_http: bool
    allow_private: bool
    seconds: int
    ports: frozenset[int] | None  # None for any

    @property
    def reach(self) -> Reach:
        return Reach(self.allow_private)

    @classmethod
    def of(cls, settings: Settings) -> Rules:
        return cls(
            settings.webhooks.allow_http,
            settings.webhooks.allow_private,
            settings.webhooks.timeout_seconds,
            ports_of(settings.webhooks.ports),
        )


def ports_of(text: str) -> frozenset[int] | None:
    """The ports of a setting such as "443,8443"; None for "any"."""
    return None if text == "any" else frozenset(int(port) for port in text.split(","))


def checked(url: str, rules: Rules) -> httpx.URL:
    """The address, as far as it can be judged without asking for its name. Raises Refused."""
    try:
        target = httpx.URL(url)
        host = target.host  # decodes it
    except (httpx.InvalidURL, ValueError):
        raise Refused("it is no address") from None
    if len(url) > URL_MAX_CHARACTERS:
        raise Refused(f"it is longer than {URL_MAX_CHARACTERS} characters")
    if target.scheme not in ("https", "http") or not host:
        raise Refused("it must begin with https://")
    if target.scheme == "http" and not rules.allow_http:
        raise Refused("it must begin with https://, as this installation is set")
    if target.userinfo:
        raise Refused(
            "a user or password in an address is not sent; put a token into its path or query"
        )
    if not 0 < _port(target) < 65_536:
        raise Refused("a port lies between 1 and 65535")
    if rules.ports is not None and _port(target) not in rules.ports:
        raise Refused(f"its port must be one of {', '.join(map(str, sorted(rules.ports)))}")
    check_host(target.raw_host.decode(), host, rules.reach)
    return target


def _port(target: httpx.URL) -> int:
    return target.port if target.port is not None else 443 if target.scheme == "https" else 80


def secret_text(secret: bytes) -> str:
    """As receivers' libraries take it."""
    return _SECRET_PREFIX + base64.b64encode(secret).decode()


def signature_headers(
    secrets: Sequence[bytes], id_: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Signed with each of the secrets: the receiver knows one. `id_` is the same at every attempt,
    so that a receiver can tell what it has had already."""
    told = f"{id_}.{timestamp}.".encode() + body
    signed = [hmac.digest(secret, told, hashlib.sha256) for secret in secrets]
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(each).decode()}" for each in signed),
    }


async def deliver_signed(
    url: str, body: bytes, *, id_: str, secrets: Sequence[bytes], rules: Rules
) -> int:
    """The same as `deliver`, signed at this moment."""
    return await deliver(url, body, signature_headers(secrets, id_, int(time.time()), body), rules)


async def deliver(url: str, body: bytes, headers: dict[str, str], rules: Rules) -> int:
    """POST the JSON; the status of the answer. Success is any 2xx; a redirect is not followed, and
    nothing of the answer's body is read.

    Raises Refused for an address that must not be called, NotDelivered for all else that goes
    wrong.
    """
    target = checked(url, rules)
    try:
        async with asyncio.timeout(rules.seconds):
            status = await _post(
                target, await _resolved(target, rules), body, headers, rules.seconds
            )
    except TimeoutError:
        raise NotDelivered(f"the receiver did not answer within {rules.seconds} s") from None
    if not 200 <= status < 300:
        raise NotDelivered(f"the receiver answered {status}", status)
    return status


async def _resolved(target: httpx.URL, rules: Rules) -> list[str]:
    """Every address of the name, all of them allowed."""
    name, port = target.raw_host.decode(), _port(target)
    try:
        return await addresses_of(name, port, rules.reach)
    except UnknownName:
        raise NotDelivered("the receiver's name is not known") from None


async def _post(
    target: httpx.URL, addresses: list[str], body: bytes, headers: dict[str, str], seconds: int
) -> int:
    all_headers = {
        **headers,
        "Content-Type": "application/json",
        "User-Agent": "holdfast",
        "Host": target.netloc.decode(),
    }
    # The certificate is compared with the name, though it is the number that is connected to.
    name = {"sni_hostname": target.raw_host.decode()}
    async with httpx.AsyncClient(trust_env=False, verify=_tls(), timeout=seconds) as http:
        for address in addresses:
            request = http.build_request(
                "POST",
                target.copy_with(host=address),
                content=body,
                headers=all_headers,
                extensions=name,
            )
            try:
                answer = await http.send(request, stream=True, follow_redirects=False)
            except httpx.ConnectError:
                continue
            except httpx.TimeoutException:
                raise TimeoutError from None
            except httpx.HTTPError as error:
                raise NotDelivered(f"the receiver broke off ({type(error).__name__})") from None
            await answer.aclose()
            return answer.status_code
    raise NotDelivered("the receiver can't be reached, or its certificate is not right")


@cache
def _tls() -> ssl.SSLContext:
    """Mozilla's authorities, and those of the system or of SSL_CERT_FILE."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context

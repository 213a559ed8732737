"""Addresses of cameras: read once, checked, and shown without what is secret in them."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, unquote, urlsplit

from app.core.keys import Keys
from app.core.outside import Reach, Refused, addresses_of, check_host
from app.core.webhooks import ports_of
from app.settings.cameras import CameraSettings

URL_MAX_CHARACTERS = 2000
SEALED_PURPOSE = "cameras"  # of the encryption
_PORTS = {"rtsp": 554, "rtsps": 322, "https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class StreamRules:
    """What the installation allows."""

    reach: Reach
    ports: frozenset[int] | None  # None for any
    allow_http: bool = False

    @classmethod
    def of(cls, settings: CameraSettings) -> Self:
        named = (part.strip() for part in settings.networks.split(","))
        networks = tuple(ipaddress.ip_network(part, strict=False) for part in named if part)
        reach = Reach(settings.allow_private, networks)
        return cls(reach, ports_of(settings.ports), settings.allow_http)


@dataclass(frozen=True, slots=True, repr=False)
class StreamAddress:
    """Where a camera's stream is, taken apart. `user` and `password` are as the camera knows
    them, `target` is path and query as they are asked for."""

    scheme: str
    host: str
    port: int
    target: str
    user: str | None = None
    password: str | None = None

    @property
    def is_encrypted(self) -> bool:
        return self.scheme in ("rtsps", "https")

    @property
    def is_hls(self) -> bool:
        return self.scheme in ("https", "http")

    @property
    def shown(self) -> str:
        """Without user and query, in which secrets are."""
        return f"{self.scheme}://{self.netloc}{self.target.partition('?')[0]}"

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    async def addresses(self, rules: StreamRules) -> list[str]:
        """The numbers that may be connected to. Raises Refused, UnknownName."""
        return await addresses_of(self.host, self.port, rules.reach)


def read_stream(url: str, rules: StreamRules) -> StreamAddress:
    """Raises Refused for an address that is none, or isn't allowed; what its name leads to is
    checked when it is connected to."""
    parts = _parts(url)
    if parts.scheme not in _PORTS or (parts.scheme == "http" and not rules.allow_http):
        raise Refused("it must begin with rtsp://, rtsps:// or https://")
    try:
        port = parts.port if parts.port is not None else _PORTS[parts.scheme]
    except ValueError:
        raise Refused("a port lies between 1 and 65535") from None
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise Refused("it has no host")
    if port == 0 or (rules.ports is not None and port not in rules.ports):
        allowed = ", ".join(map(str, sorted(rules.ports or ())))
        raise Refused(f"its port must be one of {allowed}" if allowed else "it has no such port")
    check_host(host, host, rules.reach)
    query = f"?{parts.query}" if parts.query else ""
    return StreamAddress(
        scheme=parts.scheme,
        host=host,
        port=port,
        target=(parts.path or "/") + query,
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


def seal_stream(url: str, keys: Keys) -> bytes:
    """As it is kept."""
    return keys.encrypt(url.encode(), purpose=SEALED_PURPOSE)


def unseal_stream(sealed: bytes, keys: Keys, rules: StreamRules) -> StreamAddress:
    """For whoever connects to it. Raises Refused where the installation no longer allows it,
    CanNotDecrypt."""
    return read_stream(keys.decrypt(sealed, purpose=SEALED_PURPOSE).decode(), rules)


def _parts(url: str) -> SplitResult:
    if len(url) > URL_MAX_CHARACTERS:
        raise Refused(f"it is longer than {URL_MAX_CHARACTERS} characters")
    if not url.isascii() or any(character <= " " for character in url):
        raise Refused("it holds a space, or what must be percent-encoded")
    try:
        return urlsplit(url)
    except ValueError:
        raise Refused("it is no address") from None

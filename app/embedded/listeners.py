"""Sockets that listen while programs come and go: what is killed loses nobody who waits for it."""

from __future__ import annotations

import socket
from typing import NamedTuple

from app.embedded.errors import EmbeddedError

BACKLOG = 2048


class Listeners(NamedTuple):
    """The two sockets of an installation, open from the beginning to the end."""

    http: socket.socket
    mqtt: socket.socket

    @property
    def base_url(self) -> str:
        host, port = self.http.getsockname()[:2]
        return f"http://{url_host(host)}:{port}"

    @property
    def mqtt_port(self) -> int:
        return int(self.mqtt.getsockname()[1])

    @property
    def mqtt_host(self) -> str:
        host = str(self.mqtt.getsockname()[0])
        return "localhost" if _is_local(host) else host

    def close(self) -> None:
        self.http.close()
        self.mqtt.close()


def listen(host: str, http_port: int, mqtt_port: int) -> Listeners:
    """Open both sockets; port 0 takes a free one. Raises EmbeddedError when a port is taken."""
    http = _listen(host, http_port)
    try:
        return Listeners(http, _listen(host, mqtt_port))
    except EmbeddedError:
        http.close()
        raise


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server(
            (host, port), family=family, backlog=BACKLOG
        )  # sets SO_REUSEADDR
    except OSError as error:
        raise EmbeddedError(
            f"can't listen on {host} port {port}: {error.strerror or error}"
        ) from None


def _is_local(host: str) -> bool:
    return host in ("0.0.0.0", "::", "::1") or host.startswith("127.")  # noqa: S104


def url_host(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host

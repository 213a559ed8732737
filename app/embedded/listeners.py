"""Sockets that listen while programs come and go: what is killed loses nobody who waits for it."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import NamedTuple

from app.embedded.errors import EmbeddedError

BACKLOG = 2048
LOOPBACK = "127.0.0.1"


class Listeners(NamedTuple):
    """The sockets of an installation, open from the beginning to the end."""

    http: socket.socket
    mqtt: socket.socket
    metrics: socket.socket

    @property
    def base_url(self) -> str:
        host, port = self.http.getsockname()[:2]
        return f"http://{url_host(host)}:{port}"

    @property
    def metrics_url(self) -> str:
        host, port = self.metrics.getsockname()[:2]
        return f"http://{host}:{port}/metrics"

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
        self.metrics.close()


def listen(host: str, http_port: int, mqtt_port: int, metrics_port: int = 0) -> Listeners:
    """Open all sockets; port 0 takes a free one. Figures are told to this machine alone.

    Raises EmbeddedError when a port is taken.
    """
    with ExitStack() as opened:
        http, mqtt, metrics = (
            opened.enter_context(_listen(*where))
            for where in ((host, http_port), (host, mqtt_port), (LOOPBACK, metrics_port))
        )
        opened.pop_all()
    return Listeners(http, mqtt, metrics)


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

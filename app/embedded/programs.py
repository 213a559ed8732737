"""Our own programs, and the settings that they get here."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import httpx
import msgspec

from app.core import lifeline
from app.embedded.errors import EmbeddedError
from app.embedded.postgres import Postgres
from app.embedded.process import STATE_VARIABLE, Program, at_once
from app.embedded.state import Secrets, State
from app.embedded.valkey import Valkey
from app.settings import PREFIX, Settings

DATABASE = "holdfast"
PROJECT = Path(__file__).parents[2]  # where `app` and `workers` are found, installed or not
BACKLOG = 2048


# What a user may set for an embedded installation; the rest says where things are, and that is decided here.
TUNABLE = frozenset(
    PREFIX + name.upper()
    for name in Settings.__struct_fields__
    if name.endswith(
        (
            "_per_second",
            "_seconds",
            "_days",
            "_hours",
            "_max_bytes",
            "_max_readings",
            "_per_device",
            "_per_key",
            "_per_organization",
            "_streams",
            "_answers",
            "_connections",
            "_pool_size",
        )
    )
    or name.startswith("allow_")
    or name
    in (
        "objects_url",
        "expose_openapi",
        "trusted_proxies",
        "webhook_ports",
        "cors_origins",
        "log_level",
        "log_format",
    )
)


class Listeners(NamedTuple):
    """Sockets that listen from the beginning to the end, whichever process serves them."""

    http: socket.socket
    mqtt: socket.socket

    @property
    def base_url(self) -> str:
        host, port = self.http.getsockname()[:2]
        return f"http://{_url_host(host)}:{port}"

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
    return host in ("0.0.0.0", "::", "::1") or host.startswith("127.")  # noqa: S104 - compared, not bound


def _url_host(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def settings_for(
    state: State, secrets: Secrets, postgres: Postgres, valkey: Valkey, listeners: Listeners
) -> Settings:
    """The settings of an installation that lives in one state directory.

    Where things are is decided here; limits and the like may be set in the environment as everywhere.
    """
    http_host, http_port = listeners.http.getsockname()[:2]
    mqtt_host, mqtt_port = listeners.mqtt.getsockname()[:2]
    where = Settings(
        public_url=listeners.base_url,
        mqtt_public_host=listeners.mqtt_host,
        mqtt_public_port=listeners.mqtt_port,
        http_host=http_host,
        http_port=http_port,
        http_fd=listeners.http.fileno(),
        mqtt_host=mqtt_host,
        mqtt_port=mqtt_port,
        mqtt_fd=listeners.mqtt.fileno(),
        database_url=postgres.url("app", secrets.app, DATABASE),
        ingest_database_url=postgres.url("iot_ingest", secrets.iot_ingest, DATABASE),
        owner_database_url=postgres.url("iot_owner", secrets.iot_owner, DATABASE),
        admin_database_url=postgres.admin_url,
        redis_url=valkey.url,
        objects_url=state.objects.as_uri(),
        secret_key=secrets.secret_key,
    )
    chosen = {name: text for name, text in os.environ.items() if name in TUNABLE}
    return Settings.from_environment({**where.to_environment(), **chosen})


@dataclass(frozen=True)
class Installation:
    """What our own programs are made from."""

    state: State
    settings: Settings
    listeners: Listeners
    lifeline: int


class Programs(NamedTuple):
    """Our own programs: one that runs to its end first, then those that are kept running."""

    migrate: Program
    api: Program
    broker: Program
    worker: Program


def own_programs(installation: Installation) -> Programs:
    """The platform's own programs."""
    listeners, python = installation.listeners, (sys.executable, "-m")
    return Programs(
        migrate=own_program(installation, "migrate", (*python, "app", "migrate")),
        api=own_program(
            installation,
            "api",
            (*python, "app", "api"),
            listener=listeners.http,
            is_ready=lambda: answers_http(f"{listeners.base_url}/health/ready"),
        ),
        broker=own_program(
            installation,
            "broker",
            (*python, "app", "broker"),
            listener=listeners.mqtt,
            is_ready=lambda: answers_tls(listeners.mqtt),
        ),
        worker=own_program(installation, "worker", (*python, "workers")),
    )


def own_program(
    installation: Installation,
    name: str,
    argv: tuple[str, ...],
    *,
    listener: socket.socket | None = None,
    is_ready: Callable[[], Awaitable[bool]] = at_once,
) -> Program:
    """A program of ours: it gets the settings, the lifeline and the socket that it serves."""
    return Program(
        name=name,
        argv=argv,
        log=installation.state.log(name),
        directory=PROJECT,
        environment=_environment(installation, name),
        descriptors=(installation.lifeline, *([] if listener is None else [listener.fileno()])),
        needs=("postgres", "valkey"),
        prepare=lambda: _forget_the_dead(installation.state.metrics),
        is_ready=is_ready,
        ready_seconds=60.0,
    )


def _environment(installation: Installation, program: str) -> Mapping[str, str]:
    # Ours alone: neither settings of another installation nor libpq's PG* variables may leak in.
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith((PREFIX, "PG", "PROMETHEUS_"))
    }
    return {
        **inherited,
        **_settings_of(installation, program).to_environment(),
        lifeline.VARIABLE: str(installation.lifeline),
        STATE_VARIABLE: str(installation.state.directory),
        "PROMETHEUS_MULTIPROC_DIR": str(installation.state.metrics),
        "PYTHONUNBUFFERED": "1",
    }


def _settings_of(installation: Installation, program: str) -> Settings:
    """Who may change the schema is told how to, and the worker, which maintains tables; nobody who serves is."""
    if program == "migrate":
        return installation.settings
    if program == "worker":
        return msgspec.structs.replace(installation.settings, admin_database_url=None)
    return msgspec.structs.replace(
        installation.settings, owner_database_url=None, admin_database_url=None
    )


def _forget_the_dead(metrics: Path) -> None:
    """Drop the live gauges of ended processes, as prometheus_client.multiprocess.mark_process_dead does."""
    for gauge in metrics.glob("gauge_live*_*.db"):
        if not Path("/proc", gauge.stem.rpartition("_")[2]).exists():
            gauge.unlink(missing_ok=True)


async def answers_http(url: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=2.0) as client:
            return (await client.get(url)).status_code == 200
    except httpx.HTTPError:
        return False


async def answers_tls(listener: socket.socket) -> bool:
    """Whether someone answers a TLS greeting. A connection alone says nothing: the kernel takes it for us.

    The certificate isn't checked and none is shown: an alert is an answer.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    host, port = listener.getsockname()[:2]
    try:
        async with asyncio.timeout(2):
            _, writer = await asyncio.open_connection(
                _url_host(host).strip("[]"), port, ssl=context
            )
            writer.close()
    except ssl.SSLError:
        return True
    except OSError:  # TimeoutError is one
        return False
    return True

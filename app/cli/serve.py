"""One process each: the API, the broker, the worker and the recorder."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
import sys
from datetime import timedelta

import typer

from app.settings import Settings


def api() -> None:
    """Serve the HTTP API."""
    from app.core.addresses import TrustedProxies
    from app.core.http.connection_limits import ConnectionLimits, Connections
    from app.core.http.server import PrivateListener, Server, config_for
    from app.core.process import allow_many_connections, begin_process, collect_rarely
    from app.main import create_app
    from app.operations.metrics import metrics_app

    settings = begin_process("api")
    app, server = create_app(settings), settings.server
    connections = Connections(
        ConnectionLimits.of(settings.connections), TrustedProxies(server.trusted_proxies)
    )
    config = config_for(
        app,
        connections,
        host=server.http_host,
        port=server.http_port,
        loop="uvloop",
        lifespan="on",
        forwarded_allow_ips=server.trusted_proxies,
        ws_max_size=64 * 1024,  # what clients say on a live stream has no meaning
        timeout_graceful_shutdown=2,
    )
    # Not uvicorn's own `fd`: it takes every descriptor for a Unix socket, so that TCP_NODELAY is
    # never set and each answer on a kept connection waits 40 ms for the client's delayed
    # acknowledgement.
    listeners = None if server.http_fd is None else [socket.socket(fileno=server.http_fd)]
    metrics = _listener(server.metrics_fd, server.metrics_host, server.metrics_port)
    allow_many_connections()
    collect_rarely()
    Server(config, app.state, beside=[PrivateListener(metrics, metrics_app(app.state))]).run(
        listeners
    )
    # Not after a signal, which uvicorn raises anew at its end: a background loop has ended.
    raise typer.Exit(1)


def broker() -> None:
    """Serve MQTT to devices, over mutual TLS. One per installation."""
    import uvloop

    from app.core.process import begin_process

    settings = begin_process("broker")
    uvloop.run(_broker(settings))


def worker() -> None:
    """Do what is done later: jobs, rollups, retention. As many as are wanted."""
    # By name and in our place: workers import app, and nothing of app imports them.
    os.execv(sys.executable, (sys.executable, "-m", "workers"))  # noqa: S606


def recorder() -> None:
    """Record cameras. As many as are wanted: they share the cameras."""
    os.execv(sys.executable, (sys.executable, "-m", "workers.recorder"))  # noqa: S606


async def _broker(settings: Settings) -> None:
    from app.control.certificates.broker_tls import load_tls
    from app.core.authorities import NoAuthority
    from app.core.pipeline import pipeline_options
    from app.core.process import allow_many_connections, collect_rarely, refuse
    from ingest.mqtt.broker import Limits
    from ingest.service import serve_broker

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    allow_many_connections()
    collect_rarely()
    try:
        await load_tls(settings)
    except (NoAuthority, OSError, ssl.SSLError) as error:
        refuse(f"the broker's certificates can't be used: {error}")
    await serve_broker(
        pipeline_options(settings),
        listener=_listener(
            settings.server.mqtt_fd, settings.server.mqtt_host, settings.server.mqtt_port
        ),
        load_tls=lambda: load_tls(settings),
        limits=Limits(
            message_max_bytes=settings.limits.message_max_bytes,
            connections_max=settings.limits.mqtt_connections,
            connecting_max=settings.limits.mqtt_connecting,
            connecting_per_address=settings.limits.mqtt_connecting_per_address,
        ),
        certificate_overlap=timedelta(hours=settings.security.certificate_overlap_hours),
        stop=stop,
    )


def _listener(descriptor: int | None, host: str, port: int) -> socket.socket:
    """The one that whoever started us holds open, or one of our own."""
    if descriptor is not None:
        return socket.socket(fileno=descriptor)
    from app.core.process import refuse

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        refuse(f"can't listen on {host} port {port}: {error.strerror or error}")

"""Our own programs: how each is started, what it is told, when it is ready."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import msgspec

from app.core import lifeline
from app.core.keys import Keys
from app.embedded.installation import Installation
from app.embedded.leftovers import STATE_VARIABLE
from app.embedded.probes import answers_http, answers_tls
from app.embedded.process import Program, at_once
from app.settings import PREFIX, Settings

PROJECT = Path(__file__).parents[2]  # where `app` and `workers` are found, installed or not


class Programs(NamedTuple):
    """Our own programs: one that runs to its end first, then those that are kept running."""

    migrate: Program
    api: Program
    broker: Program
    worker: Program
    recorder: Program | None
    """None where the extra `media` isn't installed: then no camera is recorded."""


def own_programs(installation: Installation) -> Programs:
    """The platform's own programs."""
    listeners, python = installation.listeners, (sys.executable, "-m")
    return Programs(
        migrate=own_program(installation, "migrate", (*python, "app", "migrate")),
        api=own_program(
            installation,
            "api",
            (*python, "app", "api"),
            listeners=(listeners.http, listeners.metrics),
            is_ready=lambda: answers_http(f"{listeners.base_url}/health/ready"),
        ),
        broker=own_program(
            installation,
            "broker",
            (*python, "app", "broker"),
            listeners=(listeners.mqtt,),
            is_ready=lambda: answers_tls(listeners.mqtt),
        ),
        worker=own_program(installation, "worker", (*python, "workers")),
        recorder=own_program(installation, "recorder", (*python, "workers.recorder"))
        if find_spec("av")
        else None,
    )


def backup_program(installation: Installation, target: Path) -> Program:
    """A backup into that file. It gets what the supervisor was given, and no settings: it keeps
    those that were chosen, and finds the rest in the state directory."""
    state = installation.state
    where = (str(target), "--state-dir", str(state.directory))
    return Program(
        name="backup",
        argv=(sys.executable, "-m", "app", "backup", "create", *where),
        log=state.log("backup"),
        directory=PROJECT,
        environment={**os.environ, STATE_VARIABLE: str(state.directory)},
    )


def own_program(
    installation: Installation,
    name: str,
    argv: tuple[str, ...],
    *,
    listeners: Sequence[socket.socket] = (),
    is_ready: Callable[[], Awaitable[bool]] = at_once,
) -> Program:
    """A program of ours: it gets the settings, the lifeline and the sockets that it serves."""
    return Program(
        name=name,
        argv=argv,
        log=installation.state.log(name),
        directory=PROJECT,
        environment=_environment(installation, name),
        descriptors=(installation.lifeline, *(listener.fileno() for listener in listeners)),
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
    """Who may change the schema is told how to, and the worker, which maintains tables; nobody who
    serves is. A socket is told of to whoever serves it. The broker, whom strangers reach first, has
    a secret of its own, and of the database its way in alone."""
    settings, replace = installation.settings, msgspec.structs.replace
    database, server, security = settings.database, settings.server, settings.security
    if program != "migrate":
        database = replace(database, admin_url=None)
    if program not in ("migrate", "worker"):
        database = replace(database, owner_url=None)
    if program != "api":
        server = replace(server, http_fd=None, metrics_fd=None)
    if program != "broker":
        server = replace(server, mqtt_fd=None)
    else:
        database = replace(database, url=database.ingest_url)
        secret = Keys.of(security).broker_secret
        security = replace(security, secret_key=secret, secret_keys_old="")
    return replace(settings, database=database, server=server, security=security)


def _forget_the_dead(metrics: Path) -> None:
    """Drop the live gauges of ended processes, as prometheus_client.multiprocess.mark_process_dead
    does."""
    for gauge in metrics.glob("gauge_live*_*.db"):
        if not Path("/proc", gauge.stem.rpartition("_")[2]).exists():
            gauge.unlink(missing_ok=True)

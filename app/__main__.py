"""The command line: `holdfast up` for everything at once, and each process by itself."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import resource
import signal
import socket
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from app.settings import PREFIX, Settings, SettingsError

# Heavy parts are imported inside the commands that need them: `holdfast --help` must be quick.
cli = typer.Typer(
    help="Holdfast, an IoT data platform.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

StateDir = Annotated[Path | None, typer.Option(help="Where it keeps everything.", show_default="per user")]
Host = Annotated[str, typer.Option(help="Address to listen on, for HTTP and MQTT.")]
HttpPort = Annotated[int, typer.Option(min=0, max=65_535, help="0 takes a free one.")]
MqttPort = Annotated[int, typer.Option(min=0, max=65_535, help="0 takes a free one.")]


@cli.command()
def up(
    state_dir: StateDir = None,
    host: Host = "127.0.0.1",
    http_port: HttpPort = 8080,
    mqtt_port: MqttPort = 8883,
    demo: Annotated[bool, typer.Option("--demo", help="With a small fleet that publishes.")] = False,
    devices: Annotated[int, typer.Option(min=2, max=1000, help="Of the demo: how many devices.")] = 8,
    rate: Annotated[
        float, typer.Option(min=0.1, max=20_000, help="Of the demo: simulated readings/s in all.")
    ] = 100,
) -> None:
    """Start the whole platform: PostgreSQL, Valkey, API, broker and worker, in one terminal."""
    from app.standalone.ready import DemoOptions
    from app.standalone.state import default_directory
    from app.standalone.up import up as run

    options = DemoOptions(devices=devices, rate=rate) if demo else None
    raise typer.Exit(run(state_dir or default_directory(), http_port, mqtt_port, host, options))


@cli.command()
def demo(
    state_dir: StateDir = None,
    host: Host = "127.0.0.1",
    http_port: HttpPort = 8080,
    mqtt_port: MqttPort = 8883,
    devices: Annotated[int, typer.Option(min=2, max=1000, help="How many devices.")] = 8,
    rate: Annotated[float, typer.Option(min=0.1, max=20_000, help="Simulated readings/s in all.")] = 100,
) -> None:
    """`up` with a small fleet: devices provision themselves, connect by mutual TLS and publish."""
    up(state_dir, host, http_port, mqtt_port, True, devices, rate)


@cli.command()
def migrate(
    to_timescale: Annotated[
        bool, typer.Option("--to-timescale", help="Move readings that are kept by plain PostgreSQL.")
    ] = False,
) -> None:
    """Bring the database to the newest schema; makes roles too, where it has the superuser's address."""
    from db.migrate import migrate as run
    from db.timeseries.backend import Backend, TimescaleMissing, Wish

    settings = _settings("migrate")
    if settings.owner_database_url is None:
        typer.secho(f"{PREFIX}OWNER_DATABASE_URL is missing: migrations run as iot_owner", fg="red", err=True)
        raise typer.Exit(2)
    wish = Wish.TIMESCALE if to_timescale else Wish(settings.timeseries)
    try:
        backend = run(
            owner_url=settings.owner_database_url,
            service_urls=[settings.database_url, settings.ingest_database_url],
            admin_url=settings.admin_database_url,
            timeseries=wish,
            move_readings=to_timescale,
        )
    except TimescaleMissing as error:
        typer.secho(f"TimescaleDB can't keep the readings: {error}", fg="red", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"readings are kept by: {backend}")
    if wish is Wish.TIMESCALE and backend is Backend.PLAIN:
        typer.echo("they were here before TimescaleDB: `holdfast migrate --to-timescale` moves them")


@cli.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
) -> None:
    """Say how the readings' tables are doing, what is wrong and how to mend it. Ends with 1 if something is."""
    from app.doctor import examine

    raise typer.Exit(examine(_settings("doctor"), as_json=as_json))


@cli.command()
def api() -> None:
    """Serve the HTTP API."""
    import uvicorn

    from app.core.server import BoundedHead
    from app.main import create_app

    settings = _settings("api")
    app = create_app(settings)

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Before uvicorn waits for the requests in progress: a live stream has no end of its own.
            if "live" in app.state:
                app.state["live"].close()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        http=BoundedHead,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        ws_max_size=64 * 1024,  # what clients say on a live stream has no meaning
        timeout_graceful_shutdown=2,
    )
    # Not uvicorn's own `fd`: it takes every descriptor for a Unix socket, so that TCP_NODELAY is never set and
    # each answer on a kept connection waits 40 ms for the client's delayed acknowledgement.
    listeners = None if settings.http_fd is None else [socket.socket(fileno=settings.http_fd)]
    allow_many_connections()
    collect_rarely()
    Server(config).run(listeners)


@cli.command()
def broker() -> None:
    """Serve MQTT to devices, over mutual TLS. One per installation."""
    import uvloop

    settings = _settings("broker")
    uvloop.run(_broker(settings))


async def _broker(settings: Settings) -> None:
    from app.control.provisioning.authority import load_authority
    from app.core.keys import Keys
    from app.main import pipeline_options
    from db.engine import open_database
    from ingest.broker import Limits, server_tls
    from ingest.pki import issue_server_certificate
    from ingest.service import serve_broker

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    async with open_database(settings.database_url, pool_size=1, statement_timeout_seconds=30) as database:
        authority = await load_authority(database, Keys.derive(settings.secret_key))
    certificate, key = issue_server_certificate(authority, [settings.mqtt_public_host])
    # OpenSSL reads certificates from files only; this one's key is new at each start and needed once.
    with tempfile.TemporaryDirectory(prefix="holdfast-broker-") as folder:
        certificate_file, key_file = Path(folder, "certificate.pem"), Path(folder, "key.pem")
        certificate_file.write_bytes(certificate)
        key_file.write_bytes(key)
        tls = server_tls(certificate_file, key_file, authority.certificate_pem)
    allow_many_connections()
    collect_rarely()
    await serve_broker(
        pipeline_options(settings),
        listener=_mqtt_listener(settings),
        tls=tls,
        limits=Limits(message_max_bytes=settings.message_max_bytes),
        stop=stop,
    )


def _mqtt_listener(settings: Settings) -> socket.socket:
    if settings.mqtt_fd is not None:
        return socket.socket(fileno=settings.mqtt_fd)
    return socket.create_server((settings.mqtt_host, settings.mqtt_port), backlog=1024)


@cli.command()
def openapi(
    output: Annotated[Path | None, typer.Argument(help="A file; standard output otherwise.")] = None,
) -> None:
    """Write the OpenAPI document. Needs no database."""
    from app.main import openapi_document

    text = json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text)


@cli.command()
def export(
    out: Annotated[Path, typer.Option(help="The ZIP file to write.")],
    url: Annotated[str, typer.Option(help="The platform's address.", envvar=f"{PREFIX}URL")],
    scope: Annotated[
        str,
        typer.Option(help="organization, or site:ID, device-group:ID, device:ID, component:ID, sensor:ID."),
    ] = "organization",
    start: Annotated[str | None, typer.Option("--from", help="RFC 3339, included.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="RFC 3339, not included.")] = None,
    api_key: Annotated[
        str, typer.Option(help="An API key; better in the environment.", envvar=f"{PREFIX}API_KEY")
    ] = "",
    export_id: Annotated[
        str | None, typer.Option("--id", help="Fetch this export instead of asking for a new one.")
    ] = None,
) -> None:
    """Export readings as a ZIP of Parquet files: ask, wait, download, compare the hash."""
    from app.client.export import Wanted, run

    raise typer.Exit(run(Wanted(url, api_key, out, scope, start, end, export_id)))


def allow_many_connections() -> None:
    """Every connection is an open file, and the usual soft limit of 1,024 is for shells, not servers."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def collect_rarely() -> None:
    """Set the garbage collector for batches of many small objects that all die young.

    With Python's own thresholds it walks a batch of 20,000 readings again and again while it is being built:
    measured, 1.6 to 1.9 times the CPU of a reading, on every way in.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 1000)


def _settings(process: str) -> Settings:
    from app.core.logs import configure_logs
    from app.standalone.lifeline import watch_lifeline

    watch_lifeline()
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(2) from None
    configure_logs(settings, process)
    os.umask(0o077)
    return settings


def main() -> None:
    cli()


if __name__ == "__main__":
    main()

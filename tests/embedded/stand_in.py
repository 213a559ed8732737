"""Small real programs in place of the platform's own: `python stand_in.py NAME`, see `main`."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from contextlib import suppress

from app.core.lifeline import watch_lifeline


def main() -> None:
    watch_lifeline()
    signal.signal(signal.SIGTERM, _stop)
    {
        "migrate": migrate,
        "api": api,
        "broker": broker,
        "worker": worker,
        "busy": busy,
        "crash": crash,
    }[sys.argv[1]]()


def _stop(*_: object) -> None:
    print(f"stopped at {time.monotonic_ns()}", flush=True)
    os._exit(0)


def migrate() -> None:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    with psycopg.connect(os.environ["HOLDFAST_ADMIN_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("create table if not exists starts (at timestamptz default now())")
        connection.execute("insert into starts default values")
        with suppress(psycopg.errors.DuplicateObject):
            connection.execute("create role app login")
            connection.execute("create database holdfast")
        password = conninfo_to_dict(os.environ["HOLDFAST_DATABASE_URL"])["password"]
        connection.execute(f"alter role app password '{password}'")
        with suppress(psycopg.errors.DuplicateObject):  # fails with a secret in the statement
            connection.execute(
                f"create role postgres password '{os.environ['HOLDFAST_SECRET_KEY']}'"
            )


def api() -> None:
    listener = socket.socket(fileno=int(os.environ["HOLDFAST_HTTP_FD"]))
    while True:
        connection, _ = listener.accept()
        with connection:
            path = connection.recv(65_536).split(b" ")[1]
            body = (
                b"-- certificate --" if path == b"/api/v1/pki/ca.pem" else str(os.getpid()).encode()
            )
            head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body)


def broker() -> None:
    listener = socket.socket(fileno=int(os.environ["HOLDFAST_MQTT_FD"]))
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(f"no TLS: {os.getpid()}".encode())


def worker() -> None:
    while True:
        signal.pause()


def busy() -> None:
    """A worker with queries that end neither soon nor by themselves."""
    import psycopg

    url = os.environ["HOLDFAST_DATABASE_URL"]
    connections = [psycopg.connect(url), psycopg.connect(url)]
    connections[0].pgconn.send_query(b"select pg_sleep(60)")
    connections[1].pgconn.send_query(b"do $$ begin loop end loop; end $$")
    worker()


def crash() -> None:
    print("the reason why it can't work", flush=True)
    sys.exit(3)


if __name__ == "__main__":
    main()

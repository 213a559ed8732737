"""Object stores for tests: a folder that a platform serves, moto's server, and a real S3 store where one is given."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
from msgspec.structs import replace

from app.core.keys import Keys
from app.core.objects import ObjectStore, open_objects
from app.settings import Settings
from tests.make.platform import RunningPlatform

START_SECONDS = 60


@contextlib.contextmanager
def moto_server(port: int = 0) -> Iterator[str]:
    """An S3 stand-in in a process of its own; its endpoint. It checks no signatures."""
    with socket.create_server(("127.0.0.1", port)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    endpoint = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(endpoint, trust_env=False)
                break
            assert time.monotonic() < deadline, "moto's server did not start"
            time.sleep(0.05)
        yield endpoint
    finally:
        server.kill()
        server.wait()


def moto_settings(endpoint: str) -> dict[str, str]:
    """What a platform is given to keep its objects there, in a bucket of its own."""
    return {
        "HOLDFAST_OBJECTS_URL": f"s3://bucket-{secrets.token_hex(6)}?endpoint={endpoint}&addressing=path",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


@contextlib.asynccontextmanager
async def opened_store(
    kind: str, platform: RunningPlatform, moto: str
) -> AsyncIterator[ObjectStore]:
    """A store of that kind: "folder", "moto", or "s3" (TEST_S3_URL, as HOLDFAST_OBJECTS_URL would say it)."""
    settings = Settings.from_environment(platform.program("api").environ())
    if kind == "moto":
        given = moto_settings(moto)
        os.environ.update({name: text for name, text in given.items() if name.startswith("AWS_")})
        storage = replace(settings.storage, objects_url=given["HOLDFAST_OBJECTS_URL"])
        settings = replace(settings, storage=storage)
    elif kind == "s3":
        storage = replace(settings.storage, objects_url=os.environ["TEST_S3_URL"])
        settings = replace(settings, storage=storage)
    async with open_objects(settings, Keys.of(settings.security)) as store:
        await store.prepare()
        yield store


def files_of(platform: RunningPlatform) -> list[Path]:
    """Every file in the platform's object folder, unfinished uploads too."""
    folder = platform.state / "state" / "objects"
    return [path for path in folder.rglob("*") if path.is_file()]

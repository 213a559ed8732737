"""`holdfast recorder`, which is `python -m workers.recorder`: the process that records cameras."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl
from importlib.util import find_spec

import uvloop
from redis.asyncio import Redis

from app.core.keys import Keys
from app.core.objects import open_objects
from app.core.process import begin_process, refuse
from app.media.streams import StreamRules
from app.settings import Settings
from db.connections.pools import open_ingest_pool
from workers.recorder.camera import RecorderDeps
from workers.recorder.live import LiveBudget
from workers.recorder.room import RecorderRoom

VALKEY_SECONDS = 5.0  # for an answer


async def run(settings: Settings) -> None:
    """Record until SIGTERM; then hand on what there is, and leave the cameras to others."""
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    keys, cameras = Keys.of(settings.security), settings.cameras
    async with (
        open_ingest_pool(settings.database.ingest_url, pool_size=4) as pool,
        open_objects(settings, keys) as objects,
        Redis.from_url(settings.storage.redis_url, socket_timeout=VALKEY_SECONDS) as redis,
    ):
        deps = RecorderDeps(
            pool,
            objects,
            keys,
            cameras,
            StreamRules.of(cameras),
            _tls(cameras.authorities_file),
            redis,
            LiveBudget(cameras.live_bytes),
        )
        await RecorderRoom(socket.gethostname(), deps).run(stop)


def _tls(authorities_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if authorities_file:
        context.load_verify_locations(authorities_file)
    return context


def main() -> None:
    settings = begin_process("recorder")
    if find_spec("av") is None:
        refuse("the recorder needs the extra `media`: pip install holdfast[media]")
    try:
        with contextlib.suppress(KeyboardInterrupt):
            uvloop.run(run(settings))
    except (OSError, ssl.SSLError) as error:
        refuse(f"the recorder can't run: {error}")


if __name__ == "__main__":
    main()

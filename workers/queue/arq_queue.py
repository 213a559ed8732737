"""The queue in Valkey, by which jobs find a free worker. It holds nothing that the database doesn't
know."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.constants import in_progress_key_prefix, job_key_prefix, retry_key_prefix

from db.queries.jobs import QueuedJob
from workers.queue.job import WorkerQueue

RUN = "run"  # the one function that arq calls (consumer.py)


def redis_settings(url: str) -> RedisSettings:
    """arq's own parser takes a Unix socket's path as the database's number."""
    if url.startswith("unix://"):
        settings = RedisSettings(unix_socket_path=url.removeprefix("unix://"))
    else:
        settings = RedisSettings.from_dsn(url)
    settings.conn_retries = 0  # whoever uses it tries again
    settings.conn_timeout = 5
    return settings


def queue_name(queue: WorkerQueue) -> str:
    return f"holdfast:{queue.name}"


class QueueClient:
    """Where the relay puts jobs. Every call raises RedisError or OSError while Valkey is away."""

    def __init__(self, url: str) -> None:
        self._settings = redis_settings(url)
        self._redis: ArqRedis | None = None

    async def check(self) -> None:
        await (await self._connected()).ping()

    async def put(self, queue: WorkerQueue, queued: QueuedJob) -> None:
        redis = await self._connected()
        org_id, job_id, fence = str(queued.org_id), str(queued.id), queued.fence
        await redis.enqueue_job(
            RUN, org_id, job_id, fence, _job_id=_entry(queued), _queue_name=queue_name(queue)
        )

    async def forget(self, queues: Iterable[WorkerQueue], queued: QueuedJob) -> None:
        """Take out what arq would keep for a dead worker until its own, long time-out."""
        redis, entry = await self._connected(), _entry(queued)
        for queue in queues:
            await redis.zrem(queue_name(queue), entry)
        await redis.delete(
            *(
                prefix + entry
                for prefix in (job_key_prefix, in_progress_key_prefix, retry_key_prefix)
            )
        )

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.aclose()

    async def _connected(self) -> ArqRedis:
        if self._redis is None:
            self._redis = await create_pool(
                self._settings,
                job_serializer=msgspec.msgpack.encode,
                job_deserializer=msgspec.msgpack.decode,
            )
        return self._redis


def _entry(queued: QueuedJob) -> str:
    """Of one fence: put twice it is there once, and the same job queued anew is another entry."""
    return f"{queued.id}:{queued.fence}"

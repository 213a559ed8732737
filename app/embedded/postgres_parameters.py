"""What PostgreSQL is told in `postgresql.conf`, by the memory of the machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

PORT = 5432  # only a part of the socket's name
MEGABYTE = 1024 * 1024


def memory_bytes() -> int:
    """The memory that we may use: the installed one, or less inside a container."""
    installed = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limits = [
        Path("/sys/fs/cgroup/memory.max"),
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
    ]
    texts = [limit.read_text().strip() for limit in limits if limit.exists()]
    return min(installed, *(int(text) for text in texts if text.isdigit()), installed)


def parameters(memory: int, *, durable: bool) -> dict[str, str]:
    """The parameters of a server that may use so much memory, in bytes; one that isn't durable
    forgets at a crash what it was told, and is faster."""
    on = "on" if durable else "off"
    return {
        "fsync": on,
        "synchronous_commit": on,
        "full_page_writes": on,
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "max_connections": "100",
        "max_locks_per_transaction": "256",  # a query over all partitions locks each of them
        "shared_buffers": _megabytes(memory // 8, 32, 512),
        "effective_cache_size": _megabytes(memory // 2, 128, 65_536),
        "maintenance_work_mem": _megabytes(memory // 64, 32, 256),
        "work_mem": _megabytes(memory // 512, 4, 16),
        "dynamic_shared_memory_type": _shared_memory_type(),
        "random_page_cost": "1.1",
        "jit": "off",
        "wal_compression": "on",
        "max_wal_size": "1GB",
        "checkpoint_timeout": "15min",
        # A busy backend wouldn't notice that its client is gone, nor end when all of us are killed
        # at once.
        "client_connection_check_interval": "2s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "log_min_error_statement": "panic",  # a failing CREATE ROLE … PASSWORD must not reach the log
        "cluster_name": "holdfast",
    }


def _megabytes(size_bytes: int, least: int, most: int) -> str:
    return f"{min(max(size_bytes // MEGABYTE, least), most)}MB"


def _shared_memory_type() -> str:
    """Containers often get 64 MB of /dev/shm, which one parallel hash join fills."""
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108 - asked for its size, nothing is written
    except OSError:
        return "mmap"
    return "posix" if found.f_blocks * found.f_frsize >= 256 * MEGABYTE else "mmap"


def render(given: Mapping[str, str], sockets: Path) -> str:
    """The file `postgresql.conf`, with the directory of the Unix socket."""
    lines = [
        "# Written at every start. Change settings with ALTER SYSTEM: it comes after this file."
    ]
    told = {**given, "unix_socket_directories": str(sockets)}
    lines += [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in told.items()]
    return "\n".join(lines) + "\n"

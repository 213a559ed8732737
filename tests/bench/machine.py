"""What the figures were measured on. They say little elsewhere; the ratios say more."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import asyncpg
import msgspec
import psutil


class Machine(msgspec.Struct, kw_only=True):
    cpu: str
    cores: int
    memory_gigabytes: float
    kernel: str
    python: str
    postgresql: str
    load_before: float
    """Average of the last minute, as the bench began: what others were doing here."""
    load_after: float = 0

    def __str__(self) -> str:
        return (
            f"{self.cpu}, {self.cores} cores, {self.memory_gigabytes:.0f} GB, Linux {self.kernel}, "
            f"Python {self.python}, PostgreSQL {self.postgresql}; "
            f"load average {self.load_before:.1f} before, {self.load_after:.1f} after"
        )


async def describe_machine(
    admin: asyncpg.Connection[asyncpg.Record], load_before: float
) -> Machine:
    return Machine(
        cpu=_cpu_model(),
        cores=len(os.sched_getaffinity(0)),
        memory_gigabytes=psutil.virtual_memory().total / 2**30,
        kernel=platform.release(),
        python=platform.python_version(),
        postgresql=await admin.fetchval("SHOW server_version"),
        load_before=load_before,
    )


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()

"""`python -m workers.twin`: a twin in a process of its own. It says its port in its first line, and
ends with its standard input, of which each line is shown below the clock."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from workers.twin.rtsp import TwinCamera


async def main() -> None:
    shown = [""]

    def lines() -> Sequence[str]:
        now = datetime.now(UTC)
        return now.strftime("%Y-%m-%d"), now.strftime("%H:%M:%S.%f")[:-5], shown[0]

    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def read() -> None:
        line = sys.stdin.readline()
        if line:
            shown[0] = line.strip()[:20]
        else:
            loop.remove_reader(sys.stdin)
            ended.set()

    loop.add_reader(sys.stdin, read)
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    async with TwinCamera(lines).serving(port) as twin:
        sys.stdout.write(f"{twin.port}\n")
        sys.stdout.flush()
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())

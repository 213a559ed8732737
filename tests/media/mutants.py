"""Damaged footage, each file in a process of its own behind the walls: how many broke it.

python -m tests.media.mutants CASES SEED      prints JSON; `make fuzz` runs 7,000
"""

from __future__ import annotations

import io
import json
import os
import random
import signal
import sys
from collections import Counter
from functools import partial

from tests.make.footage import EPOCH, Recipe, record
from workers.clips.child import warm_up
from workers.clips.cut import cut
from workers.clips.footage import FootageSegment
from workers.clips.still import still
from workers.sandbox.walls import SandboxLimits, limit, wall_off

LIMITS = SandboxLimits(20, 1536 << 20, 64 << 20)
RECIPES = (
    Recipe(seconds=4),
    Recipe(seconds=4, codec="hevc"),
    Recipe(seconds=4, b_frames=2),
    Recipe(seconds=4, has_sound=True),
)
HEADERS = 1500  # bytes at the front, where a mistake leads furthest
REFUSED = (ValueError, ArithmeticError, LookupError, OSError, MemoryError, TypeError)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Bytes changed anywhere, in the headers or in lengths; cut off; a piece twice."""
    damaged = bytearray(data)
    match chance.randrange(5):
        case 0:
            for _ in range(chance.randrange(1, 40)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        case 1:
            for _ in range(chance.randrange(1, 20)):
                place = chance.randrange(min(len(damaged), HEADERS))
                damaged[place] = chance.choice([0, 1, 127, 128, 255, chance.randrange(256)])
        case 2:
            for _ in range(chance.randrange(1, 6)):
                place = chance.randrange(min(len(damaged), HEADERS) - 4)
                number = chance.choice([0, 1, 7, 8, 1 << 16, 1 << 31, (1 << 32) - 1])
                damaged[place : place + 4] = number.to_bytes(4, "big")
        case 3:
            del damaged[chance.randrange(len(damaged)) :]
        case _:
            place = chance.randrange(len(damaged))
            damaged[place:place] = damaged[chance.randrange(len(damaged)) :][:5000]
    return bytes(damaged)


def look_into(data: bytes) -> int:
    """In a child: what is done with every clip. 0 for what was read, 1 for what was refused."""
    limit(LIMITS)
    wall_off()
    segment = FootageSegment(EPOCH, EPOCH + 4_000_000, "1-1", data)
    target = io.BytesIO()
    reopen = partial(_reopened, target)
    try:
        still(segment, EPOCH + 1_000_000)
        cut(segment, [segment], EPOCH + 500_000, EPOCH + 3_500_000, target, reopen)
    except REFUSED:
        return 1
    return 0


def _reopened(target: io.BytesIO) -> io.BytesIO:
    return io.BytesIO(target.getvalue())


def main() -> None:
    cases, chance = int(sys.argv[1]), random.Random(int(sys.argv[2]))
    originals = [record(recipe)[0].data for recipe in RECIPES]
    warm_up({"encodes": True})
    outcomes: Counter[str] = Counter()
    for _ in range(cases):
        data = mutated(chance.choice(originals), chance)
        child = os.fork()
        if child == 0:
            code = 2
            try:
                code = look_into(data)
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        outcomes[_word(status)] += 1
    sys.stdout.write(json.dumps(outcomes))


def _word(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return ("read", "refused", "another error")[os.waitstatus_to_exitcode(status)]


if __name__ == "__main__":
    main()

"""Readings as fleets really send them: most in order, some late by a tenth of the run, a few sent twice."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable
from typing import TypeVar

LATE_SHARE = 0.10
DUPLICATE_SHARE = 0.01

Reading = TypeVar("Reading")


def disordered(readings: Iterable[Reading], count: int, seed: str) -> tuple[list[Reading], int]:
    """`count` readings out of at least as many given in order, and how many of them are duplicates.

    A late one is withheld while a tenth of the others pass it: by then newer ones of its sensor are committed.
    """
    chance, source = random.Random(seed), iter(readings)
    delay = max(1, count // 10)
    withheld: deque[tuple[int, Reading]] = deque()
    sent: list[Reading] = []
    duplicates = 0
    while len(sent) < count:
        draw = chance.random()
        if withheld and withheld[0][0] <= len(sent):
            sent.append(withheld.popleft()[1])
        elif draw < DUPLICATE_SHARE and len(sent) > delay:
            sent.append(sent[-delay])
            duplicates += 1
        elif draw < DUPLICATE_SHARE + LATE_SHARE and len(sent) + delay < count:
            withheld.append((len(sent) + delay, next(source)))
        else:
            sent.append(next(source))
    return sent, duplicates

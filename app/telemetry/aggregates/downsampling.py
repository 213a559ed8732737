"""Fewer points that look like all of them. Pure, and in bounded memory: chunks of a long series in, points out.

A chunk is (times, values), ascending over all chunks; a series is cut into slices of as many readings each.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.telemetry.aggregates.functions import Column


class Chunk(NamedTuple):
    """Times in microseconds, and what was measured then."""

    times: NDArray[np.int64]
    values: Column

    def points(self, places: Sequence[int] | NDArray[np.intp]) -> list[tuple[int, float]]:
        return list(zip(self.times[places].tolist(), self.values[places].tolist(), strict=True))


Points = list[tuple[int, float]]


async def everything(chunks: AsyncIterator[Chunk]) -> Points:
    return [
        point
        async for chunk in chunks
        for point in zip(chunk.times.tolist(), chunk.values.tolist(), strict=True)
    ]


async def min_max(chunks: AsyncIterator[Chunk], count: int, points: int) -> Points:
    """The smallest and the largest of each of points // 2 slices, in time's order."""
    found: Points = []
    async for part in _slices(chunks, _cuts(0, count, max(points // 2, 1))):
        found += part.points(sorted({int(np.argmin(part.values)), int(np.argmax(part.values))}))
    return found


async def largest_triangles(chunks: AsyncIterator[Chunk], count: int, points: int) -> Points:
    """Largest Triangle Three Buckets (Steinarsson 2013): the first and the last reading, and of each slice between them
    the one that makes the largest triangle with the point chosen before and the mean of the next slice."""
    cuts = [0, *_cuts(1, count - 1, points - 2), count]
    slices = aiter(_slices(chunks, cuts))
    first = await anext(slices)
    found = first.points([0])
    part = await anext(slices)
    async for following in slices:
        found += part.points([_largest(found[-1], part, following)])
        part = following
    return found + part.points([-1])


def _largest(chosen: tuple[int, float], part: Chunk, following: Chunk) -> int:
    """Where in `part` the triangle is largest. Values are scaled, since squares of large ones are beyond a double."""
    at, value = chosen
    scale = (
        max(abs(value), float(np.abs(part.values).max()), float(np.abs(following.values).max()))
        or 1.0
    )
    mean_at = float((following.times - at).mean())
    mean = float((following.values / scale).mean()) - value / scale
    areas = np.abs((part.values / scale - value / scale) * mean_at - (part.times - at) * mean)
    return int(np.argmax(areas))


def _cuts(start: int, end: int, slices: int) -> list[int]:
    """The edges of so many slices of [start, end), as even as whole numbers allow."""
    return [start + (end - start) * number // slices for number in range(slices + 1)]


async def _slices(chunks: AsyncIterator[Chunk], cuts: Sequence[int]) -> AsyncIterator[Chunk]:
    """What lies between each two neighbouring cuts, none of them empty. Holds a slice and a chunk at most."""
    held: list[Chunk] = []
    have = 0
    for start, end in pairwise(cuts):
        while have < end - start:
            chunk = await anext(chunks)
            held.append(chunk)
            have += chunk.times.size
        joined = Chunk(*(np.concatenate(column) for column in zip(*held, strict=True)))
        held = [Chunk(joined.times[end - start :], joined.values[end - start :])]
        have -= end - start
        yield Chunk(joined.times[: end - start], joined.values[: end - start])

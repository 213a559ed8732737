"""Fewer points, held against the slow way, whatever pieces the readings come in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.telemetry.aggregates.downsampling import (
    Chunk,
    Points,
    everything,
    largest_triangles,
    min_max,
)

_values = st.lists(
    st.floats(-1e6, 1e6).map(lambda value: round(value, 3)), min_size=4, max_size=200
)


def series(values: list[float]) -> Points:
    """Uneven steps, as devices report."""
    return [(1_000_000 * place + 37_000 * (place % 7), value) for place, value in enumerate(values)]


async def chunks(points: Points, size: int) -> AsyncIterator[Chunk]:
    for start in range(0, len(points), size):
        times, values = zip(*points[start : start + size], strict=True)
        yield Chunk(np.array(times, np.int64), np.array(values, np.float64))


def cuts(start: int, end: int, slices: int) -> list[int]:
    return [start + (end - start) * number // slices for number in range(slices + 1)]


def slow_triangles(points: Points, count: int) -> Points:
    """As Steinarsson describes it, point by point; the area twice, signs and all."""
    edges = [*cuts(1, len(points) - 1, count - 2), len(points)]
    chosen = [points[0]]
    for number in range(count - 2):
        following = points[edges[number + 1] : edges[number + 2]]
        mean_at = sum(at for at, _ in following) / len(following)
        mean = sum(value for _, value in following) / len(following)
        (a_at, a), best = chosen[-1], (-1.0, points[0])
        for at, value in points[edges[number] : edges[number + 1]]:
            area = abs((a_at - mean_at) * (value - a) - (a_at - at) * (mean - a))
            if area > best[0] * (1 + 1e-9):
                best = (area, (at, value))
        chosen.append(best[1])
    return [*chosen, points[-1]]


@settings(max_examples=200, deadline=None)
@given(values=_values, share=st.floats(0, 1), size=st.integers(1, 50))
def test_largest_triangles_equal_the_slow_way(values: list[float], share: float, size: int) -> None:
    points = series(values)
    count = 3 + int(share * (len(points) - 4))
    found = asyncio.run(largest_triangles(chunks(points, size), len(points), count))
    assert len(found) == count
    expected = slow_triangles(points, count)
    # Where two triangles are equal but for rounding, either may be chosen, and the rest follows from it.
    same = next(
        (n for n, (one, other) in enumerate(zip(found, expected, strict=True)) if one != other),
        count,
    )
    assert same == count or _tie(points, expected, found, same)


def _tie(points: Points, expected: Points, found: Points, place: int) -> bool:
    edges = [*cuts(1, len(points) - 1, len(expected) - 2), len(points)]
    following = points[edges[place] : edges[place + 1]]
    mean_at = sum(at for at, _ in following) / len(following)
    mean = sum(value for _, value in following) / len(following)
    a_at, a = expected[place - 1]
    one, other = (
        abs((a_at - mean_at) * (value - a) - (a_at - at) * (mean - a))
        for at, value in (expected[place], found[place])
    )
    return one == pytest.approx(other, rel=1e-6, abs=1e-3 * max(abs(v) for _, v in points) + 1)


@settings(max_examples=200, deadline=None)
@given(values=_values, points=st.integers(2, 100), size=st.integers(1, 50))
def test_every_extreme_of_every_slice_is_kept(values: list[float], points: int, size: int) -> None:
    every = series(values)
    points = min(points, len(every))
    found = asyncio.run(min_max(chunks(every, size), len(every), points))
    assert len(found) <= points
    assert found == sorted(set(found))
    edges = cuts(0, len(every), points // 2)
    for start, end in pairwise(edges):
        inside = [value for at, value in found if every[start][0] <= at <= every[end - 1][0]]
        assert {min(inside), max(inside)} == {
            f(value for _, value in every[start:end]) for f in (min, max)
        }


@pytest.mark.parametrize("method", [largest_triangles, min_max])
def test_values_at_the_ends_of_a_double_are_no_trouble(method: Any) -> None:
    values = [1.7e308, -1.7e308, 0.0, 1e-300] * 20
    with np.errstate(all="raise", under="ignore"):
        found = asyncio.run(method(chunks(series(values), 7), len(values), 20))
    assert len(found) == 20


def test_few_points_are_all_of_them() -> None:
    points = series([3.0, 1.0, 2.0])
    assert asyncio.run(everything(chunks(points, 2))) == points

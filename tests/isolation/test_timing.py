"""How long an answer takes must not tell a neighbour's id from one that nobody has."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence

import httpx
import pytest

from tests.isolation.test_routes import call
from tests.make.resources import World, nobodys_ids
from tests.make.routes import WITH_AN_ID, Route

PAIRS = 100
SHUFFLES = 500
ATTEMPTS = 3
READ = [route for route in WITH_AN_ID if route.method == "GET"]


def differ(one: Sequence[float], other: Sequence[float]) -> bool:
    """A permutation test: whether their medians lie further apart than in each of 500 random divisions of them all.

    Nothing is assumed of the noise, and no threshold in milliseconds is needed. By chance it happens once in 500.
    """
    chance = random.Random(len(one))
    every, seen = [*one, *other], abs(statistics.median(one) - statistics.median(other))
    for _ in range(SHUFFLES):
        chance.shuffle(every)
        if abs(statistics.median(every[: len(one)]) - statistics.median(every[len(one) :])) >= seen:
            return False
    return True


def seconds(http: httpx.Client, route: Route, ids: dict[str, str]) -> float:
    while True:
        began = time.perf_counter()
        answer = call(http, route, ids)
        took = time.perf_counter() - began
        if answer.status_code != 429:
            assert answer.status_code == 404
            return took
        time.sleep(int(answer.headers["Retry-After"]))


def measure(http: httpx.Client, route: Route, theirs: World) -> tuple[list[float], list[float]]:
    """Of a neighbour's ids and of nobody's, in turns whose order is drawn: what disturbs one disturbs the other."""
    foreign: list[float] = []
    unknown: list[float] = []
    for _ in range(PAIRS):
        turns = [(foreign, theirs.ids), (unknown, nobodys_ids())]
        random.shuffle(turns)
        for found, ids in turns:
            found.append(seconds(http, route, ids))
    return foreign, unknown


@pytest.mark.parametrize("route", READ, ids=str)
def test_a_neighbours_id_takes_as_long_as_nobodys(ours: World, theirs: World, route: Route) -> None:
    http = ours.organization.http
    seconds(http, route, theirs.ids)
    # Chance alone would have to differ three times in a row, once in 500 each.
    assert not all(differ(*measure(http, route, theirs)) for _ in range(ATTEMPTS))


def test_a_tenth_of_a_millisecond_would_be_seen() -> None:
    noise = random.Random(1)
    same = [noise.lognormvariate(-6.5, 0.1) for _ in range(PAIRS)]
    later = [noise.lognormvariate(-6.5, 0.1) + 0.0001 for _ in range(PAIRS)]
    again = [noise.lognormvariate(-6.5, 0.1) for _ in range(PAIRS)]
    assert differ(same, later)
    assert not differ(same, again)

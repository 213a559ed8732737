"""The platform's own counters, as /metrics tells them to whoever asks every second."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import httpx
from prometheus_client.parser import text_string_to_metric_families

SAMPLE_SECONDS = 1.0
SAMPLES = 40  # changes between two, that is; they are kept for a sparkline
RECENT_SECONDS = 10.0  # over which quantiles are taken; rates over half of it


class CounterSample(NamedTuple):
    """What /metrics said of MQTT at one moment."""

    at: float  # time.monotonic()
    accepted: float = 0
    duplicates: float = 0
    quarantined: float = 0
    # Publish to commit: upper bound in seconds, messages up to it.
    buckets: tuple[tuple[float, float], ...] = ()


class Figures:
    """The platform's counters over the last minute."""

    def __init__(self) -> None:
        self._samples: deque[CounterSample] = deque(maxlen=SAMPLES + 1)

    async def watch(self, http: httpx.AsyncClient, url: str) -> None:
        """Ask for the metrics every second, until cancelled. While nobody answers, the last ones
        stand."""
        while True:
            try:
                answer = (await http.get(url)).raise_for_status()
                self._samples.append(sample(answer.text))
            except httpx.HTTPError:
                pass
            await asyncio.sleep(SAMPLE_SECONDS)

    @property
    def now(self) -> CounterSample:
        return self._samples[-1] if self._samples else CounterSample(time.monotonic())

    def rates(self) -> list[float]:
        """Readings accepted per second, from sample to sample."""
        return [_rate(before, after) for before, after in itertools.pairwise(self._samples)]

    def rate(self) -> float:
        """Readings accepted per second, over the last seconds."""
        before = self._before(RECENT_SECONDS / 2)
        return _rate(before, self.now) if before else 0.0

    def commit_quantile(self, q: float) -> float | None:
        """Seconds from a message's arrival to its commit, over the last seconds; None when none
        came."""
        before = self._before(RECENT_SECONDS)
        if before is None:
            return None
        old = dict(before.buckets)
        return quantile(
            [(bound, count - old.get(bound, 0)) for bound, count in self.now.buckets], q
        )

    def _before(self, seconds: float) -> CounterSample | None:
        """The oldest sample of that time."""
        since = self.now.at - seconds
        recent = [each for each in self._samples if each.at >= since]
        return recent[0] if len(recent) > 1 else None


def sample(text: str) -> CounterSample:
    """Read /metrics in Prometheus' text format."""
    counts: dict[str, float] = {}
    buckets: dict[float, float] = {}
    for family in text_string_to_metric_families(text):
        for name, labels, value, *_ in family.samples:
            if labels.get("via") != "mqtt":
                continue
            if name == "holdfast_readings_total":
                counts[labels["result"]] = value
            elif name == "holdfast_publish_to_commit_seconds_bucket":
                buckets[float(labels["le"])] = value
    return CounterSample(
        time.monotonic(),
        counts.get("accepted", 0),
        counts.get("duplicate", 0),
        counts.get("quarantined", 0),
        tuple(sorted(buckets.items())),
    )


def quantile(buckets: Sequence[tuple[float, float]], q: float) -> float | None:
    """A quantile out of cumulative buckets, interpolated as Prometheus' histogram_quantile does."""
    if not buckets or buckets[-1][1] <= 0:
        return None
    wanted = q * buckets[-1][1]
    lower, below = 0.0, 0.0
    for upper, count in buckets:
        if count >= wanted:
            if math.isinf(upper):
                return lower
            return lower + (upper - lower) * (wanted - below) / (count - below)
        lower, below = upper, count
    return lower


def _rate(before: CounterSample, after: CounterSample) -> float:
    return max(after.accepted - before.accepted, 0) / (after.at - before.at)

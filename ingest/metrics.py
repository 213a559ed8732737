"""What the hot path counts, for /metrics. Prometheus sums them over the processes of one machine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from prometheus_client import Counter, Gauge, Histogram


class BulkHistogram(Histogram):
    """Observes many amounts at once: one by one, they cost a broker more than taking a reading in does."""

    def observe_all(self, amounts: Sequence[float]) -> None:
        counts = np.bincount(np.searchsorted(self._upper_bounds, amounts))
        self._sum.inc(sum(amounts))
        for bucket, count in zip(self._buckets, counts.tolist(), strict=False):
            if count:
                bucket.inc(count)


readings = Counter(
    "holdfast_readings", "Readings by what became of them, counted after commit.", ["result", "via"]
)
beyond_quarantine = Counter(
    "holdfast_beyond_quarantine",
    "Refused elements that were not kept: their organization's quarantine is full.",
)
batch_readings = Histogram(
    "holdfast_ingest_batch_readings",
    "Elements committed in one transaction.",
    buckets=(1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000),
)
commit_seconds = Histogram(
    "holdfast_ingest_commit_seconds",
    "Seconds from the first statement of an ingest transaction to its commit.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
publish_to_commit_seconds = BulkHistogram(
    "holdfast_publish_to_commit_seconds",
    "Seconds from a message's arrival to its commit.",
    ["via"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60),
)
connected_devices = Gauge(
    "holdfast_connected_devices", "Devices with a live MQTT session.", multiprocess_mode="livesum"
)
tls_handshake_failures = Counter(
    "holdfast_tls_handshake_failures", "MQTT connections that failed in TLS.", ["reason"]
)
live_published = Counter("holdfast_live_published_readings", "Readings appended to the live log.")
live_dropped = Counter(
    "holdfast_live_dropped_readings",
    "Committed readings that live clients were not told of; they were told that something is missing.",
)
alert_looks = Counter(
    "holdfast_alert_looks",
    "Sensors whose readings left their quiet band or came late, and were looked at.",
)

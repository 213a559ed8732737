"""What live push counts, for /metrics."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

connections = Gauge("holdfast_live_connections", "Open live streams.", multiprocess_mode="livesum")
conflated = Counter(
    "holdfast_live_conflated_readings",
    "Readings folded into the newest of their sensor, for clients that read too slowly.",
)
resets = Counter("holdfast_live_resets", "Streams that began anew with a snapshot.", ["reason"])

"""What the write path is told of the settings, in each process that has one; and the readers of the
API."""

from __future__ import annotations

from datetime import timedelta

from app.settings import Settings
from ingest.formats.reader_processes import ReaderProcesses
from ingest.formats.reading import Bounds
from ingest.pipeline.check import AcceptedAge
from ingest.service import PipelineOptions


def pipeline_options(settings: Settings) -> PipelineOptions:
    return PipelineOptions(
        database_url=settings.database.ingest_url,
        accepted_age=AcceptedAge(
            behind=timedelta(days=settings.retention.accepted_age_days),
            ahead=timedelta(seconds=settings.retention.accepted_ahead_seconds),
        ),
        sensors_per_device=settings.limits.sensors_per_device,
        known_sensors=settings.limits.known_sensors,
        health_age=AcceptedAge(
            behind=timedelta(days=settings.retention.health_days),
            ahead=timedelta(seconds=settings.retention.accepted_ahead_seconds),
        ),
        redis_url=settings.storage.redis_url,
        live_log_bytes=settings.live.log_bytes,
    )


def reader_processes(settings: Settings) -> ReaderProcesses:
    limits = settings.limits
    bounds = Bounds(limits.batch_max_readings, limits.batch_max_bytes)
    return ReaderProcesses(limits.reader_processes, bounds)

"""How old a reading may be when it comes, and how long what is kept is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from app.settings.group import PREFIX, Positive, SettingsGroup, named


class RetentionSettings(SettingsGroup, frozen=True, kw_only=True):
    # How far a reading's time may lie behind or ahead of the database's clock. Retention must be
    # longer than the accepted age, or a reading could be accepted into a partition that is being
    # dropped.
    accepted_age_days: Annotated[Positive, named("ACCEPTED_AGE_DAYS")] = 400
    accepted_ahead_seconds: Annotated[Positive, named("ACCEPTED_AHEAD_SECONDS")] = 600
    # How long readings are kept, and their rollups by minute, quarter of an hour, hour and day. An
    # organization may ask for less.
    readings_days: Annotated[Positive, named("RETENTION_DAYS")] = 430
    rollups_days: Annotated[Positive, named("ROLLUP_RETENTION_DAYS")] = 3650
    # Readings that come later than this after a quarter of an hour's end cost a repair of its
    # rollup.
    rollup_settle_seconds: Annotated[Positive, named("ROLLUP_SETTLE_SECONDS")] = 60

    # How long what devices say of their health is kept.
    health_days: Annotated[Positive, named("HEALTH_DAYS")] = 30
    # How long the log of devices' connections is kept.
    connections_days: Annotated[Positive, named("CONNECTIONS_DAYS")] = 30
    # How long the journal of events is kept; by whole months, so up to a month longer.
    events_days: Annotated[Positive, named("EVENTS_DAYS")] = 730
    # How long the audit log is kept; by whole months, too.
    audit_days: Annotated[Positive, named("AUDIT_DAYS")] = 730
    # How long commands that have ended are kept, with what devices answered.
    commands_days: Annotated[Positive, named("COMMANDS_DAYS")] = 90
    # How long what was refused is kept after it last came.
    quarantine_days: Annotated[Positive, named("QUARANTINE_DAYS")] = 90
    # How long the log of what was told of alerts is kept.
    notifications_days: Annotated[Positive, named("NOTIFICATIONS_DAYS")] = 90
    # How long a request with an Idempotency-Key may be sent again.
    idempotency_hours: Annotated[Positive, named("IDEMPOTENCY_HOURS")] = 24
    # How long jobs that succeeded or were discarded are shown. The dead stay until people decide.
    finished_jobs_days: Annotated[Positive, named("FINISHED_JOBS_DAYS")] = 7
    # How long the file of an export is kept.
    export_hours: Annotated[Positive, named("EXPORT_HOURS")] = 24
    # How old an upload is that nobody will finish.
    unfinished_uploads_hours: Annotated[Positive, named("UNFINISHED_UPLOADS_HOURS")] = 24

    def faults(self) -> Iterator[str]:
        if not self.accepted_age_days + 1 < self.readings_days <= self.rollups_days:
            yield (
                f"{PREFIX}RETENTION_DAYS must be more than a day longer than "
                f"{PREFIX}ACCEPTED_AGE_DAYS and not longer than {PREFIX}ROLLUP_RETENTION_DAYS"
            )

"""Sensors whose readings are calculated of others'."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Double, ForeignKeyConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Row, Timestamps
from db.models.fleet import Sensor


class Calculation(Timestamps, Row):
    """What a sensor is calculated by. All up to `calculated_to` agrees with the definition, but for
    what CalculationLate says; `is_declared` by the profile of the sensor's component."""

    __tablename__ = "calculation"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "sensor_id"], [Sensor.org_id, Sensor.id]),
        Index("ix_calculation_due", "due_at"),
        Index("ix_calculation_inputs_due", "inputs_due_at"),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    sensor_id: Mapped[UUID] = mapped_column(primary_key=True)
    definition: Mapped[dict[str, Any]]
    is_declared: Mapped[bool] = mapped_column(server_default=text("false"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    values_per_day: Mapped[float] = mapped_column(Double)
    from_at: Mapped[datetime]
    calculated_to: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    inputs_due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    failed_until: Mapped[datetime | None]
    inputs_left_out: Mapped[int] = mapped_column(server_default=text("0"))
    gap_at: Mapped[datetime | None]
    gap_reason: Mapped[str | None]
    created_by: Mapped[str]


class CalculationInput(Row):
    """A sensor that stands for an input's name, for the moments in [from_at, to_at). `is_seen`: it
    has readings, and what comes late of them was noted since."""

    __tablename__ = "calculation_input"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "sensor_id"],
            [Calculation.org_id, Calculation.sensor_id],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(["org_id", "input_id"], [Sensor.org_id, Sensor.id]),
        Index("ix_calculation_input_input", "org_id", "input_id", "sensor_id"),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    sensor_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    input_id: Mapped[UUID] = mapped_column(primary_key=True)
    from_at: Mapped[datetime] = mapped_column(
        primary_key=True, server_default=text("'-infinity'::timestamptz")
    )
    to_at: Mapped[datetime] = mapped_column(server_default=text("'infinity'::timestamptz"))
    is_seen: Mapped[bool] = mapped_column(server_default=text("false"))


class CalculationLate(Row):
    """Readings of its inputs in [from_at, to_at] came or went behind what was calculated."""

    __tablename__ = "calculation_late"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "sensor_id"],
            [Calculation.org_id, Calculation.sensor_id],
            ondelete="CASCADE",
        ),
        Index("ix_calculation_late_sensor", "org_id", "sensor_id", "id"),
        Index("ix_calculation_late_id", "id"),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("api.org()"))
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    sensor_id: Mapped[UUID]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]

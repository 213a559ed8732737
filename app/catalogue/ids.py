"""The ids of this area's resources, as they travel, and an example of each."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from app.core.documentation import described, example_id

SENSOR_PROFILE = example_id("sensor profile")
DEVICE_PROFILE = example_id("device profile")

SensorProfileId = Annotated[UUID, described("The version of a sensor profile.", SENSOR_PROFILE)]
DeviceProfileId = Annotated[UUID, described("The version of a device profile.", DEVICE_PROFILE)]

"""The ids of this area's resources, as they travel, and an example of each."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from app.core.documentation import described, example_id

SITE = example_id("site")
DEVICE_GROUP = example_id("device group")
DEVICE = example_id("device")
COMPONENT = example_id("component")
SENSOR = example_id("sensor")

SiteId = Annotated[UUID, described("The site.", SITE)]
DeviceGroupId = Annotated[UUID, described("The device group.", DEVICE_GROUP)]
DeviceId = Annotated[UUID, described("The device.", DEVICE)]
ComponentId = Annotated[UUID, described("The component.", COMPONENT)]
SensorId = Annotated[UUID, described("The sensor.", SENSOR)]

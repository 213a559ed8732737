"""The ids of this area's resources, as they travel, and an example of each."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from app.core.documentation import described, example_id

CAMERA = example_id("camera")

CameraId = Annotated[UUID, described("The camera.", CAMERA)]

CAPTURE, CAPTURE_RULE = example_id("media capture"), example_id("media capture rule")
CaptureId = Annotated[UUID, described("The capture.", CAPTURE)]
CaptureRuleId = Annotated[UUID, described("The rule.", CAPTURE_RULE)]

"""The ids of this area's resources, as they travel, and an example of each."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from app.core.documentation import described, example_id

CONFIG_ARTEFACT = example_id("config artefact")
BINDING = example_id("desired state binding")
ROLLOUT = example_id("rollout")

ConfigArtefactId = Annotated[UUID, described("The version of a configuration.", CONFIG_ARTEFACT)]
RolloutId = Annotated[UUID, described("The roll-out.", ROLLOUT)]
BindingId = Annotated[UUID, described("The binding.", BINDING)]

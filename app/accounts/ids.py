"""The ids of this area's resources, as they travel, and an example of each."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from app.core.documentation import described, example_id

ORGANIZATION = example_id("organization")
USER = example_id("user")
API_KEY = example_id("api key")

OrganizationId = Annotated[UUID, described("The organization.", ORGANIZATION)]
UserId = Annotated[UUID, described("The person.", USER)]
ApiKeyId = Annotated[UUID, described("The API key.", API_KEY)]

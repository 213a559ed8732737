"""The ids of this area's resources, as they travel, and an example of each."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from app.core.documentation import described, example_id

DASHBOARD = example_id("dashboard")

DASHBOARD_SHARE = example_id("dashboard share")

DashboardId = Annotated[UUID, described("The dashboard.", DASHBOARD)]
DashboardShareId = Annotated[UUID, described("The share link.", DASHBOARD_SHARE)]

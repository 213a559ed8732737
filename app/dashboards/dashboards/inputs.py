"""What the series of widgets ask for: which sensors."""

from __future__ import annotations

from collections.abc import Sequence

from app.dashboards.dashboards.documents import DashboardWidget
from db.queries.dashboards import SensorQuestion


def questions_of(widgets: Sequence[DashboardWidget]) -> list[SensorQuestion]:
    """One for each series, widget by widget."""
    inputs = (series.input for widget in widgets for series in widget.series)
    return [
        SensorQuestion(
            each.sensor_id,
            each.device_id,
            each.component,
            each.sensor,
            each.sensor_profile,
            each.field,
        )
        for each in inputs
    ]

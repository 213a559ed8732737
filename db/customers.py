"""What people and keys of an organization's customer see: every tenant's table, in one list.

The policy `tenant` keeps organizations apart. A second one, `customer`, is restrictive: in a
transaction of a customer, which is run as a role of its own (db/connections/tenants.py), a row must
satisfy both. For all others it isn't there: as part of everybody's policies it made counting
20,000 devices three times as dear, since an index alone no longer answered it.

What a device has is its device's: nothing is written twice, so that a device which gets another
customer has it with its next statement. Which devices those are is asked once for a statement.

A table that isn't in the list is hidden: db/migrations/customers.py makes the policies what this
says, at each migration. tests/isolation/test_customers.py walks the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Sight(Enum):
    """What doesn't depend on the row."""

    HIDDEN = "the organization's own"
    READABLE = "everybody's in the organization to read; none of it is of one customer"


HIDDEN, READABLE = Sight.HIDDEN, Sight.READABLE

Visibility = Sight | str
"""Or the condition that a row must satisfy, in SQL."""

OWN = "customer_id = (SELECT api.customer())"
OF_DEVICE = "device_id IN (SELECT api.customer_devices())"
OF_SENSOR = "sensor_id IN (SELECT api.customer_sensors())"
# What somebody does themselves they may write down, and see.
_DOING = "current_setting('app.actor', true)"


def _of(table: str, column: str) -> str:
    """Hangs on a row of another table, which has a policy of its own."""
    return f"EXISTS (SELECT FROM platform.{table} t WHERE t.id = {column})"


_OF_CAMERA = _of("camera", "camera_id")

VISIBLE_TO_CUSTOMERS: Mapping[str, Visibility] = {
    # Who: themselves and one another, and nobody else.
    "organization": READABLE,  # its name stands above everything
    "customer": "id = (SELECT api.customer())",
    "membership": OWN,
    "user_session": "EXISTS (SELECT FROM platform.membership t WHERE t.user_id = "
    "user_session.user_id)",
    "idempotency_record": f"principal = {_DOING}",
    "invitation": HIDDEN,
    "api_key": HIDDEN,
    "former_api_key": HIDDEN,
    "audit_entry": HIDDEN,
    "audit_seal": HIDDEN,
    "usage": HIDDEN,
    # Kinds: what a device's parts, values and commands mean.
    "sensor_profile": READABLE,
    "device_profile": READABLE,
    "device_profile_component": READABLE,
    "annotation_class": READABLE,
    "pack": HIDDEN,
    # Things.
    "site": OWN,
    "device": OWN,
    "device_group": HIDDEN,  # by tags, over all customers
    "device_tag": OF_DEVICE,
    "device_word": OF_DEVICE,
    "device_placement": OF_DEVICE,
    "device_health": OF_DEVICE,
    "device_connection": OF_DEVICE,
    "component": OF_DEVICE,
    "sensor": OF_DEVICE,
    "sensor_word": OF_SENSOR,
    "calculation": OF_SENSOR,
    "calculation_input": OF_SENSOR,
    "calculation_late": HIDDEN,
    # What is said to them.
    "command": OF_DEVICE,
    "command_run": HIDDEN,
    "device_message": OF_DEVICE,
    "device_lease": OF_DEVICE,
    "device_key": OF_DEVICE,
    "certificate": OF_DEVICE,
    "registration_token": HIDDEN,
    "config_artefact": HIDDEN,
    "desired_state_binding": HIDDEN,
    "device_config": HIDDEN,
    "device_config_entry": HIDDEN,
    "rollout": HIDDEN,
    # What they say. Readings lie behind functions and views of schema `api`, which ask the same.
    "quarantine_entry": HIDDEN,
    "quarantine_wave": HIDDEN,
    "event": f"device_id IN (SELECT api.customer_devices()) OR actor = {_DOING}",
    "annotation": OF_DEVICE,
    "reference_pair": HIDDEN,
    "alert": OF_DEVICE,
    "alert_comment": _of("alert", "alert_id"),
    "alert_outbox": _of("alert", "alert_id"),
    "alert_transition": OF_SENSOR,
    "alert_pair": HIDDEN,
    # Of those that fired on something of theirs: what such an alert says of its rule.
    "alert_rule": "EXISTS (SELECT FROM platform.alert t WHERE t.rule_id = alert_rule.id)",
    "alert_rule_version": "EXISTS (SELECT FROM platform.alert t WHERE t.rule_id = "
    "alert_rule_version.rule_id)",
    "alert_mute": HIDDEN,
    "alert_backtest": HIDDEN,
    "notification": HIDDEN,
    "notification_channel": HIDDEN,
    "job_definition": HIDDEN,
    "job_run": HIDDEN,
    "job_input": HIDDEN,
    # What is seen.
    "camera": OF_DEVICE,
    "camera_lease": _OF_CAMERA,
    "dvr_segment": _OF_CAMERA,
    "dvr_upload": _OF_CAMERA,
    "dvr_clip_request": _OF_CAMERA,
    "live_session": _OF_CAMERA,
    "media_capture": _OF_CAMERA,
    "media_capture_rule": HIDDEN,
    "media_capture_state": HIDDEN,
    "media_usage": HIDDEN,
    "object_garbage": HIDDEN,
    # What is made of it.
    "dashboard": OWN,
    "dashboard_share": OWN,
    "export": OWN,
    "job": OWN,
}

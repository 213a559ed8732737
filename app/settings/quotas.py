"""How much each organization may have of what costs the platform something.

`holdfast migrate` tells the database, which counts and refuses, whoever adds: see
db/functions/auth/room_for.sql.
"""

from __future__ import annotations

from typing import Annotated

from app.settings.group import Positive, SettingsGroup, named


class QuotaSettings(SettingsGroup, frozen=True, kw_only=True):
    devices: Annotated[Positive, named("QUOTA_DEVICES")] = 100_000
    components: Annotated[Positive, named("QUOTA_COMPONENTS")] = 200_000
    # Devices make them by reporting.
    sensors: Annotated[Positive, named("QUOTA_SENSORS")] = 500_000
    sites: Annotated[Positive, named("QUOTA_SITES")] = 10_000
    device_groups: Annotated[Positive, named("QUOTA_DEVICE_GROUPS")] = 1_000
    dashboards: Annotated[Positive, named("QUOTA_DASHBOARDS")] = 1_000
    # Those that are good for something at the moment.
    api_keys: Annotated[Positive, named("QUOTA_API_KEYS")] = 1_000
    registration_tokens: Annotated[Positive, named("QUOTA_REGISTRATION_TOKENS")] = 20_000
    # Versions of sensor and device profiles together, and of packs.
    profiles: Annotated[Positive, named("QUOTA_PROFILES")] = 10_000
    packs: Annotated[Positive, named("QUOTA_PACKS")] = 200
    # Versions of configurations, and what they are bound to.
    config_artefacts: Annotated[Positive, named("QUOTA_CONFIG_ARTEFACTS")] = 2_000
    config_bindings: Annotated[Positive, named("QUOTA_CONFIG_BINDINGS")] = 10_000
    alert_rules: Annotated[Positive, named("QUOTA_ALERT_RULES")] = 1_000
    # Those that are over count until they are deleted.
    alert_mutes: Annotated[Positive, named("QUOTA_ALERT_MUTES")] = 1_000
    cameras: Annotated[Positive, named("QUOTA_CAMERAS")] = 1_000
    annotation_classes: Annotated[Positive, named("QUOTA_ANNOTATION_CLASSES")] = 1_000
    # Of people, rules and jobs together.
    annotations: Annotated[Positive, named("QUOTA_ANNOTATIONS")] = 5_000_000
    reference_pairs: Annotated[Positive, named("QUOTA_REFERENCE_PAIRS")] = 10_000
    job_definitions: Annotated[Positive, named("QUOTA_JOB_DEFINITIONS")] = 1_000
    customers: Annotated[Positive, named("QUOTA_CUSTOMERS")] = 1_000
    # Of payloads in quarantine. Beyond it, what is refused is told of and not kept.
    quarantine_bytes: Annotated[Positive, named("QUOTA_QUARANTINE_BYTES")] = 256_000_000
    # Days, a day, that its readings may be the first of on the whole platform: each has a partition
    # then, which every question over such a time looks into. Less than the accepted age makes who
    # brings a history of that length come again tomorrow with the rest.
    days_opened: Annotated[Positive, named("QUOTA_DAYS_OPENED")] = 400

    def by_kind(self) -> dict[str, int]:
        """As the database calls them."""
        return {
            "devices": self.devices,
            "components": self.components,
            "sensors": self.sensors,
            "sites": self.sites,
            "device groups": self.device_groups,
            "dashboards": self.dashboards,
            "API keys": self.api_keys,
            "registration tokens": self.registration_tokens,
            "profiles": self.profiles,
            "packs": self.packs,
            "config artefacts": self.config_artefacts,
            "config bindings": self.config_bindings,
            "alert rules": self.alert_rules,
            "alert mutes": self.alert_mutes,
            "cameras": self.cameras,
            "annotation classes": self.annotation_classes,
            "annotations": self.annotations,
            "reference pairs": self.reference_pairs,
            "job definitions": self.job_definitions,
            "customers": self.customers,
            "quarantine bytes": self.quarantine_bytes,
            "days opened": self.days_opened,
        }

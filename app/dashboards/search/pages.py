"""The console's pages, as they are found: their names, what people call them, who may see them."""

from __future__ import annotations

from typing import NamedTuple

from app.permissions import Permission


class ConsolePage(NamedTuple):
    """`path` is below `/console/{organization}/`; `words` are what it is looked for by besides."""

    name: str
    path: str
    permission: Permission
    words: str = ""


PAGES = (
    ConsolePage("Home", "", "devices:read", "overview start"),
    ConsolePage("Devices", "devices", "devices:read", "fleet things"),
    ConsolePage("Register a device", "devices/new", "devices:write", "add new provision token"),
    ConsolePage("Configuration", "configuration", "config:read", "settings versions artefacts"),
    ConsolePage("Roll-outs", "configuration/rollouts", "config:read", "rollouts phases canary"),
    ConsolePage("Drift", "configuration/drift", "config:read", "differs configuration"),
    ConsolePage("Commands", "commands", "commands:read", "runs bulk tell groups"),
    ConsolePage("Dashboards", "dashboards", "dashboards:read", "charts widgets"),
    ConsolePage("Alerts", "alerts", "alerts:read", "alarms open"),
    ConsolePage("Alert rules", "alerting", "alert-rules:read", "alarms thresholds conditions"),
    ConsolePage("Events", "events", "events:read", "journal log history"),
    ConsolePage("Quarantine", "admin/quarantine", "quarantine:read", "refused readings rejected"),
    ConsolePage("API keys", "admin/keys", "api-keys:read", "tokens scopes programs"),
    ConsolePage("Sessions", "admin/sessions", "organization:read", "sign out browsers"),
)

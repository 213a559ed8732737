"""Settings are read once, at the start, and what is wrong with them is said with their name."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from itertools import chain
from typing import Any

import msgspec
import pytest

from app.core import lifeline
from app.embedded.leftovers import STATE_VARIABLE
from app.settings import PREFIX, DatabaseSettings, Settings, SettingsError
from app.settings.environment import OTHERS, variables

LEAST = {
    "DATABASE_URL": "postgresql://app@/holdfast",
    "INGEST_DATABASE_URL": "postgresql://iot_ingest@/holdfast",
    "REDIS_URL": "redis://localhost",
    "OBJECTS_URL": "file:///tmp/objects",
    "SECRET_KEY": "9f86d081884c7d659a2feaa0c55ad015",
}
RANDOM, OLD, OLDER = (sha256(name).hexdigest() for name in (b"new", b"old", b"older"))
# By group, as operators write them after HOLDFAST_, with a value that is not the default's and its
# field: a name that was once given stays.
NAMES: dict[str, list[tuple[str, str, str, Any]]] = {
    "server": [
        ("PUBLIC_URL", "https://x.test", "public_url", "https://x.test"),
        ("MQTT_PUBLIC_HOST", "m.test", "mqtt_public_host", "m.test"),
        ("MQTT_PUBLIC_PORT", "1", "mqtt_public_port", 1),
        ("HTTP_HOST", "::1", "http_host", "::1"),
        ("HTTP_PORT", "0", "http_port", 0),
        ("HTTP_FD", "7", "http_fd", 7),
        ("METRICS_HOST", "::1", "metrics_host", "::1"),
        ("METRICS_PORT", "2", "metrics_port", 2),
        ("METRICS_FD", "9", "metrics_fd", 9),
        ("MQTT_HOST", "::1", "mqtt_host", "::1"),
        ("MQTT_PORT", "2", "mqtt_port", 2),
        ("MQTT_FD", "8", "mqtt_fd", 8),
        ("MQTT_RSA_CERTIFICATE_FILE", "/rsa.pem", "mqtt_rsa_certificate_file", "/rsa.pem"),
        ("MQTT_RSA_KEY_FILE", "/rsa.key", "mqtt_rsa_key_file", "/rsa.key"),
        ("TRUSTED_PROXIES", "192.0.2.7, 10.0.0.0/8", "trusted_proxies", "192.0.2.7, 10.0.0.0/8"),
        ("CORS_ORIGINS", "*", "cors_origins", "*"),
        ("EMBED_ORIGINS", "https://a.example", "embed_origins", "https://a.example"),
        ("MAP_TILES_URL", "http://t/{z}/{x}/{y}", "map_tiles_url", "http://t/{z}/{x}/{y}"),
        ("MAP_TILES_ATTRIBUTION", "© them", "map_tiles_attribution", "© them"),
        ("GATEWAY_ORIGINS", "http://10.0.0.5:8888", "gateway_origins", "http://10.0.0.5:8888"),
        ("EXPOSE_OPENAPI", "false", "expose_openapi", False),
    ],
    "database": [
        ("DATABASE_URL", "postgresql://a", "url", "postgresql://a"),
        ("INGEST_DATABASE_URL", "postgresql://b", "ingest_url", "postgresql://b"),
        ("OWNER_DATABASE_URL", "postgresql://c", "owner_url", "postgresql://c"),
        ("ADMIN_DATABASE_URL", "postgresql://d", "admin_url", "postgresql://d"),
        ("TIMESERIES", "plain", "timeseries", "plain"),
        ("DATABASE_POOL_SIZE", "3", "pool_size", 3),
        ("ORGANIZATION_CONNECTIONS", "4", "connections_per_organization", 4),
        ("STATEMENT_TIMEOUT_SECONDS", "5", "statement_timeout_seconds", 5),
    ],
    "storage": [
        ("REDIS_URL", "redis://x", "redis_url", "redis://x"),
        ("OBJECTS_URL", "s3://x", "objects_url", "s3://x"),
    ],
    "security": [
        ("SECRET_KEY", RANDOM, "secret_key", RANDOM),
        ("SECRET_KEYS_OLD", f"{OLD}, {OLDER}", "secret_keys_old", f"{OLD}, {OLDER}"),
        ("BROKER_SECRET_KEY", OLDER, "broker_secret_key", OLDER),
        ("ALLOW_REGISTRATION", "true", "allow_registration", True),
        ("ACCESS_TOKEN_SECONDS", "6", "access_token_seconds", 6),
        ("REFRESH_TOKEN_DAYS", "7", "refresh_token_days", 7),
        ("SESSION_DAYS", "70", "session_days", 70),
        ("SIGNING_KEY_DAYS", "71", "signing_key_days", 71),
        ("REGISTRATION_TOKEN_SECONDS", "8", "registration_token_seconds", 8),
        ("CERTIFICATE_DAYS", "9", "certificate_days", 9),
        ("CERTIFICATE_OVERLAP_HOURS", "62", "certificate_overlap_hours", 62),
        ("REVOCATION_LIST_HOURS", "42", "revocation_list_hours", 42),
        ("REVOCATION_LIST_SECONDS", "43", "revocation_list_seconds", 43),
    ],
    "logs": [
        ("LOG_FORMAT", "console", "format", "console"),
        ("LOG_LEVEL", "DEBUG", "level", "DEBUG"),
    ],
    "limits": [
        ("REQUEST_MAX_BYTES", "10", "request_max_bytes", 10),
        ("IMPORT_MAX_BYTES", "11", "import_max_bytes", 11),
        ("BATCH_MAX_BYTES", "12", "batch_max_bytes", 12),
        ("BATCH_MAX_READINGS", "13", "batch_max_readings", 13),
        ("READER_PROCESSES", "3", "reader_processes", 3),
        ("PACK_MAX_BYTES", "14", "pack_max_bytes", 14),
        ("MESSAGE_MAX_BYTES", "15", "message_max_bytes", 15),
        ("SENSORS_PER_DEVICE", "16", "sensors_per_device", 16),
        ("QUERY_MAX_READINGS", "17", "query_max_readings", 17),
        ("OPEN_EXPORTS_PER_ORGANIZATION", "18", "open_exports_per_organization", 18),
        ("ALERT_PAIRS_PER_ORGANIZATION", "63", "alert_pairs_per_organization", 63),
        ("ALERT_RULES_PER_SENSOR", "64", "alert_rules_per_sensor", 64),
        ("CALCULATED_VALUES_PER_DAY", "71", "calculated_values_per_day", 71),
        ("KEY_REQUESTS_PER_SECOND", "19", "key_requests_per_second", 19),
        ("ORGANIZATION_REQUESTS_PER_SECOND", "20", "organization_requests_per_second", 20),
        ("CLIENT_REQUESTS_PER_SECOND", "21", "client_requests_per_second", 21),
        ("MQTT_CONNECTIONS", "42", "mqtt_connections", 42),
        ("MQTT_CONNECTING", "43", "mqtt_connecting", 43),
        ("MQTT_CONNECTING_PER_ADDRESS", "44", "mqtt_connecting_per_address", 44),
        ("KNOWN_SENSORS", "45", "known_sensors", 45),
        ("READY_WAIT_SECONDS", "46", "ready_wait_seconds", 46),
    ],
    "quotas": [
        ("QUOTA_DEVICES", "44", "devices", 44),
        ("QUOTA_COMPONENTS", "45", "components", 45),
        ("QUOTA_SENSORS", "46", "sensors", 46),
        ("QUOTA_SITES", "47", "sites", 47),
        ("QUOTA_DEVICE_GROUPS", "48", "device_groups", 48),
        ("QUOTA_DASHBOARDS", "148", "dashboards", 148),
        ("QUOTA_API_KEYS", "49", "api_keys", 49),
        ("QUOTA_REGISTRATION_TOKENS", "50", "registration_tokens", 50),
        ("QUOTA_PROFILES", "51", "profiles", 51),
        ("QUOTA_PACKS", "52", "packs", 52),
        ("QUOTA_CONFIG_ARTEFACTS", "58", "config_artefacts", 58),
        ("QUOTA_CONFIG_BINDINGS", "59", "config_bindings", 59),
        ("QUOTA_ALERT_RULES", "65", "alert_rules", 65),
        ("QUOTA_ALERT_MUTES", "66", "alert_mutes", 66),
        ("QUOTA_CAMERAS", "67", "cameras", 67),
        ("QUOTA_ANNOTATION_CLASSES", "67", "annotation_classes", 67),
        ("QUOTA_ANNOTATIONS", "68", "annotations", 68),
        ("QUOTA_REFERENCE_PAIRS", "69", "reference_pairs", 69),
        ("QUOTA_JOB_DEFINITIONS", "70", "job_definitions", 70),
        ("QUOTA_CUSTOMERS", "70", "customers", 70),
        ("QUOTA_QUARANTINE_BYTES", "53", "quarantine_bytes", 53),
        ("QUOTA_DAYS_OPENED", "54", "days_opened", 54),
    ],
    "retention": [
        ("ACCEPTED_AGE_DAYS", "22", "accepted_age_days", 22),
        ("ACCEPTED_AHEAD_SECONDS", "23", "accepted_ahead_seconds", 23),
        ("RETENTION_DAYS", "24", "readings_days", 24),
        ("ROLLUP_RETENTION_DAYS", "25", "rollups_days", 25),
        ("ROLLUP_SETTLE_SECONDS", "26", "rollup_settle_seconds", 26),
        ("HEALTH_DAYS", "27", "health_days", 27),
        ("EVENTS_DAYS", "38", "events_days", 38),
        ("AUDIT_DAYS", "39", "audit_days", 39),
        ("CONNECTIONS_DAYS", "61", "connections_days", 61),
        ("COMMANDS_DAYS", "39", "commands_days", 39),
        ("QUARANTINE_DAYS", "60", "quarantine_days", 60),
        ("NOTIFICATIONS_DAYS", "39", "notifications_days", 39),
        ("IDEMPOTENCY_HOURS", "28", "idempotency_hours", 28),
        ("FINISHED_JOBS_DAYS", "29", "finished_jobs_days", 29),
        ("EXPORT_HOURS", "30", "export_hours", 30),
        ("UNFINISHED_UPLOADS_HOURS", "31", "unfinished_uploads_hours", 31),
    ],
    "backups": [
        ("BACKUP_FOLDER", "/mnt/backups", "folder", "/mnt/backups"),
        ("BACKUP_EVERY_HOURS", "67", "every_hours", 67),
        ("BACKUP_KEEP", "68", "keep", 68),
    ],
    "live": [
        ("LIVE_STREAMS_PER_KEY", "32", "streams_per_key", 32),
        ("LIVE_STREAMS_PER_ORGANIZATION", "33", "streams_per_organization", 33),
        ("LIVE_STREAMS", "34", "streams", 34),
        ("LIVE_LIFETIME_SECONDS", "35", "lifetime_seconds", 35),
        ("LIVE_STALL_SECONDS", "36", "stall_seconds", 36),
        ("LIVE_HEARTBEAT_SECONDS", "37", "heartbeat_seconds", 37),
        ("LIVE_LOG_BYTES", "47", "log_bytes", 47),
    ],
    "responses": [
        ("STREAMED_RESPONSES", "38", "streamed", 38),
        ("STREAMED_RESPONSES_PER_ORGANIZATION", "39", "streamed_per_organization", 39),
        ("RESPONSE_STALL_SECONDS", "40", "stall_seconds", 40),
        ("RESPONSE_LEAST_BYTES_PER_SECOND", "42", "least_bytes_per_second", 42),
        ("RESPONSE_LONGEST_SECONDS", "43", "longest_seconds", 43),
    ],
    "connections": [
        ("HTTP_CONNECTIONS", "44", "in_all", 44),
        ("HTTP_CONNECTIONS_PER_CLIENT", "45", "per_client", 45),
        ("HTTP_HEAD_SECONDS", "46", "head_seconds", 46),
        ("HTTP_IDLE_SECONDS", "47", "idle_seconds", 47),
        ("HTTP_LEAST_BYTES_PER_SECOND", "48", "least_bytes_per_second", 48),
        ("HTTP_PACE_SECONDS", "49", "pace_seconds", 49),
        ("HTTP_BODIES_MAX_BYTES", "50", "bodies_max_bytes", 50),
    ],
    "webhooks": [
        ("ALLOW_HTTP_WEBHOOKS", "true", "allow_http", True),
        ("ALLOW_PRIVATE_WEBHOOKS", "true", "allow_private", True),
        ("WEBHOOK_TIMEOUT_SECONDS", "41", "timeout_seconds", 41),
        ("WEBHOOK_PORTS", "any", "ports", "any"),
    ],
    "mail": [
        ("SMTP_HOST", "mail.example.com", "host", "mail.example.com"),
        ("SMTP_PORT", "465", "port", 465),
        ("SMTP_SECURITY", "tls", "security", "tls"),
        ("SMTP_USER", "holdfast", "user", "holdfast"),
        ("SMTP_PASSWORD", "s3cret", "password", "s3cret"),
        ("SMTP_FROM", "alerts@example.com", "sender", "alerts@example.com"),
        ("SMTP_TIMEOUT_SECONDS", "48", "timeout_seconds", 48),
        ("SMTP_MAILS_PER_ORGANIZATION_HOUR", "49", "per_organization_hour", 49),
        ("MAIL_FOLDER", "/var/mail/holdfast", "folder", "/var/mail/holdfast"),
        ("MAIL_ON_CONSOLE", "true", "on_console", True),
    ],
    "footage": [
        ("FOOTAGE_ENCODER", "none", "encoder", "none"),
        ("CLIP_MAX_MINUTES", "81", "clip_max_minutes", 81),
        ("CLIP_MAX_BYTES", "82", "clip_max_bytes", 82),
        ("CLIP_HOURS", "83", "clip_hours", 83),
        ("OPEN_CLIPS_PER_ORGANIZATION", "84", "open_clips_per_organization", 84),
        ("CAPTURE_HOURS", "85", "capture_hours", 85),
        ("LIVE_VIEWERS_PER_CAMERA", "86", "viewers_per_camera", 86),
        ("LIVE_VIEWERS_PER_ORGANIZATION", "87", "viewers_per_organization", 87),
        ("LIVE_SESSION_MINUTES", "88", "live_session_minutes", 88),
    ],
    "cameras": [
        ("ALLOW_PRIVATE_CAMERAS", "true", "allow_private", True),
        ("CAMERA_NETWORKS", "10.1.0.0/16", "networks", "10.1.0.0/16"),
        ("CAMERA_PORTS", "any", "ports", "any"),
        ("ALLOW_HTTP_CAMERAS", "true", "allow_http", True),
        ("CAMERA_AUTHORITIES_FILE", "/cameras.pem", "authorities_file", "/cameras.pem"),
        ("CAMERA_MAX_BYTES_PER_SECOND", "50", "max_bytes_per_second", 50),
        ("CAMERA_MAX_STORED_BYTES", "51", "max_stored_bytes", 51),
        ("CAMERAS_PER_RECORDER", "52", "per_recorder", 52),
        ("CAMERA_LIVE_BYTES", "53", "live_bytes", 53),
    ],
    "foreign_tokens": [
        ("TOKEN_ISSUER", "https://id.example.com", "issuer", "https://id.example.com"),
        ("TOKEN_AUDIENCE", "holdfast", "audience", "holdfast"),
        ("TOKEN_ORGANIZATION_CLAIM", "tenant", "organization_claim", "tenant"),
        ("TOKEN_ROLE_CLAIM", "group", "role_claim", "group"),
    ],
}
# What says where things are: an embedded installation decides that itself.
PLACED = {
    *("PUBLIC_URL", "MQTT_PUBLIC_HOST", "MQTT_PUBLIC_PORT", "HTTP_HOST", "HTTP_PORT", "HTTP_FD"),
    *("MQTT_HOST", "MQTT_PORT", "MQTT_FD", "DATABASE_URL", "INGEST_DATABASE_URL", "REDIS_URL"),
    *("OWNER_DATABASE_URL", "ADMIN_DATABASE_URL", "TIMESERIES", "SECRET_KEY"),
    *("METRICS_HOST", "METRICS_PORT", "METRICS_FD"),
    *("SECRET_KEYS_OLD", "BROKER_SECRET_KEY"),
}
EVERYTHING = {PREFIX + name: text for name, text, _, _ in chain.from_iterable(NAMES.values())}


def settings(**more: str) -> Settings:
    return Settings.from_environment(
        {PREFIX + name: value for name, value in (LEAST | more).items()}
    )


def refusal(**more: str) -> str:
    with pytest.raises(SettingsError) as refused:
        settings(**more)
    return str(refused.value)


def test_every_name_gives_its_field() -> None:
    found = Settings.from_environment(EVERYTHING)
    for group, fields in NAMES.items():
        for name, _, field, value in fields:
            assert getattr(getattr(found, group), field) == value, name


def test_every_field_has_a_name_of_its_own() -> None:
    names = [variable.name for variable in variables(Settings)]
    assert len(set(names)) == len(names)
    assert set(names) == EVERYTHING.keys()


def test_what_is_handed_to_another_process_is_what_it_reads() -> None:
    for ours in (settings(), Settings.from_environment(EVERYTHING)):
        assert Settings.from_environment(ours.to_environment()) == ours
    assert Settings.from_environment(EVERYTHING).to_environment() == EVERYTHING


def test_an_embedded_installation_may_be_told_all_but_where_things_are() -> None:
    tuned = settings().tuned(EVERYTHING).to_environment()
    taken = {name for name, text in EVERYTHING.items() if tuned.get(name) == text}
    assert EVERYTHING.keys() - taken == {PREFIX + name for name in PLACED}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("HTTP_PORT", "70000", "a whole number from 0 to 65535"),
        ("HTTP_PORT", "eighty", "a whole number from 0 to 65535"),
        ("HTTP_FD", "none", "a whole number"),
        ("LIVE_STREAMS", "0", "a whole number of 1 or more"),
        ("ALLOW_REGISTRATION", "perhaps", "true or false"),
        ("TIMESERIES", "influx", "one of auto, plain, timescale"),
        ("LOG_LEVEL", "debug", "one of CRITICAL, DEBUG, ERROR, INFO, WARNING"),
        ("LOG_FORMAT", "jsno", "one of console, json"),
        ("SECRET_KEY", "hunter2", "a text of at least 32 characters"),
        ("WEBHOOK_PORTS", "https", '"any", or ports as in 443,8443'),
    ],
)
def test_a_wrong_one_is_refused_by_its_name_and_with_what_it_must_be(
    name: str, value: str, expected: str
) -> None:
    said = refusal(**{name: value})
    assert said == f"{PREFIX}{name} must be {expected}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RETENTION_DAYS", "30"),  # readings are accepted for longer
        ("ROLLUP_RETENTION_DAYS", "31"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,proxy.internal"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("MQTT_RSA_KEY_FILE", "/rsa.key"),
        ("SECRET_KEY", "0" * 32),
        ("SECRET_KEY", "0123456789abcdef" * 2),  # repeats itself
        ("SECRET_KEY", "abababababababababababababababababab1"),
        ("SECRET_KEYS_OLD", f"{OLD},hunter2"),
        ("SECRET_KEYS_OLD", f"{OLD}, {'0' * 32}"),
        ("BROKER_SECRET_KEY", "0" * 32),
        ("BROKER_SECRET_KEY", LEAST["SECRET_KEY"]),  # the same
        ("WEBHOOK_PORTS", "443,0"),
        ("WEBHOOK_PORTS", "65536"),
    ],
)
def test_one_that_is_wrong_beside_others_is_refused_by_its_name(name: str, value: str) -> None:
    assert PREFIX + name in refusal(**{name: value})


TYPED = [name for name, text, _, value in chain.from_iterable(NAMES.values()) if value != text]


@pytest.mark.parametrize("name", [*TYPED, "TIMESERIES", "LOG_LEVEL", "LOG_FORMAT", "SECRET_KEY"])
def test_no_value_is_repeated_whatever_is_wrong_with_it(name: str) -> None:
    assert "hunter2" not in refusal(**{name: "hunter2, with a blank"})


def test_all_that_is_missing_and_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({PREFIX + "HTTP_PORT": "-1", PREFIX + "LOG_LEVEL": "loud"})
    lines = str(refused.value).splitlines()
    assert {line.split()[0] for line in lines} == {
        PREFIX + name for name in (*LEAST, "HTTP_PORT", "LOG_LEVEL")
    }


def test_what_looks_like_a_setting_and_is_none_is_told_with_the_nearest_one() -> None:
    given = {"HOLDFAST_LIVE_STREAM": "9", "HOLDFAST_QQQQ": "9", "PATH": "/bin", **EVERYTHING}
    assert Settings.unknown_in(given) == {
        "HOLDFAST_LIVE_STREAM": "HOLDFAST_LIVE_STREAMS",
        "HOLDFAST_QQQQ": None,
    }


def test_variables_of_ours_that_are_no_settings_are_not_warned_of() -> None:
    assert {lifeline.VARIABLE, STATE_VARIABLE} <= OTHERS
    assert Settings.unknown_in(dict.fromkeys(OTHERS, "x")) == {}


def test_a_process_warns_of_an_unknown_setting_and_goes_on() -> None:
    program = "from app.core.process import begin_process; begin_process('test'); print('went on')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={PREFIX + name: text for name, text in LEAST.items()} | {"HOLDFAST_LOG_LEVL": "secret"},
        check=True,
        capture_output=True,
        text=True,
    )
    warning, last = done.stdout.splitlines()
    told = msgspec.json.decode(warning)
    assert (told["level"], told["name"], told["nearest"]) == (
        "warning",
        "HOLDFAST_LOG_LEVL",
        "HOLDFAST_LOG_LEVEL",
    )
    assert "secret" not in warning
    assert last == "went on"


def test_settings_can_not_be_changed() -> None:
    with pytest.raises(AttributeError):
        settings().database.url = "postgresql://elsewhere"  # type: ignore[misc]
    assert isinstance(settings().database, DatabaseSettings)

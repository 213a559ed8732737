"""Settings are read once, at the start, and what is wrong with them is said with their name."""

from __future__ import annotations

import pytest

from app.settings import PREFIX, Settings, SettingsError

LEAST = {
    "DATABASE_URL": "postgresql://app@/holdfast",
    "INGEST_DATABASE_URL": "postgresql://iot_ingest@/holdfast",
    "REDIS_URL": "redis://localhost",
    "OBJECTS_URL": "file:///tmp/objects",
    "SECRET_KEY": "s" * 32,
}


def settings(**more: str) -> Settings:
    return Settings.from_environment(
        {PREFIX + name: value for name, value in (LEAST | more).items()}
    )


def test_what_is_handed_to_another_process_is_what_it_reads() -> None:
    ours = settings(
        HTTP_PORT="0", ALLOW_REGISTRATION="false", TRUSTED_PROXIES="192.0.2.7, 10.0.0.0/8"
    )
    assert Settings.from_environment(ours.to_environment()) == ours


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_PORT", "70000"),
        ("ALLOW_REGISTRATION", "perhaps"),
        ("TIMESERIES", "influx"),
        ("RETENTION_DAYS", "30"),  # readings are accepted for longer
        ("TRUSTED_PROXIES", "10.0.0.0/8,proxy.internal"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("WEBHOOK_PORTS", "https"),
        ("WEBHOOK_PORTS", "443,70000"),
    ],
)
def test_a_wrong_one_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"(?i){name}"):
        settings(**{name: value})


def test_a_secret_that_is_too_short_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as refused:
        settings(SECRET_KEY="hunter2")
    assert "hunter2" not in str(refused.value)

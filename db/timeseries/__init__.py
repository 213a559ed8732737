"""The backends' DDL. The service above schema `api` never asks which of them it stands on."""

from pathlib import Path

PLAIN_READINGS = Path(__file__).with_name("plain_readings.sql")

"""The backends' DDL. The service above schema `api` never asks which of them it stands on."""

from pathlib import Path

_HERE = Path(__file__).parent

PLAIN_READINGS = _HERE / "plain_readings.sql"
ROLLUP_LOG = _HERE / "rollup_log.sql"
ROLLUP_PARTS = _HERE / "rollup_parts.sql"
PLAIN_ROLLUPS = _HERE / "plain_rollups.sql"
ROLLUP_QUESTIONS = _HERE / "rollup_questions.sql"
HOUSEKEEPING = _HERE / "housekeeping.sql"
HYPERTABLE = _HERE / "hypertable.sql"
COLUMNSTORE = _HERE / "columnstore.sql"
CONTINUOUS_AGGREGATES = _HERE / "continuous_aggregates.sql"
STORED_PARTS = _HERE / "stored_parts.sql"
RAW_QUESTIONS = _HERE / "raw_questions.sql"
STORE_READINGS = _HERE / "store_readings.sql"
READING_COLUMNS = _HERE / "reading_columns.sql"
ROLLUP_COLUMNS = _HERE / "rollup_columns.sql"

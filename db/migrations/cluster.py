"""Which PostgreSQL cluster the database is in: numbers of transactions begin anew in another one,
and what counts on them (db/functions/platform/transaction_number.sql) must go on.

A cluster's numbers begin with the microseconds since 1970 at which the database was first seen in
it. No cluster begins a million transactions a second, so they are higher than all that were given
before, those included that a backup knows nothing of.
"""

from __future__ import annotations

import psycopg

_SETTLE = b"""
UPDATE platform.cluster SET identity = i.now,
  number_offset = (extract(epoch FROM clock_timestamp()) * 1e6)::bigint
    - pg_current_xact_id()::text::bigint
FROM (
  SELECT format('%s/%s', s.system_identifier, c.timeline_id)
  FROM pg_control_system() s, pg_control_checkpoint() c
) i (now) WHERE identity <> i.now
"""


def settle_cluster(owner: psycopg.Connection) -> None:
    """After a restore into another cluster, or to a moment of this one's past: a timeline of its
    own."""
    owner.execute(_SETTLE)

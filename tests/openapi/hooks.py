"""What schemathesis can't know: which ids are there, and that the same Idempotency-Key has the same answer."""

from __future__ import annotations

import json
import os
import re
import uuid
from typing import Any

import schemathesis

# The ids of the document's examples, each with one that is there (tests/openapi/test_fuzz.py).
REAL: dict[str, str] = json.loads(os.environ["FUZZ_IDS"])
VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")
BY_NAME: dict[str, str] = json.loads(os.environ["FUZZ_NAMES"])


@schemathesis.hook
def map_case(context: schemathesis.HookContext, case: schemathesis.Case) -> schemathesis.Case:
    if case.method == "DELETE" or case.path.endswith("/revoke"):
        return case  # what is there shall stay
    for name, value in (case.path_parameters or {}).items():
        case.path_parameters[name] = REAL.get(value, _there(name, value))
    for name, value in (case.query or {}).items():
        case.query[name] = REAL.get(value, value) if isinstance(value, str) else value
    if isinstance(case.body, dict | list):
        case.body = _with_real_ids(case.body)
    # The same key and body have the same answer, also when what it tells of was deleted since: tried elsewhere.
    if VISIBLE.fullmatch((case.headers or {}).get("Idempotency-Key", "")):
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    return case


def _there(name: str, value: Any) -> Any:
    """Every other made-up id becomes one that is there. Ours are of version 7: those came from an answer."""
    try:
        made_up = uuid.UUID(value)
    except (ValueError, TypeError, AttributeError):
        return value
    return BY_NAME.get(name, value) if made_up.version != 7 and made_up.int % 2 == 0 else value


def _with_real_ids(body: Any) -> Any:
    if isinstance(body, list):
        return [_with_real_ids(item) for item in body]
    if isinstance(body, dict):
        return {name: _with_real_ids(value) for name, value in body.items()}
    return REAL.get(body, body) if isinstance(body, str) else body


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext,
    failure: Any,
    case: schemathesis.Case,
    response: schemathesis.Response,
) -> bool:
    # "provision", which schemathesis finds in provisionEndpoint and takes for a device's id, is another route.
    return not (
        response.status_code == 405 and str(response.request.url).endswith("/devices/provision")
    )

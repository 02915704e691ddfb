"""Loaded by schemathesis: leaves out the headers whose meaning lies in earlier requests, not in the description.

It also keeps the run from revoking the key that it has, as all that follows would be 401, and from a policy under which
what the description allows is refused: neither would show anything.
"""

import os
from typing import Any

import schemathesis

UNDECIDED = {"purpose_required": False, "exact_places": True}
CONDITIONAL = frozenset({"Idempotency-Key", "If-Match", "If-None-Match"})


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:  # noqa: ANN401 schemathesis's own
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            parameters = operation.get("parameters", [])
            operation["parameters"] = [row for row in parameters if row["name"] not in CONDITIONAL]


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:  # noqa: ANN401 schemathesis's own
    if case.path_parameters and case.path_parameters.get("key_id") == os.environ["OWN_KEY"]:
        case.path_parameters["key_id"] = f"key_{'0' * 26}"
    if case.path == "/v1/policy" and isinstance(case.body, dict):
        case.body |= {name: value for name, value in UNDECIDED.items() if isinstance(case.body.get(name), bool)}

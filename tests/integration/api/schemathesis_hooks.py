"""Loaded by schemathesis: leaves out the headers whose meaning lies in earlier requests, not in the description."""

from typing import Any

import schemathesis

CONDITIONAL = frozenset({"Idempotency-Key", "If-Match", "If-None-Match"})


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:  # noqa: ANN401 schemathesis's own
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            parameters = operation.get("parameters", [])
            operation["parameters"] = [row for row in parameters if row["name"] not in CONDITIONAL]

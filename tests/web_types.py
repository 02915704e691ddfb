"""The OpenAPI document of which the web app's types are made: `python -m tests.web_types > FILE`.

Without prose, examples, and headers, of which no type is used, without conditions that no value would fit as a type,
and with one refusal for all: a fifth of the size.
"""

import json
import sys
from typing import Any

from maskeraid_api.main import create_app

REFUSAL = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
# Of an object whose properties are named: which of them go together. No type says that; the service checks it.
CONDITIONS = {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentRequired"}
PROSE = {"description", "summary", "title", "example", "examples", "headers", "links", "pattern", "externalDocs"}


def slim(node: Any, is_named: bool = False) -> Any:  # noqa: ANN401 any part of a JSON document
    """The document without what is for people; names of properties and schemas stay, whatever they are."""
    if isinstance(node, list):
        return [slim(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = node if is_named else {name: value for name, value in node.items() if name not in PROSE}
    if not is_named and "properties" in kept:
        kept = {name: value for name, value in kept.items() if name not in CONDITIONS}
    if not is_named and "responses" in kept:
        answers = {code: told for code, told in kept["responses"].items() if code.startswith("2")}
        kept["responses"] = answers | {"default": REFUSAL}
    return {name: slim(value, name in ("properties", "schemas", "paths")) for name, value in kept.items()}


def main() -> None:
    document = create_app().openapi()
    document["info"] = {"title": "MASKERAID", "version": "1"}
    document["components"] = {"schemas": document["components"]["schemas"]}
    json.dump(slim(document), sys.stdout, indent=1, sort_keys=True)


if __name__ == "__main__":
    main()

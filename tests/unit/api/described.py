"""The schema of a re-imaging's result, made strict: what it does not describe is refused."""

import jsonschema

from maskeraid_api.schemas.reimagings import ReimagingView

SCHEMAS = ReimagingView.model_json_schema(mode="serialization")["$defs"]


def refusals(result: object) -> list[str]:
    """What of a result, as it is shown, is not as its schema says."""
    strict = {name: {**schema, "additionalProperties": False} for name, schema in SCHEMAS.items()}
    validator = jsonschema.Draft202012Validator({"$ref": "#/$defs/ResultView", "$defs": strict})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(result)]

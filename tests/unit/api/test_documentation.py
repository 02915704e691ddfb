"""The OpenAPI document explains everything that it lists, and its examples are true."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from fastapi import FastAPI

from maskeraid_api.documentation import description
from maskeraid_api.documented_by_schema import OF_SCHEMA
from maskeraid_api.documented_fields import MEANINGS
from maskeraid_api.problems import JOB_CODES, PROBLEMS, sentence_of
from maskeraid_api.remedies import REMEDIES
from maskeraid_api.routers import ROUTERS

Json = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Json:
    app = FastAPI(generate_unique_id_function=lambda route: route.name)
    for router in ROUTERS:
        app.include_router(router)
    return description(app)


def fields(document: Json) -> Iterator[tuple[str, Json]]:
    for name, schema in document["components"]["schemas"].items():
        yield from ((f"{name}.{field}", raw) for field, raw in schema.get("properties", {}).items())


def says_itself(raw: Json) -> bool:
    """Whether its values are listed, true and false, none at all, or fields of another schema."""
    text = str(raw)
    return any(word in text for word in ("'enum'", "'const'", "'$ref'", "'boolean'")) or raw.get("type") == "null"


class TestFields:
    def test_every_schema_and_every_field_is_described(self, document: Json) -> None:
        schemas = document["components"]["schemas"]
        assert [name for name, schema in schemas.items() if not schema.get("description")] == []
        assert [name for name, raw in fields(document) if not raw.get("description")] == []
        assert len(list(fields(document))) > 400

    def test_every_field_has_an_example(self, document: Json) -> None:
        assert [name for name, raw in fields(document) if not (raw.get("examples") or says_itself(raw))] == []

    def test_examples_keep_to_their_schemas(self, document: Json) -> None:
        wrong = []
        for name, raw in fields(document):
            whole = {**raw, "components": document["components"]}
            wrong += [
                name
                for example in raw.get("examples", [])
                if not jsonschema.Draft202012Validator(whole).is_valid(example)
            ]
        assert wrong == []

    def test_no_meaning_is_left_over(self, document: Json) -> None:
        known = {name.split(".")[1] for name, _ in fields(document)}
        assert set(MEANINGS) - known == set()
        told = {f"{schema}.{field}" for schema, meanings in OF_SCHEMA.items() for field in meanings}
        assert told - {name for name, _ in fields(document)} == set()

    def test_what_may_be_null_is_a_list_of_types(self, document: Json) -> None:
        raw = dict(fields(document))["JobView.phase"]
        assert raw["type"] == ["string", "null"]

    def test_identifiers_have_their_form(self, document: Json) -> None:
        found = dict(fields(document))
        assert found["DatasetView.id"]["pattern"].startswith("^ds_")
        assert "pattern" not in found["JobView.id"]

    def test_requests_take_no_unknown_field(self, document: Json) -> None:
        loose = [
            name
            for name, schema in document["components"]["schemas"].items()
            if name.endswith(("Request", "Change", "Options", "Choice", "Body")) and schema.get("additionalProperties")
        ]
        assert loose == []


class TestOperations:
    def test_examples_of_bodies_keep_to_their_schemas(self, document: Json) -> None:
        count = 0
        for verbs in document["paths"].values():
            for operation in verbs.values():
                body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
                for example in body.get("examples", {}).values():
                    whole = {**body["schema"], "components": document["components"]}
                    jsonschema.Draft202012Validator(whole).validate(example["value"])
                    count += 1
        assert count >= 6

    def test_every_operation_says_whether_and_how_one_must_sign_in(self, document: Json) -> None:
        for verbs in document["paths"].values():
            for operation in verbs.values():
                assert "security" in operation
                assert operation["summary"]


class TestProblems:
    def test_every_code_has_a_sentence(self) -> None:
        for code in {kind.code for kind in PROBLEMS} | set(JOB_CODES):
            assert sentence_of(code)

    def test_remedies_are_of_codes_that_jobs_have(self) -> None:
        assert set(REMEDIES) <= {kind.code for kind in PROBLEMS} | set(JOB_CODES)

"""The page for people says what the OpenAPI document says, as safe HTML."""

from typing import Any

import pytest
from fastapi import FastAPI

from maskeraid_api.documentation import description
from maskeraid_api.pages_for_people import prose
from maskeraid_api.reference_fields import fields_of, type_of
from maskeraid_api.reference_page import documentation_page
from maskeraid_api.routers import ROUTERS


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    app = FastAPI(generate_unique_id_function=lambda route: route.name)
    for router in ROUTERS:
        app.include_router(router)
    return description(app)


@pytest.fixture(scope="module")
def text(document: dict[str, Any]) -> str:
    return documentation_page(document)


def section(text: str, name: str) -> str:
    return text.split(f'<details class="operation" id="{name}">')[1].split('<details class="operation"')[0]


class TestPage:
    def test_body_fields_of_a_dataset_with_choices_defaults_and_one_level_below(self, text: str) -> None:
        found = section(text, "create_dataset")
        assert "<td><code>name</code></td><td>string (at most 100 characters)</td><td>yes</td>" in found
        meaning = "What the images show. Default <code>face</code>."
        assert f"one of <code>face</code>, <code>other</code></td><td></td><td>{meaning}" in found
        assert "<td><code>attributes.*.values</code></td>" in found

    def test_parts_of_a_form(self, text: str) -> None:
        found = section(text, "create_reimaging")
        assert "<code>multipart/form-data</code>" in found
        assert "<td><code>image</code></td><td>file</td><td>yes</td>" in found

    def test_examples(self, text: str) -> None:
        assert "&quot;name&quot;: &quot;faces-light&quot;" in section(text, "create_dataset")

    def test_answers_say_what_they_mean(self, text: str) -> None:
        found = section(text, "create_dataset")
        assert "<li><code>201</code> Created.</li>" in found
        assert "<code>name_taken</code>: The name is taken" in found

    def test_fields_of_an_answer_with_examples(self, text: str) -> None:
        found = section(text, "get_job").split("<h4>Answer: ")[1]
        assert "<td><code>queue_position</code></td><td>integer or null</td>" in found
        assert "For example <code>2026-11-23T09:03:10Z</code>." in found

    def test_operations_stand_under_explained_headings_in_the_order_of_use(self, text: str) -> None:
        headings = [part.split("</h2>")[0] for part in text.split("<h2 ")[1:]]
        assert [heading.split(">")[1] for heading in headings][:2] == ["datasets", "uploads"]
        assert all(part.split("</h2>")[1].startswith("<p>") for part in text.split("<h2 ")[1:])

    def test_no_raw_markdown(self, text: str) -> None:
        assert "<strong>A plausible face, not a reconstruction." in text
        assert "**" not in text
        assert "`" not in text

    def test_parameters_and_answers_all_have_words(self, document: dict[str, Any]) -> None:
        for verbs in document["paths"].values():
            for operation in verbs.values():
                rows = [*operation["parameters"], *operation["responses"].values()]
                assert all(row.get("description", "") not in ("", "Successful Response") for row in rows)

    def test_what_the_document_says_is_escaped(self, document: dict[str, Any]) -> None:
        info = {**document["info"], "title": "<b>", "description": "**<script>** `<i>`"}
        text = documentation_page({**document, "info": info})
        assert "<strong>&lt;script&gt;</strong> <code>&lt;i&gt;</code>" in text
        assert "<script" not in text


class TestProse:
    def test_bold_marks_within_code_stay(self) -> None:
        assert prose("`a**b**` **c** <d>") == "<code>a**b**</code> <strong>c</strong> &lt;d&gt;"


class TestFields:
    def test_lists_and_choices_are_followed_one_level(self) -> None:
        deep = {"type": "object", "properties": {"z": {"type": "object", "properties": {"never": {}}}}}
        schemas = {"Deep": deep}
        schema = {
            "properties": {"rows": {"type": "array", "items": {"anyOf": [{"$ref": "#/x/Deep"}, {"type": "null"}]}}}
        }
        assert [row.name for row in fields_of(schema, schemas)] == ["`rows`", "`rows[].z`"]

    def test_type_of_a_bounded_number(self) -> None:
        assert type_of({"type": "integer", "minimum": 1, "maximum": 10000000.0}, {}) == (
            "integer (at least 1, at most 10000000)"
        )

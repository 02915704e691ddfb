"""What is wrong with a request, said so that it can be mended."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import get_args

import pytest
from starlette.datastructures import FormData

from maskeraid_api import validation
from maskeraid_api.forms import options_of, read_json
from maskeraid_api.routers import ROUTERS
from maskeraid_api.schemas.datasets import DatasetRequest
from maskeraid_api.schemas.hyperparameters import ARCHITECTURES, KNOWN_HYPERPARAMETERS, Hyperparameters
from maskeraid_api.schemas.imports import ImportRequest
from maskeraid_api.schemas.parts import Body
from maskeraid_api.schemas.reimaging_requests import ReimagingOptions, ReimagingRequest
from maskeraid_api.schemas.training_requests import TrainingRequest
from maskeraid_core.errors import MalformedJson, UnknownField, ValidationFailed
from maskeraid_faces.training.settings import Architecture, TrainSettings

DATASET = "ds_01KAGP1XF3A7QYFR6F0DTHBRA4"


def _bodies(kind: type[Body]) -> Iterator[type[Body]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _bodies(inner)


def _refusals(model: type[Body], wrong: object) -> list[dict[str, str]]:
    """What is said of a body that has something wrong in every field, and of one that lacks them."""
    told = []
    for body in (dict.fromkeys(model.model_fields, wrong), {}, wrong):
        try:
            read_json(model, json.dumps(body))
        except (ValidationFailed, UnknownField) as refused:
            told += refused.facts["errors"]  # type: ignore[operator]
    return told


class TestReading:
    def test_suggests_the_field_that_was_meant(self) -> None:
        body = f'{{"name": "a", "data": [{{"dataset_id": "{DATASET}"}}], "epochs": 3}}'
        with pytest.raises(UnknownField) as refused:
            read_json(TrainingRequest, body)
        (row,) = refused.value.facts["errors"]
        assert row["pointer"] == "/epochs"
        assert row["detail"] == "unknown field; did you mean hyperparameters.steps?"

    def test_tells_the_first_of_very_many_findings(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """All 60,000 that a body can have kept the event loop for minutes."""
        compared: list[str] = []

        def compare(name: str, *_: object, **__: object) -> list[str]:
            compared.append(name)
            return []

        monkeypatch.setattr(validation, "get_close_matches", compare)
        body = {"name": "a", "x" * 100_000: 1} | {f"field{number}": 1 for number in range(60_000)}
        with pytest.raises(UnknownField, match=r"in 50 fields\. These are the first of them") as refused:
            read_json(DatasetRequest, json.dumps(body))
        assert len(refused.value.facts["errors"]) == 50  # type: ignore[arg-type]
        assert compared == [f"field{number}" for number in range(49)]  # the long one is no misspelt name

    def test_points_into_the_body(self) -> None:
        body = f'{{"name": "a", "data": [{{"dataset_id": "{DATASET}"}}], "hyperparameters": {{"batch": 0}}}}'
        with pytest.raises(ValidationFailed) as refused:
            read_json(TrainingRequest, body)
        (row,) = refused.value.facts["errors"]
        assert (row["pointer"], row["code"]) == ("/hyperparameters/batch", "too_small")

    def test_a_far_guess_is_none(self) -> None:
        source = {"type": "generator", "set": "faces-light"}
        body = {"dataset_id": DATASET, "source": source, "sources": 1, "drawn_set": 1, "colour": 1}
        with pytest.raises(UnknownField) as refused:
            read_json(ImportRequest, json.dumps(body))
        details = [row["detail"].removeprefix("unknown field") for row in refused.value.facts["errors"]]
        assert details == ["; did you mean source?", "; did you mean source.set?", ""]

    @pytest.mark.parametrize(
        ("change", "pointer", "words"),
        [
            ({"data": []}, "/data", "must have at least 1, and has 0"),
            ({"name": None}, "/name", "must be text"),
            ({"data": "all"}, "/data", "must be a list"),
            ({"data": [{}]}, "/data/0/dataset_id", "is needed"),
            ({"data": [{"dataset_id": "faces"}]}, "/data/0/dataset_id", f"an example: {DATASET}"),
            ({"data": [{"dataset_id": DATASET, "version": 0}]}, "/data/0/version", "at least 1, or must be 'latest'"),
            ({"start_from": "light"}, "/start_from", "must be a JSON object"),
            (
                {"start_from": {"model_id": "x", "version": "A"}},
                "/start_from/version",
                "a number, `latest`, or an alias",
            ),
            ({"preset": "slow"}, "/preset", "must be 'quick', 'thesis' or 'best'"),
            ({"seed": "7"}, "/seed", "must be a whole number"),
            ({"deadline_seconds": 0}, "/deadline_seconds", "must be at least 1"),
            ({"dry_run": "yes"}, "/dry_run", "must be true or false"),
            ({"metadata": {"a b": "c"}}, "/metadata/a b", "letters, digits, _, and - only"),
            ({"metadata": {"a": 1}}, "/metadata/a", "must be text"),
            ({"probe": {"data_url": "data:,"}}, "/probe/data_url", "must be a PNG, JPEG, or WebP"),
        ],
    )
    def test_it_is_said_in_plain_words_and_at_its_place(
        self, change: dict[str, object], pointer: str, words: str
    ) -> None:
        with pytest.raises(ValidationFailed) as refused:
            read_json(TrainingRequest, json.dumps({"name": "a", "data": [{"dataset_id": DATASET}], **change}))
        found = {row["pointer"]: row["detail"] for row in refused.value.facts["errors"]}
        assert words in found[pointer]

    @pytest.mark.parametrize(
        ("source", "pointer", "words"),
        [
            ({"type": "url"}, "/source", "has a 'type' that is not known: it must be one of 'upload', 'generator'"),
            ({}, "/source", "needs a 'type', which says of which kind it is"),
            ({"type": "upload", "upload_id": "x"}, "/source/upload_id", "an example: upl_"),
            ({"type": "upload"}, "/source/upload_id", "is needed"),
        ],
    )
    def test_a_choice_is_pointed_into_as_it_was_sent(self, source: dict[str, str], pointer: str, words: str) -> None:
        with pytest.raises(ValidationFailed) as refused:
            read_json(ImportRequest, json.dumps({"dataset_id": DATASET, "source": source}))
        (row,) = refused.value.facts["errors"]
        assert row["pointer"] == pointer
        assert words in row["detail"]

    @pytest.mark.parametrize("wrong", [None, True, 1.5, -1, 10**30, "", "\x00", "x" * 3000, [], [[]] * 101, {"": 0}])
    def test_no_schema_answers_in_the_words_of_pydantic(self, wrong: object) -> None:
        assert ROUTERS  # all schemas are known
        told = [row for model in _bodies(Body) for row in _refusals(model, wrong)]
        assert len(told) > 50
        assert [
            row for row in told if re.match(r"(Input|String|List|Dictionary|Tuple|Field|Value)\b", row["detail"])
        ] == []

    @pytest.mark.parametrize("body", ["", "{", "[1", '{"a": }'])
    def test_what_is_not_json(self, body: str) -> None:
        with pytest.raises(MalformedJson):
            read_json(DatasetRequest, body)

    @pytest.mark.parametrize("options", [
        "", "{", "seed=7", '{"seed": ' + "1" * 5000 + "}", "[" * 100_000, '{"seed": NaN}', '{"seed": Infinity}',
    ])  # fmt: skip
    def test_a_part_that_is_not_json(self, options: str) -> None:
        """Whatever it is, the answer says what to send, in no words of Python."""
        with pytest.raises(MalformedJson) as refused:
            options_of(ReimagingOptions, FormData({"options": options}))
        told = str(refused.value)
        assert told.startswith("The part `options` is not JSON: ")
        assert told.endswith('. Send an object, as {"seed": 7}.')
        assert "sys." not in told
        assert "Python" not in told
        assert "maximum recursion" not in told
        assert refused.value.facts["parameter"] == "options"

    @pytest.mark.parametrize("number", ["9" * 100, "9" * 5000, "1e999"])
    def test_a_number_that_nobody_can_hold(self, number: str) -> None:
        for read in (
            lambda body: options_of(ReimagingOptions, FormData({"options": body})),
            lambda body: read_json(ReimagingOptions, body),
        ):
            with pytest.raises((MalformedJson, ValidationFailed)) as refused:
                read(f'{{"seed": {number}, "engine": 3}}')
            assert "sys." not in f"{refused.value} {refused.value.facts}"

    @pytest.mark.parametrize("image", ["{}", '{"image_id": null}', '{"image_id": "x"}', '{"data_url": "http://a"}'])
    def test_exactly_one_image(self, image: str) -> None:
        with pytest.raises(ValidationFailed):
            read_json(ReimagingRequest, f'{{"image": {image}}}')

    @pytest.mark.parametrize("field", ["tenant", "id", "status", "latest_version", "image_count", "created_at"])
    def test_what_the_server_owns_cannot_be_written(self, field: str) -> None:
        with pytest.raises(UnknownField):
            read_json(DatasetRequest, f'{{"name": "a", "{field}": "x"}}')


class TestHyperparameters:
    @pytest.mark.parametrize(
        ("architecture", "name", "value"),
        [("eigen", "loop", "plain"), ("thesis", "max_steps", 3), ("auto", "loop", "plain"), ("dense", "width", 64)],
    )
    def test_of_another_architecture(self, architecture: str, name: str, value: object) -> None:
        body = TrainingRequest.model_validate(
            {
                "name": "a",
                "data": [{"dataset_id": DATASET}],
                "architecture": architecture,
                "hyperparameters": {name: value},
            }
        )
        with pytest.raises(UnknownField):
            body.check_hyperparameters()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"real_label": 0.95},
            {"real_label": 0.8},
            {"width": 48},
            {"learning_rate": 1.0},
            {"final_learning_rate": 1e-4},
            {"learning_rate": 1e-4, "final_learning_rate": 1e-3},
        ],
    )
    def test_what_no_trainer_takes_is_refused_at_once(self, wrong: dict[str, float]) -> None:
        with pytest.raises(ValidationFailed) as caught:
            read_json(
                TrainingRequest, json.dumps({"name": "a", "data": [{"dataset_id": DATASET}], "hyperparameters": wrong})
            )
        assert caught.value.facts["errors"][0]["pointer"].startswith("/hyperparameters")

    def test_architectures_are_those_of_the_engine_and_so_are_their_hyperparameters(self) -> None:
        assert get_args(Architecture) == ARCHITECTURES == tuple(KNOWN_HYPERPARAMETERS)
        settings = {field.name for field in fields(TrainSettings)} | {"max_steps"}
        assert all(known <= settings for known in KNOWN_HYPERPARAMETERS.values())

    def test_every_hyperparameter_is_a_setting_of_the_engine(self) -> None:
        asked = {"learning_rate": 1e-3, "final_learning_rate": 1e-4, "real_label": 0.9, "width": 64, "max_steps": 5}
        chosen = Hyperparameters.model_validate(asked).for_trainer()
        assert chosen == {**{key: value for key, value in asked.items() if key != "max_steps"}, "steps": 5}

    def test_the_preset_thesis_means_its_networks(self) -> None:
        body = TrainingRequest.model_validate({"name": "a", "data": [{"dataset_id": DATASET}], "preset": "thesis"})
        assert body.effective_architecture == "thesis"

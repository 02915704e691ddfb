"""What is wrong with a request, said so that it can be mended."""

import json
from dataclasses import fields
from typing import get_args

import pytest

from maskeraid_api.forms import read_json
from maskeraid_api.schemas.datasets import DatasetRequest
from maskeraid_api.schemas.reimagings import ReimagingRequest
from maskeraid_api.schemas.trainings import ARCHITECTURES, KNOWN_HYPERPARAMETERS, Hyperparameters, TrainingRequest
from maskeraid_core.errors import MalformedJson, UnknownField, ValidationFailed
from maskeraid_faces.training.settings import Architecture, TrainSettings

DATASET = "ds_01KAGP1XF3A7QYFR6F0DTHBRA4"


class TestReading:
    def test_suggests_the_field_that_was_meant(self) -> None:
        body = f'{{"name": "a", "data": [{{"dataset_id": "{DATASET}"}}], "epochs": 3}}'
        with pytest.raises(UnknownField) as refused:
            read_json(TrainingRequest, body)
        (row,) = refused.value.facts["errors"]
        assert row["pointer"] == "/epochs"
        assert row["detail"] == "unknown field; did you mean hyperparameters.steps?"

    def test_points_into_the_body(self) -> None:
        body = f'{{"name": "a", "data": [{{"dataset_id": "{DATASET}"}}], "hyperparameters": {{"batch": 0}}}}'
        with pytest.raises(ValidationFailed) as refused:
            read_json(TrainingRequest, body)
        (row,) = refused.value.facts["errors"]
        assert (row["pointer"], row["code"]) == ("/hyperparameters/batch", "too_small")

    @pytest.mark.parametrize("body", ["", "{", "[1", '{"a": }'])
    def test_what_is_not_json(self, body: str) -> None:
        with pytest.raises(MalformedJson):
            read_json(DatasetRequest, body)

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

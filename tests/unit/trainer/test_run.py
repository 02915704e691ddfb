"""What was asked for becomes the settings of the engine."""

from typing import Any, Literal, get_args

import polars as pl
import pytest

from maskeraid_core.documents.trainings import TrainingSpec
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import BadSettings
from maskeraid_faces.face_model import TrainedArchitecture
from maskeraid_faces.training.choices import make_plan
from maskeraid_faces.training.image_set import prepare
from maskeraid_faces.training.settings import TrainSettings
from maskeraid_trainer.preparing import settings_of, with_time
from maskeraid_trainer.training_faces import TrainingFaces, each_once, join_rows


def spec(**facts: Any) -> TrainingSpec:  # noqa: ANN401 any field
    return TrainingSpec(**{"name": "faces", "data": [], "model_id": "mdl_1", "software": "0.1.0", **facts})


class TestSettings:
    def test_the_faces_decide_by_default(self) -> None:
        assert settings_of(spec()) == TrainSettings()

    def test_the_preset_of_the_thesis_names_its_architecture(self) -> None:
        assert settings_of(spec(preset="thesis")) == TrainSettings(architecture="thesis")

    def test_what_is_named_overrides_the_preset(self) -> None:
        asked = spec(preset="best", architecture="eigen", hyperparameters={"max_seconds": 5, "batch": 64})
        settings = settings_of(asked)
        assert (settings.architecture, settings.max_seconds, settings.batch) == ("eigen", 5, 64)

    @pytest.mark.parametrize("architecture", get_args(TrainedArchitecture))
    @pytest.mark.parametrize("kind", ["drawn", "photo"])
    def test_best_never_gives_less_than_quick(
        self, architecture: TrainedArchitecture, kind: Literal["drawn", "photo"]
    ) -> None:
        """Neither of time nor of what it is content with."""
        faces = prepare(draw_faces("faces-light").images, TrainSettings(kind=kind), None, 0)
        quick, best = (
            make_plan(architecture, faces, with_time(settings_of(asked), asked, architecture))
            for asked in (spec(preset=preset, architecture=architecture) for preset in ("quick", "best"))
        )
        longer = 1 if architecture == "thesis" else 2  # which has no limit
        assert best.max_seconds >= longer * quick.max_seconds
        assert (best.target_quality >= 1, best.steps) == (True, quick.steps)

    def test_what_is_named_overrides_the_time_of_best(self) -> None:
        asked = spec(preset="best", hyperparameters={"max_seconds": 5, "target_quality": 0.5})
        settings = with_time(settings_of(asked), asked, "r3")
        assert (settings.max_seconds, settings.target_quality) == (5, 0.5)

    @pytest.mark.parametrize("hyperparameters", [{"epochs": 3}, {"batch": 0}])
    def test_a_setting_that_is_unknown_or_out_of_range_is_refused(self, hyperparameters: dict[str, int]) -> None:
        with pytest.raises(BadSettings) as caught:
            settings_of(spec(hyperparameters=hyperparameters))
        assert caught.value.facts["field"] in hyperparameters


class TestRows:
    def test_an_attribute_that_a_part_lacks_is_missing_there(self) -> None:
        rows = join_rows(
            [pl.DataFrame({"row": [0], "attr:eyes": ["1"]}), pl.DataFrame({"row": [0], "attr:age": ["30"]})]
        )
        assert rows.select("attr:eyes", "attr:age").rows() == [("1", ""), ("", "30")]

    def test_an_image_that_is_in_several_parts_is_one_row_with_all_that_is_said_of_it(self) -> None:
        first = pl.DataFrame({"row": [1, 2], "sha256": ["a", "b"], "attr:eyes": ["1", ""]})
        other = pl.DataFrame({"row": [7, 8], "sha256": ["b", "c"], "attr:eyes": ["2", "3"], "attr:person": ["s01", ""]})
        rows = each_once(join_rows([first, other, first]))
        assert rows.columns == ["row", "sha256", "attr:eyes", "attr:person"]
        assert rows.rows() == [(1, "a", "1", ""), (2, "b", "2", "s01"), (8, "c", "3", "")]

    def test_a_face_of_nobody_known_is_a_group_of_its_own(self) -> None:
        rows = pl.DataFrame({"sha256": ["a", "b", "c", "d"], "attr:person": ["s01", "", "s01", ""]})
        assert TrainingFaces([], rows, {}).groups == ["s01", "#b", "s01", "#d"]

    def test_without_persons_there_are_no_groups(self) -> None:
        assert TrainingFaces([], pl.DataFrame({"sha256": ["a", "b"]}), {}).groups is None

    def test_an_image_that_came_in_twice_is_one_group(self) -> None:
        assert TrainingFaces([], pl.DataFrame({"sha256": ["a", "b", "a"]}), {}).groups == ["#a", "#b", "#a"]

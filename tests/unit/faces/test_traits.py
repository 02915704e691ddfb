"""Attributes of candidates: told by the model that drew them, and asked of it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.faces.filling_models import make_eigen_model, make_thesis_model

from maskeraid_faces.drawing.covered import COVERINGS
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import AttributesUnreachable, BadSettings
from maskeraid_faces.evaluation.guarantees import Labelled
from maskeraid_faces.evaluation.traits import fit_traits
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.answering import Engine
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.filling.picks import Pick
from maskeraid_faces.filling.traits import tell_traits
from maskeraid_faces.metrics.combinations import nearest_rmse

DRAWN = draw_faces("faces-light")
MASK = COVERINGS["mask"]
NOTHING = np.zeros_like(MASK)
FACE = 62


def labelled(values: Mapping[str, list[str]]) -> Labelled:
    return Labelled(DRAWN.images, values, np.ones(len(DRAWN.images), np.bool_))


def with_traits(model: FaceModel) -> FaceModel:
    values = {name: [str(row[name]) for row in DRAWN.attributes] for name in ("eyes", "nose", "mouth", "hair_style")}
    return replace(model, traits=fit_traits(model, labelled(values)))


@pytest.fixture(scope="module", params=[make_eigen_model, make_thesis_model])
def model(request: pytest.FixtureRequest) -> FaceModel:
    return with_traits(request.param())


def covered(row: int = FACE) -> np.ndarray:
    return np.where(MASK[..., None], np.uint8(0), DRAWN.images[row])


def test_what_varies_is_told_without_an_error(model: FaceModel) -> None:
    assert [trait.attribute for trait in model.traits] == ["eyes", "mouth", "nose"]  # one hair style: nothing to tell
    told = tell_traits(DRAWN.images, DRAWN.images[0], ~NOTHING, model)

    assert told == [{name: str(row[name]) for name in ("eyes", "mouth", "nose")} for row in DRAWN.attributes]
    assert all(trait.accuracy == 1 for trait in model.traits)


def test_an_attribute_of_chance_is_not_told() -> None:
    model = make_eigen_model()
    luck = np.random.default_rng(1).choice(["heads", "tails"], len(DRAWN.images)).tolist()

    assert fit_traits(model, labelled({"coin": luck})) == ()


def test_of_two_values_the_right_one_is_told() -> None:
    model = make_eigen_model()
    is_open = ["yes" if row["mouth"] == "4" else "no" for row in DRAWN.attributes]
    told = replace(model, traits=fit_traits(model, labelled({"open": is_open})))

    assert [one["open"] for one in tell_traits(DRAWN.images, DRAWN.images[0], ~NOTHING, told)] == is_open


def test_candidates_say_what_they_show(model: FaceModel) -> None:
    filled = fill(covered(), MASK, model, k=8, seed=3)
    finals = np.stack([candidate.final for candidate in filled.candidates])
    rows, _ = nearest_rmse(finals, DRAWN.images)
    shown = [{name: str(DRAWN.attributes[row][name]) for name in ("eyes", "mouth", "nose")} for row in rows]

    assert [dict(candidate.attributes) for candidate in filled.candidates] == shown


@pytest.mark.parametrize("pick", ["spread", "sample", "random"])
def test_wanted_attributes_are_had_by_all(model: FaceModel, pick: Pick) -> None:
    filled = fill(covered(), MASK, model, k=8, pick=pick, wanted={"mouth": "2"}, seed=3)

    assert filled.candidates
    assert {candidate.attributes["mouth"] for candidate in filled.candidates} == {"2"}
    assert sum(candidate.weight for candidate in filled.candidates) == pytest.approx(1)


def test_what_is_wanted_leaves_the_rest_free() -> None:
    model = with_traits(make_eigen_model())
    filled = fill(covered(), MASK, model, k=8, wanted={"mouth": "2"}, seed=3)

    assert filled.outcomes == 5
    assert {candidate.attributes["nose"] for candidate in filled.candidates} == set("12345")


@pytest.mark.parametrize("engine", ["auto", "R"])
def test_what_the_visible_part_rules_out_is_refused_with_what_is_to_be_had(model: FaceModel, engine: Engine) -> None:
    seen = str(DRAWN.attributes[FACE]["eyes"])
    other = "1" if seen != "1" else "2"
    with pytest.raises(AttributesUnreachable, match=f"eyes = {other}") as refused:
        fill(covered(), MASK, model, engine=engine, wanted={"eyes": other})

    assert refused.value.facts["reachable"]["eyes"] == [seen]


@pytest.mark.parametrize(
    ("wanted", "field", "allowed"),
    [({"hat": "yes"}, "attributes", ["eyes", "mouth", "nose"]), ({"nose": "9"}, "attributes.nose", list("12345"))],
)
def test_what_the_model_cannot_tell_is_refused(
    model: FaceModel, wanted: dict[str, str], field: str, allowed: list[str]
) -> None:
    with pytest.raises(BadSettings) as refused:
        fill(covered(), MASK, model, wanted=wanted)

    assert (refused.value.facts["field"], refused.value.facts["allowed"]) == (field, allowed)


def test_of_a_model_without_attributes_what_helps_is_said(model: FaceModel) -> None:
    with pytest.raises(BadSettings, match=r"it tells none.*leave `attributes` out") as refused:
        fill(covered(), MASK, replace(model, traits=()), wanted={"nose": "2"})

    assert (refused.value.facts["field"], refused.value.facts["allowed"]) == ("attributes", [])


def test_a_photographs_model_finds_rare_values() -> None:
    model = with_traits(make_eigen_model(kind="photo"))
    filled = fill(covered(), MASK, model, k=8, wanted={"mouth": "2", "nose": "4"}, seed=3)

    assert {(one.attributes["mouth"], one.attributes["nose"]) for one in filled.candidates} == {("2", "4")}

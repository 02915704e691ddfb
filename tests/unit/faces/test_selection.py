"""Selection on drawn faces: tone decides, whatever the hair and the eyes say."""

import json
from dataclasses import replace

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000
from tests.unit.faces.filling_models import make_eigen_model

from maskeraid_faces import errors
from maskeraid_faces.coverings.worn import wear_any
from maskeraid_faces.drawing.covered import COVERINGS
from maskeraid_faces.drawn import DrawnSet, draw_faces
from maskeraid_faces.face_model import Prototype
from maskeraid_faces.selection import make_prototypes
from maskeraid_faces.selection.choose import MOST_TOLD, choose_model
from maskeraid_faces.selection.conformal import held_out_scores
from maskeraid_faces.selection.lab import AT_ONCE, lab_differences
from maskeraid_faces.selection.p_values import p_value
from maskeraid_faces.selection.pool import ModelPool, ModelSummary

MASK = COVERINGS["mask"]
PLAIN = ("faces-light", "faces-medium", "faces-dark")


def summary(dataset: str, *, loadable: bool = False) -> ModelSummary:
    prototypes = make_prototypes(draw_faces(dataset).images, "drawn")
    return ModelSummary(
        dataset, dataset, prototypes, "drawn", (lambda: make_eigen_model(dataset)) if loadable else None
    )


@pytest.fixture(scope="module")
def plain() -> list[ModelSummary]:
    return [summary(dataset) for dataset in PLAIN]


@pytest.fixture(scope="module")
def covered_faces() -> DrawnSet:
    return draw_faces("faces-test")


class TestPrototypes:
    @pytest.mark.parametrize(("dataset", "looks"), [("faces-light", 1), ("faces-dark-balanced", 4)])
    def test_are_the_exact_looks_of_drawn_faces(self, dataset: str, looks: int) -> None:
        prototypes = make_prototypes(draw_faces(dataset).images, "drawn")
        assert [one.share for one in prototypes] == pytest.approx([1 / looks] * looks)

    def test_of_photographs_are_eight_at_most(self) -> None:
        rng = np.random.default_rng(0)
        faces = np.concatenate([draw_faces(dataset).images[::5] for dataset in PLAIN])
        photos = np.clip(faces + rng.normal(0, 6, faces.shape), 0, 255).astype(np.uint8)
        prototypes = make_prototypes(photos, "photo")
        assert 3 <= len(prototypes) <= 8
        assert sum(one.share for one in prototypes) == pytest.approx(1)
        assert np.ptp([one.tone[0] for one in prototypes]) > 30  # lightness of light and dark skin


class TestChoice:
    @pytest.mark.parametrize("figure", ["23", "24", "25"])
    def test_misleading_hair_does_not_mislead(
        self, covered_faces: DrawnSet, plain: list[ModelSummary], figure: str
    ) -> None:
        truth = covered_faces.truth
        assert truth is not None
        rows = [row for row, name in enumerate(truth.figures) if name == figure]
        assert rows
        for row in rows:
            chosen = choose_model(covered_faces.images[row], truth.coverings[row], plain)
            assert chosen.best in truth.right_models[row]

    @pytest.mark.parametrize("worse", [{"images": 10}, {"is_flagged": True}])
    def test_a_tie_is_broken_toward_the_sounder_model(self, covered_faces: DrawnSet, worse: dict[str, object]) -> None:
        truth, sound = covered_faces.truth, replace(summary("faces-light"), images=125)
        assert truth is not None
        for models in ([sound, replace(sound, id="w", **worse)], [replace(sound, id="w", **worse), sound]):
            chosen = choose_model(covered_faces.images[0], truth.coverings[0], models)
            assert (chosen.best, next(iter(chosen.distribution))) == ("faces-light", "faces-light")

    def test_of_equal_models_the_one_of_more_images_is_taken(self, covered_faces: DrawnSet) -> None:
        truth, sound = covered_faces.truth, replace(summary("faces-light"), images=125)
        assert truth is not None
        models = [sound, replace(sound, id="larger", images=500)]
        assert choose_model(covered_faces.images[0], truth.coverings[0], models).best == "larger"

    def test_soundness_makes_no_other_tone_fit(self, covered_faces: DrawnSet, plain: list[ModelSummary]) -> None:
        truth = covered_faces.truth
        assert truth is not None
        few = [replace(model, images=8 if model.id == "faces-light" else 500, is_flagged=True) for model in plain]
        row = next(row for row, right in enumerate(truth.right_models) if right == {"faces-light"})
        assert choose_model(covered_faces.images[row], truth.coverings[row], few).best == "faces-light"

    def test_each_covering_of_each_tone(self, covered_faces: DrawnSet, plain: list[ModelSummary]) -> None:
        truth = covered_faces.truth
        assert truth is not None
        for row in range(0, len(covered_faces.images), 31):
            chosen = choose_model(covered_faces.images[row], truth.coverings[row], plain)
            assert chosen.best in truth.right_models[row]

    def test_the_covered_pixels_say_nothing(self, plain: list[ModelSummary]) -> None:
        face = draw_faces("faces-light").images[0]
        dark = np.where(MASK[..., None], np.uint8(60), face)
        assert choose_model(face, MASK, plain).to_dict() == choose_model(dark, MASK, plain).to_dict()

    def test_visible_fit_tells_models_of_one_tone_apart(self) -> None:
        models = [summary("faces-light", loadable=True), summary("faces-light-balanced", loadable=True)]
        black_haired = draw_faces("faces-light-balanced").images[-1]
        chosen = choose_model(black_haired, MASK, models)
        fits = [chosen.reasons[model.id].fit for model in models]
        assert chosen.best == "faces-light-balanced"
        assert fits[1] < fits[0]  # type: ignore[operator]

    def test_none_fits(self, plain: list[ModelSummary]) -> None:
        chosen = choose_model(draw_faces("faces-light").images[0], MASK, [plain[2]])
        assert (chosen.best, chosen.nearest) == (None, "faces-dark")
        assert chosen.reasons["faces-dark"].offer == "unsuitable"

    def test_no_models(self) -> None:
        chosen = choose_model(draw_faces("faces-light").images[0], MASK, [])
        assert (chosen.best, chosen.nearest, dict(chosen.distribution)) == (None, None, {})

    def test_near_tone_is_offered_with_adaptation(self, plain: list[ModelSummary]) -> None:
        face = draw_faces("faces-light").images[0].astype(float)
        slightly_darker = (face * 0.93).astype(np.uint8)
        assert choose_model(slightly_darker, MASK, plain).reasons["faces-light"].offer == "with colour adaptation"


@pytest.fixture(scope="module")
def many() -> list[ModelSummary]:
    """300 models of 1 to 8 prototypes, among them some of photographs, few images, or no kind."""
    rng = np.random.default_rng(4)
    models = []
    for number in range(300):
        labs = rng.normal((65, 12, 20), (18, 6, 8), (1 + number % 8, 3, 3)).astype(np.float32)
        prototypes = tuple(Prototype(*colours, 1 / len(labs)) for colours in labs)
        kind = ("drawn", "photo", None)[number % 3]
        models.append(ModelSummary(f"m{number}", f"m{number}", prototypes, kind, images=60 + number))  # type: ignore[arg-type]
    return models


class TestManyModels:
    """What is done at once for thousands is what would be done for each."""

    def test_a_model_has_the_same_reasons_as_alone(self, many: list[ModelSummary]) -> None:
        face = draw_faces("faces-medium").images[3]
        chosen = choose_model(face, MASK, many)
        for model in many[:40]:
            if model.id in chosen.reasons:
                alone = choose_model(face, MASK, [model]).reasons[model.id]
                assert chosen.reasons[model.id] == alone
        assert len(chosen.reasons) == MOST_TOLD
        assert len(chosen.distribution) == 300
        assert sum(chosen.distribution.values()) == pytest.approx(1)

    def test_the_best_of_all_is_first(self, many: list[ModelSummary]) -> None:
        face = draw_faces("faces-medium").images[3]
        scores = {model.id: choose_model(face, MASK, [model]).reasons[model.id].score for model in many}
        ranked = sorted(scores, key=lambda model: scores[model])
        assert list(choose_model(face, MASK, many).distribution)[:50] == ranked[:50]

    def test_hair_decides_between_a_models_prototypes_of_like_tone(self) -> None:
        """Also where the tone of the one with the right hair lies as much farther as hair can make up for."""
        (own,) = make_prototypes(draw_faces("faces-light").images, "drawn")
        near = Prototype(own.tone, np.array([20, 0, 0], np.float32), own.eyes, 0.5)
        farther = Prototype(own.tone + np.array([0, 1, 1], np.float32), own.hair, own.eyes, 0.5)
        reasons = choose_model(draw_faces("faces-light").images[0], MASK, [ModelSummary("m", "m", (near, farther))])
        assert reasons.reasons["m"].hair_de00 == pytest.approx(0, abs=0.01)
        assert 0.3 < (reasons.reasons["m"].tone_de00 or 0) < 2.5

    def test_a_pool_says_the_same(self, many: list[ModelSummary]) -> None:
        face = draw_faces("faces-dark").images[0]
        assert choose_model(face, MASK, ModelPool.of(many)).to_dict() == choose_model(face, MASK, many).to_dict()

    def test_models_without_prototypes_take_no_part(self, many: list[ModelSummary]) -> None:
        empty = replace(many[0], id="empty", prototypes=())
        face = draw_faces("faces-dark").images[0]
        assert choose_model(face, MASK, [empty, *many]).to_dict() == choose_model(face, MASK, many).to_dict()

    def test_the_word_for_the_tone_is_that_of_the_nearest_one(self, many: list[ModelSummary]) -> None:
        face = draw_faces("faces-light").images[0]
        chosen = choose_model(face, MASK, many)
        lab = np.array(chosen.visible["tone"].lab, np.float32)
        nearest = min(many, key=lambda model: min(lab_differences(lab, one.tone[None])[0] for one in model.prototypes))
        assert chosen.visible["tone"].value == nearest.name


def photographs(tone: float, number: int, seed: int) -> np.ndarray:
    """Drawn faces that pass for photographs, as light as a share of the light tone, give or take a tenth."""
    rng = np.random.default_rng(seed)
    faces = draw_faces("faces-light").images[np.arange(number) % 125].astype(float)
    shades = tone * rng.uniform(0.9, 1.1, (number, 1, 1, 1))
    return np.clip(faces * shades + rng.normal(0, 5, faces.shape), 0, 255).astype(np.uint8)


class TestStrangeFaces:
    """Held-out faces tell how far a face may lie from its model before it is none of its."""

    @pytest.fixture
    def model(self) -> ModelSummary:
        prototypes = make_prototypes(photographs(0.8, 100, 0), "photo")
        scores = held_out_scores(photographs(0.8, 120, 1), prototypes, "photo", seed=1)
        assert len(scores) >= 100
        assert list(scores) == sorted(scores)
        return ModelSummary("m", "m", prototypes, "photo", held_out=scores)

    def test_hardly_one_of_its_own_is_refused(self, model: ModelSummary) -> None:
        rng, refused, ordinary = np.random.default_rng(2), [], []
        for face in photographs(0.8, 120, 3):
            worn = wear_any(face, rng)
            chosen = choose_model(worn.image, worn.covering, [model])
            refused.append(chosen.best is None)
            ordinary.append(chosen.reasons["m"].p)
        assert np.mean(refused) <= 0.07
        assert 0.4 < np.mean(ordinary) < 0.6  # type: ignore[arg-type]  # even between 0 and 1, as those of its own are

    def test_one_of_a_far_tone_is_refused_where_its_own_lie_near(self, model: ModelSummary) -> None:
        (face,) = photographs(0.57, 1, 5)
        alone = choose_model(face, MASK, [replace(model, held_out=())]).reasons["m"]
        assert (alone.offer, alone.p) == ("far", None)
        chosen = choose_model(face, MASK, [model])
        assert chosen.best is None
        assert chosen.reasons["m"].p == pytest.approx(1 / (1 + len(model.held_out)))

    def test_a_model_of_wider_range_takes_what_the_nearest_refuses(self, model: ModelSummary) -> None:
        (face,) = photographs(0.57, 1, 5)
        wider = replace(model, id="wider", held_out=tuple(float(number) for number in range(30)), images=10)
        chosen = choose_model(face, MASK, [model, wider])
        assert (chosen.nearest, chosen.best) == ("m", "wider")

    def test_are_not_known_of_drawn_or_few_faces(self) -> None:
        prototypes = make_prototypes(photographs(0.8, 40, 0), "photo")
        assert held_out_scores(draw_faces("faces-light").images, prototypes, "drawn", seed=0) == ()
        assert held_out_scores(photographs(0.8, 18, 1), prototypes, "photo", seed=0) == ()

    def test_the_p_value_counts_those_that_are_as_far_or_farther(self) -> None:
        held_out = [float(number) for number in range(1, 20)]
        assert p_value(19.0, held_out) == 2 / 20
        assert p_value(19.5, held_out) == 1 / 20
        assert p_value(0.0, held_out) == 1
        assert p_value(5.0, held_out[:18]) is None


class TestDifferences:
    def test_are_those_of_ciede2000(self) -> None:
        rng = np.random.default_rng(0)
        others = np.concatenate(
            [rng.uniform((0, -90, -90), (100, 90, 90), (AT_ONCE, 3)), [[50, 0, 0], [0, 0, 0], [60, 12, 20]]]
        ).astype(np.float32)
        for lab in ((60, 12, 20), (50, 0, 0), (30, -20, -70), (50, 2.6772, -79.7751)):
            ours = np.array(lab, np.float32)
            theirs = deltaE_ciede2000(np.broadcast_to(ours, others.shape), others)
            assert np.abs(lab_differences(ours, others) - theirs).max() < 0.01

    def test_one_of_the_published_pairs(self) -> None:
        """Sharma, Wu, Dalal 2005, table 1, pair 1."""
        pair = np.array([[50.0, 0.0, -82.7485]], np.float32)
        assert lab_differences(np.array([50.0, 2.6772, -79.7751], np.float32), pair)[0] == pytest.approx(
            2.0425, abs=1e-3
        )


class TestShares:
    """A share falls by e for each so many dE00 of score: fitted, see docs/science.md."""

    @pytest.mark.parametrize(("kind", "temperature"), [("drawn", 1.0), ("photo", 3.5)])
    def test_of_photographs_are_less_sure(self, plain: list[ModelSummary], kind: str, temperature: float) -> None:
        face = draw_faces("faces-light").images[0] if kind == "drawn" else photographs(0.9, 1, 1)[0]
        chosen = choose_model(face, MASK, plain)
        first, second = list(chosen.distribution)[:2]
        behind = chosen.reasons[second].score - chosen.reasons[first].score
        fall = np.log(chosen.distribution[first] / chosen.distribution[second])
        assert fall == pytest.approx(behind / temperature, rel=1e-4)


class TestAnswer:
    def test_distribution_sums_to_one_likeliest_first(self, plain: list[ModelSummary]) -> None:
        shares = list(choose_model(draw_faces("faces-medium").images[0], MASK, plain).distribution.values())
        assert sum(shares) == pytest.approx(1)
        assert shares == sorted(shares, reverse=True)

    def test_names_what_is_visible(self, plain: list[ModelSummary]) -> None:
        visible = choose_model(draw_faces("faces-medium").images[0], MASK, plain).visible
        assert {name: one.value for name, one in visible.items()} == {
            "tone": "faces-medium",
            "hair_colour": "black",
            "eye_colour": "black",
        }

    def test_hidden_eyes_are_not_named(self, plain: list[ModelSummary]) -> None:
        chosen = choose_model(draw_faces("faces-light").images[0], COVERINGS["bar"], plain)
        assert "eye_colour" not in chosen.visible
        assert chosen.reasons["faces-light"].eyes_de00 is None

    def test_is_plain_json(self, plain: list[ModelSummary]) -> None:
        facts = choose_model(draw_faces("faces-light").images[0], MASK, plain).to_dict()
        assert json.loads(json.dumps(facts)) == facts

    def test_cnn_is_refused(self, plain: list[ModelSummary]) -> None:
        with pytest.raises(errors.BadSettings) as refusal:
            choose_model(draw_faces("faces-light").images[0], MASK, plain, method="cnn")
        assert refusal.value.facts["allowed"] == ["attributes"]

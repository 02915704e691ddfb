"""The learned detector: the same sums as its Keras network, coverings found, bare faces left alone."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest
from tests.unit.inference.made_models import covered_face, make_model

from maskeraid_faces.coverings.detector import KIND_OF_FAMILY, KINDS, SIDE, Detector, with_places
from maskeraid_faces.coverings.detector_files import (
    detector_arrays,
    detector_shapes,
    generic_detector,
    second_look_shapes,
)
from maskeraid_faces.coverings.families import FAMILIES
from maskeraid_faces.coverings.find import find_covering, find_learned
from maskeraid_faces.coverings.seeing import seen_covering, seen_image
from maskeraid_faces.drawing.covered import COVERINGS
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.evaluation.coverings import measure_detection
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Covering, Image, Images, to_network
from maskeraid_faces.metrics.overlap import intersection_over_union
from maskeraid_faces.model_files import load_model, save_model
from maskeraid_faces.training.choices import wants_detector
from maskeraid_faces.training.covering_detector import fitted, with_detector
from maskeraid_faces.training.image_set import prepare
from maskeraid_faces.training.practice import draw_any_drawn_face, practise
from maskeraid_faces.training.second_look import train_second_look
from maskeraid_faces.training.settings import TrainSettings


def painted(first: int, number: int, side: int = SIDE) -> Images:
    return np.stack([draw_lifelike_face(side, np.random.default_rng(seed)) for seed in range(first, first + number)])


def blind() -> Detector:
    """One that sees coverings nowhere."""
    generic = generic_detector()
    return replace(generic, threshold=generic.threshold + 1000)


def flat_coverings(faces: Images) -> Iterator[tuple[Image, Covering]]:
    """Each face with a rectangle of one colour before it, anywhere, and where that is."""
    rng, side = np.random.default_rng(3), faces.shape[1]
    for face in faces:
        height, width = rng.integers(side // 4, side * 3 // 5, 2)
        top, left = rng.integers(0, side - height), rng.integers(0, side - width)
        covering = np.zeros((side, side), np.bool_)
        covering[top : top + height, left : left + width] = True
        yield np.where(covering[..., None], rng.integers(0, 256, 3).astype(np.uint8), face), covering


@pytest.fixture(scope="module")
def twice() -> FaceModel:
    """A model of light faces that looks twice."""
    model = make_model()
    faces = draw_faces("faces-light").images
    return replace(model, second_look=train_second_look(model, generic_detector(), faces, 1))


class TestDetector:
    def test_gives_what_its_network_gives(self) -> None:
        import keras

        from maskeraid_faces.networks.detector import build_detector
        from maskeraid_faces.networks.layers import weights_by_name

        network, images = build_detector(3), painted(0, 2)
        detector = Detector(weights_by_name(network), 0.0)
        assert {name: ("F32", array.shape) for name, array in detector_arrays(detector).items()} == detector_shapes()
        logits, scores = network(with_places(to_network(images)))
        seen = detector.look(images)
        assert np.allclose(seen.logits, logits, atol=1e-4)
        assert np.allclose(seen.kinds, keras.ops.softmax(scores), atol=1e-5)

    def test_every_family_has_a_kind(self) -> None:
        assert set(KIND_OF_FAMILY) == set(FAMILIES)
        assert set(KIND_OF_FAMILY.values()) == set(KINDS)


class TestGeneric:
    def test_finds_what_drawn_faces_wear(self) -> None:
        overlaps, recalls = [], []
        for tone in ("light", "medium", "dark"):
            for number in range(0, 125, 31):
                found = find_covering(covered_face(tone, "mask", number=number))
                truth = COVERINGS["mask"]
                overlaps.append(intersection_over_union(found.covering, truth))
                recalls.append(found.covering[truth].mean())
                assert found.kind == "mask"
                assert found.confidence is not None
                assert 0.5 < found.confidence < 1
        assert np.mean(overlaps) > 0.8
        assert np.mean(recalls) > 0.9

    def test_finds_nothing_on_most_bare_drawn_faces(self) -> None:
        faces = draw_faces("faces-light").images[::12]
        alarms = [find_covering(face).share > 0 for face in faces]
        assert np.mean(alarms) < 0.2
        bare = next(found for face in faces if (found := find_covering(face)).share == 0)
        assert (bare.kind, bare.confidence) == (None, None)

    def test_finds_families_on_faces_that_it_has_not_seen(self) -> None:
        measured = measure_detection(find_covering, painted(900, 6), most=4).to_dict()
        assert measured["iou"] > 0.75
        assert measured["recall"] > 0.9
        assert measured["kind_accuracy"] > 0.7

    @pytest.mark.parametrize("side", [16, 32, 48, 64, 128])
    def test_answers_in_the_size_of_the_picture(self, side: int) -> None:
        found = find_covering(painted(5, 1, side)[0])
        assert found.covering.shape == found.probability.shape == (side, side)

    def test_is_small_enough_to_travel(self) -> None:
        assert sum(array.nbytes for array in detector_arrays(generic_detector()).values()) < 2 * 2**20


class TestModels:
    def test_its_own_looks(self) -> None:
        model = replace(make_model(), detector=blind())
        assert find_covering(covered_face(), model).share == 0
        assert find_covering(covered_face(), make_model()).share > 0

    def test_of_several_the_one_that_knows_the_face(self) -> None:
        """A model of other faces takes this face's shapes for strange."""
        knows, other = make_model("light"), replace(make_model("dark"), detector=blind())
        for models in ([knows, other], [other, knows]):
            assert find_learned(covered_face("light"), models).share > 0

    def test_a_second_look_is_better(self, twice: FaceModel) -> None:
        faces, once = draw_faces("faces-light").images, replace(twice, second_look=None)
        first, second = (
            measure_detection(lambda image, model=model: find_learned(image, [model]), faces, most=4).to_dict()  # type: ignore[misc]
            for model in (once, twice)
        )
        assert second["iou"] > first["iou"] + 0.03
        assert second["recall"] > 0.97

    def test_a_face_of_another_tone_is_no_covering(self) -> None:
        faces = draw_faces("faces-medium").images
        model = make_model("medium")
        model = replace(model, second_look=train_second_look(model, generic_detector(), faces, 1))
        found = find_covering(covered_face("light", "mask"), model)
        assert intersection_over_union(found.covering, COVERINGS["mask"]) > 0.5

    def test_faces_that_it_does_not_know_are_not_all_covering(self, twice: FaceModel) -> None:
        """Hardly anything of them is explained by its components: its second look would call it all covered."""
        looks = [(find_covering(image, twice), truth) for image, truth in flat_coverings(painted(700, 24))]
        assert np.mean([found.share < 2 * truth.mean() for found, truth in looks]) > 0.8
        assert np.mean([intersection_over_union(found.covering, truth) for found, truth in looks]) > 0.65

    @pytest.mark.parametrize("is_known", [True, False])
    def test_its_confidence_is_the_overlap_on_average(self, twice: FaceModel, is_known: bool) -> None:
        faces = draw_faces("faces-light").images[::4] if is_known else painted(800, 32)
        looks = [(find_covering(image, twice), truth) for image, truth in flat_coverings(faces)]
        sure = [found.confidence for found, _ in looks if found.confidence is not None]
        overlaps = [intersection_over_union(found.covering, truth) for found, truth in looks if found.share]
        assert np.mean(sure) == pytest.approx(np.mean(overlaps), abs=0.1)

    def test_travels_with_its_model(self) -> None:
        own = replace(generic_detector(), threshold=0.5)
        rng = np.random.default_rng(0)
        second = {name: rng.random(shape, np.float32) for name, (_, shape) in second_look_shapes().items()}
        loaded = load_model(save_model(replace(make_model(), detector=own, second_look=second, facts={})))
        again = loaded.detector
        assert loaded.second_look is not None
        assert again is not None
        assert all(np.array_equal(loaded.second_look[name], array) for name, array in second.items())
        assert again.threshold == 0.5
        assert all(np.array_equal(again.weights[name], array) for name, array in own.weights.items())


class TestPractice:
    def test_is_the_same_for_the_same_numbers(self) -> None:
        one, other = (practise(draw_any_drawn_face, 6, np.random.default_rng(3)) for _ in range(2))
        assert all(np.array_equal(first, second) for first, second in zip(one, other, strict=True))

    def test_some_faces_wear_nothing(self) -> None:
        practice = practise(draw_any_drawn_face, 80, np.random.default_rng(0))
        bare = practice.kinds < 0
        assert 0.05 < bare.mean() < 0.3
        assert not practice.coverings[bare].any()
        assert practice.coverings[~bare].any(axis=(1, 2)).all()

    def test_drawn_faces_keep_sharp_pixels(self) -> None:
        small = draw_any_drawn_face(np.random.default_rng(0))
        assert np.array_equal(seen_image(small)[::2, ::2], small)
        covering = COVERINGS["mask"]
        assert np.array_equal(seen_covering(covering)[::2, ::2], covering)


class TestWithDetector:
    ABOUT: ClassVar[dict[str, Any]] = {"seed": 1, "is_mirrored": True}

    def test_without_practice_it_looks_twice(self) -> None:
        faces = draw_faces("faces-light").images
        made = with_detector(make_model(), faces, faces[:0], may_practise=False, **self.ABOUT)
        assert made
        assert made.detector is None
        assert made.second_look is not None
        said = made.facts["detector"]
        assert (said["has_practised"], said["looks_twice"]) == (False, True)  # type: ignore[index]
        assert said["iou"] > 0.8  # type: ignore[index]

    def test_practice_that_makes_it_worse_is_thrown_away(self) -> None:
        faces = painted(0, 40, 32)
        made = with_detector(make_model(), faces, painted(50, 10, 32), may_practise=True, steps=3, **self.ABOUT)
        assert made
        said = made.facts["detector"]
        judged = measure_detection(lambda image: find_learned(image, [made]), painted(50, 10, 32), seed=1, most=12)
        has_learned = {"has_practised": made.detector is not None, "looks_twice": made.second_look is not None}
        assert said == {**has_learned, **judged.to_dict()}

    def test_is_left_when_it_is_stopped(self) -> None:
        faces = painted(0, 40, 32)
        stopped = with_detector(
            make_model(), faces, faces, may_practise=True, steps=3, should_stop=lambda: True, **self.ABOUT
        )
        assert stopped is None

    @pytest.mark.parametrize(("losing", "threshold"), [("recall", -1.0), ("overlap", 1.0)])
    def test_the_threshold_is_where_most_is_right(self, losing: str, threshold: float) -> None:
        faces = painted(0, 30)
        best = fitted(generic_detector(), faces, 0).threshold
        moved = replace(generic_detector(), weights={
            name: array + (threshold if name == "map.bias" else 0) for name, array in generic_detector().weights.items()
        })  # fmt: skip
        assert fitted(moved, faces, 0).threshold == pytest.approx(best + threshold, abs=0.5)


class TestWantsDetector:
    @pytest.mark.parametrize(
        ("kind", "number", "wanted", "is_trained"),
        [
            ("photo", 300, None, True), ("photo", 299, None, False), ("photo", 300, False, False),
            ("drawn", 300, None, False), ("photo", 60, True, True),
        ],
    )  # fmt: skip
    def test_photographs_by_their_number(self, kind: Any, number: int, wanted: bool | None, is_trained: bool) -> None:  # noqa: ANN401 a literal
        images = np.random.default_rng(0).integers(0, 256, (number, 16, 16, 3), np.uint8)
        if kind == "drawn":
            images &= 128
        settings = TrainSettings(kind=kind, detector=wanted)
        assert wants_detector(prepare(images, settings, None, 0), settings) is is_trained

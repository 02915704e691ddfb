"""The thesis's choosing network: its split, its training, what it shows of itself, and its files."""

from dataclasses import replace

import numpy as np
import pytest

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import BadModelFile, BadSettings, TooFewImages, TooFewModels
from maskeraid_faces.images import Images, to_network
from maskeraid_faces.networks.layers import set_weights
from maskeraid_faces.networks.selector import build_selector
from maskeraid_faces.selection.network import (
    CONVOLUTIONS,
    FIRST,
    LAST,
    SIDE,
    SelectorNetwork,
    feature_maps,
    probabilities,
)
from maskeraid_faces.selection.network_files import (
    DESCRIPTION_FILE,
    HALVED,
    WEIGHTS_FILE,
    load_selector,
    save_selector,
)
from maskeraid_faces.training.selector import Epoch, SelectorResult, SelectorSettings, SelectorWatch, train_selector
from maskeraid_faces.training.selector_split import split_rows

TONES = ("light", "medium", "dark")


def some_faces(step: int) -> dict[str, Images]:
    return {f"faces-{tone}": draw_faces(f"faces-{tone}").images[::step] for tone in TONES}


@pytest.fixture(scope="module")
def points() -> list[Epoch]:
    return []


@pytest.fixture(scope="module")
def trained(points: list[Epoch]) -> SelectorResult:
    """Sixteen steps on 32 of 48 faces."""
    settings = SelectorSettings(batch=8, max_epochs=4, fewest_epochs=5)
    return train_selector(some_faces(8), seed=3, settings=settings, watch=SelectorWatch(epoch=points.append))


class TestSplit:
    def test_of_375_faces_is_that_of_the_thesis_with_every_models_share(self) -> None:
        labels = np.repeat(np.arange(3), 125)
        split = split_rows(labels, seed=0)
        assert [len(rows) for rows in (split.training, split.validation, split.test)] == [250, 50, 75]
        assert sorted([*split.training, *split.validation, *split.test]) == list(range(375))
        for rows in (split.training, split.validation, split.test):
            assert np.ptp(np.bincount(labels[rows])) <= 1

    def test_follows_the_seed(self) -> None:
        labels = np.repeat(np.arange(2), 20)
        assert np.array_equal(split_rows(labels, 1).test, split_rows(labels, 1).test)
        assert not np.array_equal(split_rows(labels, 1).test, split_rows(labels, 2).test)

    def test_of_the_fewest_images_has_each_model_in_every_part(self) -> None:
        labels = np.repeat(np.arange(40), 8)
        split = split_rows(labels, 0)
        assert all(len(set(labels[rows])) == 40 for rows in (split.training, split.validation, split.test))


class TestTraining:
    def test_tells_the_tones_apart(self, trained: SelectorResult) -> None:
        report = trained.report
        confusion = np.array(report.confusion)
        assert report.accuracy >= 0.7  # after sixteen steps; of a guess a third would be right
        assert report.accuracy == report.weighted.recall == pytest.approx(np.trace(confusion) / 10)
        assert sorted(confusion.sum(axis=1)) == [3, 3, 4]
        assert {name: row.images for name, row in report.models.items()} == dict(
            zip(some_faces(8), confusion.sum(axis=1), strict=True)
        )
        assert report.mean.recall == pytest.approx(np.mean([row.recall for row in report.models.values()]))

    def test_shows_its_curves_as_they_come(self, trained: SelectorResult, points: list[Epoch]) -> None:
        assert [point.epoch for point in trained.curves] == [1, 2, 3, 4]
        assert list(trained.curves) == points
        assert trained.curves[-1].loss < trained.curves[0].loss
        assert trained.stopped == "epochs"

    def test_has_the_layers_of_table_4_with_their_true_sums(self, trained: SelectorResult) -> None:
        assert (trained.layers.total, trained.layers.trainable) == (35_646_595, 35_645_059)

    @pytest.mark.usefixtures("uncompiled")
    def test_ends_when_it_is_asked_to_after_one_epoch(self) -> None:
        done: list[float] = []
        watch = SelectorWatch(progress=done.append, stop=lambda: True)
        result = train_selector(some_faces(12), watch=watch)
        assert (result.stopped, [point.epoch for point in result.curves]) == ("asked", [1])
        assert done == [pytest.approx(1.0)]  # its 22 faces are one batch

    def test_needs_two_models(self) -> None:
        with pytest.raises(TooFewModels, match="2 models to choose among, found 1"):
            train_selector({"faces-light": draw_faces("faces-light").images})

    def test_needs_eight_images_of_every_model(self) -> None:
        faces = some_faces(6) | {"faces-few": draw_faces("faces-dark").images[:7]}
        with pytest.raises(TooFewImages) as refused:
            train_selector(faces)
        assert refused.value.facts == {"found": {"faces-few": 7}}


class TestUse:
    def test_is_the_same_without_tensorflow(self, trained: SelectorResult) -> None:
        network = build_selector(3)
        set_weights(network, trained.network.weights)
        faces = np.concatenate(list(some_faces(40).values()))
        expected = network.predict_on_batch(to_network(faces))
        found = np.array([list(probabilities(trained.network, face).values()) for face in faces])
        assert np.abs(found - expected).max() < 1e-5
        assert found.sum(axis=1) == pytest.approx(1)

    def test_takes_faces_of_any_size(self, trained: SelectorResult) -> None:
        face = draw_faces("faces-dark").images[0]
        large = face.repeat(4, axis=0).repeat(4, axis=1)
        assert probabilities(trained.network, large) == pytest.approx(probabilities(trained.network, face))

    @pytest.mark.parametrize(("layer", "shape"), [(FIRST, (32, 32, 128)), (LAST, (16, 16, 256))])
    def test_feature_maps_are_what_a_convolution_gives(
        self, trained: SelectorResult, layer: str, shape: tuple[int, ...]
    ) -> None:
        import keras

        network = build_selector(3)
        set_weights(network, trained.network.weights)
        face = draw_faces("faces-light").images[0]
        expected = keras.Model(network.input, network.get_layer(layer).output).predict_on_batch(to_network(face[None]))
        found = feature_maps(trained.network, face, layer)
        assert found.shape == shape
        assert np.abs(found - expected[0]).max() < 1e-3

    def test_feature_maps_of_no_convolution(self, trained: SelectorResult) -> None:
        with pytest.raises(BadSettings) as refused:
            feature_maps(trained.network, draw_faces("faces-light").images[0], "hidden_1")
        assert refused.value.facts["allowed"] == list(CONVOLUTIONS)


class TestFiles:
    def test_come_back_as_they_were(self, trained: SelectorResult) -> None:
        files = save_selector(trained.network)
        back = load_selector(files)
        assert back.models == trained.network.models
        assert back.weights.keys() == trained.network.weights.keys()
        for name, array in back.weights.items():
            assert array.dtype == np.float32
            assert np.array_equal(array, trained.network.weights[name]), name
        assert 75_000_000 < len(files[WEIGHTS_FILE]) < 77_000_000  # the largest kernel in float16

    def test_what_is_measured_is_what_is_stored(self, trained: SelectorResult) -> None:
        kernel = trained.network.weights[HALVED]
        assert np.array_equal(kernel, kernel.astype(np.float16).astype(np.float32))

    @pytest.mark.parametrize(
        "change",
        [
            {DESCRIPTION_FILE: b'{"models": ["a"]}'},
            {DESCRIPTION_FILE: b'{"models": ["a", "a", "b"]}'},
            {DESCRIPTION_FILE: b'{"models": ["a", "b"]}'},
            {"more.json": b"{}"},
            {WEIGHTS_FILE: b"no tensors"},
        ],
    )
    def test_others_are_refused(self, trained: SelectorResult, change: dict[str, bytes]) -> None:
        with pytest.raises(BadModelFile):
            load_selector(save_selector(trained.network) | change)

    def test_weights_that_are_not_finite_are_refused(self, trained: SelectorResult) -> None:
        broken = {**trained.network.weights, "output.bias": np.full(3, np.nan, np.float32)}
        with pytest.raises(BadModelFile, match="not finite"):
            load_selector(save_selector(replace(trained.network, weights=broken)))


def test_its_input_has_the_size_of_table_4() -> None:
    assert build_selector(2).input_shape == (None, SIDE, SIDE, 3)
    assert SelectorNetwork(("a", "b"), {}).models == ("a", "b")

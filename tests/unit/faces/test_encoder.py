"""The encoder of engine A's search: what it is shown, that it runs alike everywhere, what it learns."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from tests.unit.faces.searching_models import make_pixel_model

from maskeraid_faces.coverings.shapes import lower_face
from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.face_model import Bank, FaceModel
from maskeraid_faces.filling.encoder import ENCODER_FILE, encoder_shapes, guess, shown
from maskeraid_faces.images import Images
from maskeraid_faces.model_description import ARCHITECTURE_FILE
from maskeraid_faces.model_files import load_model, model_digest, save_model
from maskeraid_faces.networks.encoder import build_encoder
from maskeraid_faces.networks.sloped import multiplications
from maskeraid_faces.training import bank, searching
from maskeraid_faces.training import encoder as training
from maskeraid_faces.training import train as begin
from maskeraid_faces.training.encoder import EncoderTraining, make_examples
from maskeraid_faces.training.searching import fit_limit, with_search
from maskeraid_faces.training.settings import TrainSettings, Watch

SIZE = 16
COVERING = lower_face(SIZE)
RNG = np.random.default_rng(0)
FACES, ANSWERS = RNG.integers(0, 256, (2, 3, SIZE, SIZE, 3), np.uint8)


@pytest.fixture(scope="module")
def model() -> FaceModel:
    return make_pixel_model("dcgan", SIZE)


@pytest.fixture(scope="module")
def trained(model: FaceModel) -> EncoderTraining:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "DRAWS", 512)
        patch.setattr(training, "steps_of", lambda model, encoder: (80, 6))
        made = EncoderTraining(model, 3)
        assert made.train()
    return made


@pytest.fixture(scope="module")
def complete(model: FaceModel) -> FaceModel:
    arrays = {name: RNG.random(shape, np.float32) for name, (_, shape) in encoder_shapes(SIZE, 100).items()}
    return replace(model, encoder=arrays, search_limit=12.5)


class TestShown:
    def test_nothing_under_the_covering(self) -> None:
        other = np.where(COVERING[..., None], np.uint8(0), FACES)
        np.testing.assert_array_equal(shown(FACES, COVERING, ANSWERS), shown(other, COVERING, ANSWERS))

    def test_colours_covering_and_the_brightness_of_the_answer(self) -> None:
        maps = shown(FACES, COVERING, np.full_like(FACES, 255))
        assert maps.shape == (3, SIZE, SIZE, 5)
        assert (maps[:, COVERING, :3] == 0).all()
        np.testing.assert_allclose(maps[:, ~COVERING, :3], FACES[:, ~COVERING] / 127.5 - 1, atol=1e-6)
        assert (maps[..., 3] == COVERING).all()
        np.testing.assert_allclose(maps[:, COVERING, 4], 1, atol=1e-6)

    def test_large_faces_at_64_pixels(self) -> None:
        large = np.zeros((1, 128, 128, 3), np.uint8)
        assert shown(large, lower_face(128), large).shape == (1, 64, 64, 5)
        assert encoder_shapes(128, 7) == encoder_shapes(64, 7)


class TestTraining:
    def test_runs_with_numpy_as_keras_does(self, trained: EncoderTraining) -> None:
        maps = shown(FACES, COVERING, ANSWERS)
        wanted = trained._encoder(maps).numpy()
        np.testing.assert_allclose(guess(trained.weights(), maps), wanted, atol=1e-4)

    def test_guesses_draws_that_it_has_not_learned_from(self, trained: EncoderTraining) -> None:
        """Guesses of chance have a mean product of 0 with the truth, give or take 0.003."""
        examples, unseen = trained._examples, slice(None, None, training.LEFT_OUT)
        guesses = guess(trained.weights(), examples.maps[unseen].astype(np.float32))
        assert np.mean(guesses * examples.latents[unseen]) > 0.015

    def test_has_the_arrays_of_its_file(self, trained: EncoderTraining, model: FaceModel) -> None:
        found = {name: ("F32", array.shape) for name, array in trained.weights().items()}
        assert found == encoder_shapes(SIZE, model.latent_size)

    def test_ends_when_it_is_asked_to(self, trained: EncoderTraining) -> None:
        assert not trained.train(lambda: True)


class TestSteps:
    def test_are_counted_by_what_they_cost(self, model: FaceModel, monkeypatch: pytest.MonkeyPatch) -> None:
        own = 9 * (5 * 32 * 64 + 32 * 64 * 16 + 64 * 128 * 4 + 128 * 256) + 256 * model.latent_size
        a_step = 32 * 3 * own  # there, and back to the weights and to the maps
        monkeypatch.setattr(training, "MOST_TO_LEARN", 1000 * a_step / 0.6)
        drawing = 32 * 2 * multiplications(model)
        wanted = 1000, int(0.4 / 0.6 * 1000 * a_step / (a_step + drawing))
        assert training.steps_of(model, build_encoder(SIZE, model.latent_size)) == wanted


class TestExamples:
    def test_are_covered_draws_of_the_bank_and_fresh_ones(
        self, model: FaceModel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(training, "DRAWS", 100)
        examples = make_examples(model, training.generator_of(model), 0)
        assert len(examples.latents) == len(np.unique(examples.latents, axis=0)) == 100
        place = int(np.flatnonzero((examples.latents == model.bank.latents[0]).all(axis=1))[0])
        assert examples.images[place].tobytes() == np.asarray(model.bank.draws, np.uint8)[0].tobytes()
        covered = examples.maps[place, :, :, 3] == 1
        assert 0.03 < covered.mean() < 0.7
        assert (examples.maps[place][covered][:, :3] == 0).all()
        seen = examples.images[place][~covered] / 127.5 - 1
        np.testing.assert_allclose(examples.maps[place][~covered][:, :3], seen, atol=1e-2)


class TestWithSearch:
    def test_is_for_photographs_of_generators_of_pixels(self, model: FaceModel) -> None:
        drawn = replace(model, kind="drawn")
        assert with_search(drawn, FACES, seed=0) is drawn

    def test_a_stopped_one_says_so(self, model: FaceModel, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(training, "DRAWS", 40)
        assert with_search(model, FACES, seed=0, should_stop=lambda: True) is None

    def test_nineteen_of_twenty_unseen_faces_keep_the_limit(
        self, model: FaceModel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        errors = np.arange(20, dtype=np.float32)
        monkeypatch.setattr(searching, "_errors", lambda *_: errors)
        faces = np.resize(FACES, (20, SIZE, SIZE, 3))
        assert fit_limit(model, faces, 0) == pytest.approx(np.quantile(errors, 0.95))

    def test_starts_are_the_bank_s_best(self, model: FaceModel) -> None:
        """Faces that are in the bank are found at once, others of the generator are not."""
        own = np.asarray(model.bank.draws, np.uint8)[:8].reshape(-1, SIZE, SIZE, 3)
        assert fit_limit(model, own, 0) < 1
        without = replace(model, bank=Bank(model.bank.latents[8:], model.bank.draws[8:]))
        assert fit_limit(without, own, 0) > 1

    def test_too_few_unseen_faces_tell_no_limit(self, model: FaceModel) -> None:
        assert fit_limit(model, FACES, 0) == 0


class TestTrain:
    def test_photographs_end_with_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bank, "DRAWS", 64)
        monkeypatch.setattr(bank, "FEWEST_DRAWS", 64)
        phases: list[str] = []

        def fake(model: FaceModel, unseen: Images, **_: object) -> FaceModel:
            assert len(unseen) == 3
            return replace(model, search_limit=7.0)

        monkeypatch.setattr(begin, "with_search", fake)
        settings = TrainSettings(architecture="thesis", loop="plain", steps=1, batch=2, detector=False)
        faces = np.random.default_rng(1).integers(0, 256, (30, SIZE, SIZE, 3), np.uint8)
        found = begin.train(faces, settings=settings, watch=Watch(phase=phases.append)).model
        assert phases[-1] == "encoder"
        assert found.search_limit == 7

    def test_one_that_is_stopped_there_says_what_is_missing(
        self, model: FaceModel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(begin, "with_search", lambda *_, **__: None)
        warned, kept = [], []
        set_up = SimpleNamespace(
            watch=Watch(warn=lambda code, _: warned.append(code)),
            loop=SimpleNamespace(keep=lambda: kept.append(1)),
            faces=SimpleNamespace(held_out=FACES),
            seed=0,
        )
        assert begin._with_search(model, cast(Any, set_up)) is model
        assert (warned, len(kept)) == (["encoder_left_out"], 2)


class TestFiles:
    def test_give_the_same_encoder_back(self, complete: FaceModel) -> None:
        loaded = load_model(save_model(complete))
        assert complete.encoder is not None
        assert loaded.encoder is not None
        assert loaded.search_limit == 12.5
        assert loaded.encoder.keys() == complete.encoder.keys()
        assert all(np.array_equal(loaded.encoder[name], array) for name, array in complete.encoder.items())

    def test_without_one_say_nothing_of_it(self, model: FaceModel) -> None:
        files = save_model(model)
        assert ENCODER_FILE not in files
        assert b"encoder" not in files[ARCHITECTURE_FILE]
        assert b"search_limit" not in files[ARCHITECTURE_FILE]
        assert load_model(files).encoder is None

    def test_their_digest_is_of_the_encoder_too(self, complete: FaceModel) -> None:
        assert complete.encoder
        moved = {**complete.encoder, "output.bias": complete.encoder["output.bias"] + 1}
        digests = {model_digest(save_model(one)) for one in (complete, replace(complete, encoder=moved))}
        assert len(digests) == 2

    def test_one_of_another_shape_is_refused(self, complete: FaceModel) -> None:
        assert complete.encoder
        wrong = {**complete.encoder, "output.bias": np.zeros(99, np.float32)}
        with pytest.raises(BadModelFile):
            load_model(save_model(replace(complete, encoder=wrong)))

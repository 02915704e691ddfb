"""The GANs on pixels: trained in two steps, resumed to the bit, kept as files, filled with; 32 bits where it counts."""

from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.face_model import FaceModel, Kind, TrainedArchitecture
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.images import to_network
from maskeraid_faces.model_files import load_model, save_model
from maskeraid_faces.networks.build import build_discriminator, build_generator
from maskeraid_faces.networks.generate import generate
from maskeraid_faces.networks.layers import variables_by_name
from maskeraid_faces.networks.stages import widths_for
from maskeraid_faces.training.loop import TrainingLoop
from maskeraid_faces.training.pixel_gan import PixelGan
from maskeraid_faces.training.progress import Plan, Progress, part_of
from maskeraid_faces.training.randomness import Stream
from maskeraid_faces.training.real_images import RealImages
from maskeraid_faces.training.settings import Checkpoint, TrainResult, TrainSettings, Watch
from maskeraid_faces.training.train import train
from maskeraid_faces.training.transfer import FROZEN_STEPS, Transfer, take_over

FACES = np.ascontiguousarray(draw_faces("faces-light").images[::3, 10:26, 8:24])  # 42 faces of 16 pixels


@dataclass(frozen=True)
class Trained:
    """A training of two steps, and its checkpoint after the first."""

    architecture: TrainedArchitecture
    result: TrainResult
    checkpoint: Checkpoint

    @property
    def networks(self) -> dict[str, Any]:
        """The weights of the checkpoint, by their names in a state."""
        parts = ("generator/", "discriminator/", "average/")
        return {name: array for name, array in part_of("now", self.checkpoint).items() if name.startswith(parts)}

    @property
    def model(self) -> FaceModel:
        return load_model(save_model(self.result.model))


def train_two_steps(architecture: TrainedArchitecture, watch: Watch, **options: Any) -> TrainResult:  # noqa: ANN401
    settings = TrainSettings(architecture=architecture, steps=2, batch=4, width=32)
    return train(FACES, settings=settings, seed=3, watch=watch, **options)


@pytest.fixture(scope="module", params=["dense", "dcgan", "r3"])
def trained(request: pytest.FixtureRequest) -> Trained:
    kept: dict[int, Checkpoint] = {}
    watch = Watch(checkpoint=kept.__setitem__, checkpoint_seconds=0)
    result = train_two_steps(request.param, watch)
    return Trained(request.param, result, kept[1])


def small_gan(kind: Kind = "photo", **options: Any) -> PixelGan:  # noqa: ANN401
    return PixelGan("dense", FACES, FACES[:0], kind, **{"batch": 4, "seed": 3, **options})


def gan_like(trained: Trained, *, seed: int) -> PixelGan:
    return PixelGan(trained.architecture, FACES, FACES[:0], "drawn", batch=4, seed=seed, width=32)


def loop_of(gan: PixelGan, watch: Watch, transfer: Transfer | None = None) -> TrainingLoop:
    """Two steps of a training that has begun with another one."""
    return TrainingLoop(gan, Plan(steps=2), watch, 3, Progress(transfer=asdict(transfer) if transfer else None), {})


def first_half(gan: PixelGan) -> set[str]:
    """The names of the discriminator's weights nearest to the image."""
    weights = gan._networks.discriminator.trainable_variables
    half = {id(weight) for weight in weights[: len(weights) // 2]}
    return {
        f"discriminator/{name}"
        for name, one in variables_by_name(gan._networks.discriminator).items()
        if id(one) in half
    }


def moved(before: Checkpoint, after: Checkpoint) -> set[str]:
    """The names of what differs."""
    assert before.keys() == after.keys()
    return {name for name, array in before.items() if not np.array_equal(array, after[name])}


class TestEveryArchitecture:
    def test_a_resumed_training_equals_an_unbroken_one(self, trained: Trained) -> None:
        resumed = train_two_steps(trained.architecture, Watch(), resume=trained.checkpoint)
        for name, array in trained.result.model.generator.items():
            np.testing.assert_array_equal(resumed.model.generator[name], array, err_msg=name)
        np.testing.assert_array_equal(resumed.model.bank.draws, trained.result.model.bank.draws)
        assert resumed.steps == 2

    def test_a_model_comes_back_from_its_files_and_draws_what_its_bank_holds(self, trained: Trained) -> None:
        model = trained.model
        assert (model.architecture, model.size, model.facts["recipe"]["batch"]) == (trained.architecture, 16, 4)  # type: ignore[index]
        drawn = generate(model, model.bank.latents[:70]).reshape(70, -1)
        assert drawn.std() > 0.5
        rounding = 1 if trained.architecture == "dense" else 0  # NumPy's sums are not TensorFlow's
        np.testing.assert_allclose(drawn.astype(int), model.bank.draws[:70].astype(int), atol=rounding)

    @pytest.mark.parametrize("engine", ["A", "R"])
    def test_a_fill_keeps_what_is_visible(self, trained: Trained, engine: Any) -> None:  # noqa: ANN401
        covering = np.zeros((16, 16), np.bool_)
        covering[8:14, 2:14] = True
        filled = fill(FACES[5], covering, trained.model, engine=engine, k=3)
        assert filled.engine == engine
        for candidate in filled.candidates:
            np.testing.assert_array_equal(candidate.final[~covering], FACES[5][~covering])

    def test_a_network_of_16_bits_gives_logits_and_images_of_32(self, trained: Trained) -> None:
        widths = widths_for(trained.architecture, 16, 32)
        for build in (build_generator, build_discriminator):
            network = build(trained.architecture, 16, widths, dtype="mixed_bfloat16")
            policies = {layer.compute_dtype for layer in network.layers}
            assert policies == {"float32", "bfloat16"}
            assert network.outputs[0].dtype == "float32"
            assert {weight.dtype for weight in network.weights} == {"float32"}
        assert network.layers[-1].compute_dtype == "float32"  # the discriminator's logit


class TestTransfer:
    """What a GAN begins with, and the half of its discriminator that keeps that for a while."""

    def test_networks_come_over_where_names_and_shapes_agree(self, trained: Trained) -> None:
        gan = gan_like(trained, seed=8)
        fresh = gan.state()
        # It was slowed down, which is no reason to slow this one down.
        start = {**trained.checkpoint, "now/pace": np.array(0.25, np.float32)}
        transfer = take_over(gan, trained.model.basis, start)
        assert (transfer.networks, transfer.frozen_until) == (("generator", "discriminator"), FROZEN_STEPS)
        begun, networks = gan.state(), trained.networks
        assert not moved(begun, fresh | networks | {"pace": fresh["pace"] / 2})
        assert moved(fresh, begun) > {"generator/output.kernel", "pace"}

    def test_a_discriminator_that_differs_in_one_array_stays_behind_and_is_not_spared(self, trained: Trained) -> None:
        gan = gan_like(trained, seed=8)
        fresh = gan.state()
        start = {**trained.checkpoint, "now/discriminator/output.kernel": np.zeros((1, 1), np.float32)}
        transfer = take_over(gan, trained.model.basis, start)
        assert (transfer.networks, transfer.frozen_until) == (("generator",), 0)
        came = {name: array for name, array in trained.networks.items() if not name.startswith("discriminator/")}
        assert not moved(gan.state(), fresh | came)

    def test_a_model_gives_its_generator(self, trained: Trained) -> None:
        gan = gan_like(trained, seed=8)
        fresh, weights = gan.state(), trained.model.generator
        assert take_over(gan, trained.model.basis, trained.model).networks == ("generator",)
        given = {f"{part}/{name}": array for part in ("generator", "average") for name, array in weights.items()}
        assert not moved(gan.state(), fresh | given)

    def test_another_architecture_begins_afresh(self, trained: Trained) -> None:
        gan = PixelGan(
            "r3" if trained.architecture == "dcgan" else "dcgan", FACES, FACES[:0], "drawn", batch=4, seed=8, width=32
        )
        fresh = gan.state()
        assert take_over(gan, trained.model.basis, trained.checkpoint).networks == ()
        assert not moved(fresh, gan.state())

    def test_half_of_the_discriminator_stays_until_its_step(self, trained: Trained) -> None:
        gan = gan_like(trained, seed=8)
        gan.freeze(until_step=2)
        start, half = gan.state(), first_half(gan)
        gan.run_steps(0, 2)
        changed = moved(start, gan.state())
        assert not changed & half
        assert changed > {"generator/output.kernel", "discriminator/output.kernel"}
        gan.run_steps(2, 3)
        assert moved(start, gan.state()) & half


class TestDense:
    def test_steps_cut_anywhere_give_the_same_bits(self) -> None:
        gan = small_gan()
        start = gan.state()
        gan.run_steps(0, 9)
        unbroken = gan.state()
        gan.restore(start)
        gan.run_steps(0, 3)
        gan.run_steps(3, 9)
        for name, array in gan.state().items():
            np.testing.assert_array_equal(array, unbroken[name], err_msg=name)
        changed = {name for name, array in start.items() if (array != unbroken[name]).any()}
        assert {"balance/p", "balance/steps", "average/output.kernel", "discriminator/hidden_1.kernel"} <= changed

    def test_a_frozen_training_resumes_to_the_bit(self) -> None:
        unbroken, resumed = small_gan(), small_gan()
        kept: dict[int, Checkpoint] = {}
        unbroken.freeze(FROZEN_STEPS)
        start = unbroken.state()
        transfer = Transfer(("generator", "discriminator"), "", FROZEN_STEPS)
        loop_of(unbroken, Watch(checkpoint=kept.__setitem__, checkpoint_seconds=0), transfer).run()
        loop = loop_of(resumed, Watch())
        loop.resume(kept[1])
        loop.run()
        assert not moved(resumed.state(), unbroken.state())
        assert not moved(start, resumed.state()) & first_half(resumed)

    def test_two_steps_of_16_bits_keep_weights_of_32(self) -> None:
        gan = small_gan(precision="mixed_bfloat16")
        curves = gan.run_steps(0, 2)
        assert all(np.isfinite(value) for value in curves.values())
        assert {array.dtype for name, array in gan.state().items() if "generator/" in name} == {np.dtype(np.float32)}
        exact = small_gan()
        exact.run_steps(0, 2)
        difference = gan.state()["generator/output.kernel"] - exact.state()["generator/output.kernel"]
        assert 0 < np.abs(difference).max() < 1e-2

    def test_the_learning_rate_falls_and_is_halved(self) -> None:
        gan = small_gan(learning_rate=1e-3, final_learning_rate=1e-4)
        gan.run_steps(6_000, 6_001)
        assert rates(gan) == pytest.approx([1e-4, 1e-4])
        gan.slow_down()
        gan.run_steps(0, 1)
        assert rates(gan) == pytest.approx([5e-4, 5e-4])

    def test_photographs_are_shown_mirrored_as_well(self) -> None:
        only = np.repeat(FACES[:1], 8, axis=0)
        only[:, :, :8] = 0
        sides = {is_mirrored: shown(only, is_mirrored) for is_mirrored in (True, False)}
        assert sides == {True: {True, False}, False: {True}}

    def test_from_128_pixels_on_the_penalties_come_at_every_fourth_step(self) -> None:
        gan = PixelGan("dense", np.tile(FACES, (1, 8, 8, 1)), FACES[:0], "drawn", batch=2, seed=0)
        images = tf.constant(np.tile(FACES[:4], (1, 8, 8, 1)), tf.float32) / 127.5 - 1
        weights = [float(gan._step._judged(images, tf.constant(step, tf.int64))[1]) for step in (4, 5, 6, 7)]
        assert weights[0] > 0
        assert weights[1:] == [0, 0, 0]


class TestDenseOnDrawnFaces:
    def test_begins_at_the_mean_face(self) -> None:
        drawn = small_gan("drawn").sample(latents(64)).astype(np.float64)
        others = small_gan("photo").sample(latents(64)).astype(np.float64)
        mean = FACES.mean(axis=0)
        assert np.abs(drawn.mean(axis=0) - mean).mean() < 3  # grey levels
        assert 1 < drawn.std(axis=0).mean() < others.std(axis=0).mean() / 2
        assert np.abs(others.mean(axis=0) - mean).mean() > 50

    def test_shows_the_discriminator_differences_from_it(self) -> None:
        gan = small_gan("drawn")
        images = tf.constant(to_network(FACES[:4]))
        mean = to_network(FACES).mean(axis=0)
        np.testing.assert_allclose(gan._step._logits(images), gan._networks.discriminator(images - mean), atol=1e-5)
        other = small_gan("photo")
        np.testing.assert_array_equal(other._step._logits(images), other._networks.discriminator(images))

    def test_is_not_augmented_and_goes_on_though_the_discriminator_is_always_right(self) -> None:
        gan = small_gan("drawn")
        images = tf.constant(to_network(FACES[:4]))
        state = {**gan.state(), "balance/p": np.float32(1)}
        gan.restore(state)
        step = tf.constant(0, tf.int64)
        np.testing.assert_array_equal(gan._step._augmented(images, 1, step, Stream.AUGMENTATION), images)
        gan.restore({**state, "balance/accuracies": np.float32(2), "balance/steps": np.float32(1),
                     "balance/times_won": np.float32(9), "balance/times_raised": np.float32(1)})  # fmt: skip
        assert not gan.judge().is_unbalanced
        other = small_gan("photo")
        other.restore({**other.state(), "balance/p": np.float32(1)})
        assert (other._step._augmented(images, 1, step, Stream.AUGMENTATION).numpy() != images.numpy()).any()

    def test_says_so_on_its_card(self) -> None:
        said = {kind: small_gan(kind).recipe for kind in ("drawn", "photo")}  # type: ignore[arg-type]
        assert (said["drawn"]["is_augmented"], said["photo"]["is_augmented"]) == (False, True)
        assert (said["drawn"]["learning_rate"], said["photo"]["learning_rate"]) == (1e-3, 2e-4)


def latents(number: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((number, 100)).astype(np.float32)


def rates(gan: PixelGan) -> list[float]:
    """The learning rates of both optimisers, as they were in the last step."""
    optimisers: list[keras.optimizers.Adam] = [gan._step.generator_optimiser, gan._step.discriminator_optimiser]
    return [float(optimiser.learning_rate.numpy()) for optimiser in optimisers]


def shown(images: np.ndarray, is_mirrored: bool) -> set[bool]:
    """Whether the real images that a discriminator sees are dark on their left."""
    real = RealImages(images, 16, 0, is_mirrored=is_mirrored)
    ((_, _, held),) = real.parts(0, 1)
    return set((real.of(tf.constant(0, tf.int64), held).numpy()[:, 0, 0, 0] == 0).tolist())

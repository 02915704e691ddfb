"""A training that begins with what another has learned: where that fits, what it saves, and what is refused."""

import dataclasses

import numpy as np
import pytest
from tests.unit.faces.conftest import without_compiling

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import BadSettings, SizeMismatch
from maskeraid_faces.images import Images
from maskeraid_faces.networks.generate import generate
from maskeraid_faces.training.basis import basis_arrays, coefficients_of, fit_basis
from maskeraid_faces.training.eigen import EigenGan
from maskeraid_faces.training.settings import Checkpoint, TrainResult, TrainSettings, Watch
from maskeraid_faces.training.thesis import ThesisGan
from maskeraid_faces.training.train import promote, train
from maskeraid_faces.training.transfer import FROZEN_STEPS, take_over

LIGHT, MEDIUM, DARK = (draw_faces(f"faces-{tone}").images for tone in ("light", "medium", "dark"))
SMALL = np.ascontiguousarray(LIGHT[::3, 10:26, 8:24])
DARKER = np.ascontiguousarray(DARK[::3, 10:26, 8:24])


@dataclasses.dataclass(frozen=True)
class Learned:
    """A training's end: its result, its last checkpoint, and the sheet of that."""

    result: TrainResult
    checkpoint: Checkpoint
    sheet: Images


def steps(number: int) -> TrainSettings:
    return TrainSettings(steps=number, target_quality=1.0, max_seconds=250, detector=False)


@pytest.fixture(scope="module")
def light() -> Learned:
    with without_compiling():
        return learn(LIGHT, steps(3))


def learn(faces: Images, settings: TrainSettings, *, seed: int = 1) -> Learned:
    kept: list[Checkpoint] = []
    sheets: list[Images] = []
    watch = Watch(
        samples=lambda step, images: sheets.append(images), checkpoint=lambda step, arrays: kept.append(arrays),
        checkpoint_seconds=0,
    )  # fmt: skip
    result = train(faces, settings=settings, seed=seed, watch=watch)
    return Learned(result, kept[-1], sheets[-1])


def gan_of(faces: Images) -> EigenGan:
    basis = fit_basis(faces, kind="drawn", seed=0)
    coefficients = coefficients_of(faces, basis)
    return EigenGan(coefficients, LIGHT[:0], basis, "drawn", 16, 9)


class TestEigen:
    @pytest.mark.slow
    def test_another_tone_is_learned_in_fewer_steps(self) -> None:
        """After half of the steps it is better than a training that began afresh."""
        light = learn(LIGHT, steps(1500))
        fresh = train(MEDIUM, settings=steps(1000), seed=2).model.facts
        begun = train(MEDIUM, settings=steps(500), seed=2, start=light.checkpoint).model.facts
        assert begun["start"]["networks"] == ("generator", "discriminator")  # type: ignore[index]
        assert begun["quality"] > fresh["quality"]  # type: ignore[operator]

    def test_a_model_gives_its_generator(self, light: Learned) -> None:
        gan, basis = gan_of(LIGHT), fit_basis(LIGHT, kind="drawn", seed=0)
        assert take_over(gan, basis, light.result.model).networks == ("generator",)
        latents = light.result.model.bank.latents[:50]
        # The same faces and components: what it draws before its first step is what the model draws.
        difference = np.abs(gan.sample(latents).astype(int) - generate(light.result.model, latents))
        assert difference.max() <= 1

    def test_turned_components_draw_the_same_faces(self, light: Learned) -> None:
        """Signs and order of components are arbitrary, and another set's may be turned round."""
        basis = fit_basis(LIGHT, kind="drawn", seed=0)
        turn = np.linalg.qr(np.random.default_rng(0).standard_normal((12, 12)))[0].astype(np.float32)
        whole = turn @ basis.components
        deviations = np.linalg.norm(whole, axis=1).astype(np.float32)
        # `components` must be orthogonal directions times deviations: turn directions, keep some deviations.
        directions = turn @ (basis.components / basis.deviations[:, None])
        turned = dataclasses.replace(basis, components=directions * deviations[:, None], deviations=deviations)
        coefficients = coefficients_of(LIGHT, turned)
        gan = EigenGan(coefficients, LIGHT[:0], turned, "drawn", 16, 9)
        take_over(gan, turned, light.checkpoint)
        latents = light.result.model.bank.latents[:50]
        difference = np.abs(gan.sample(latents).astype(int) - generate(light.result.model, latents))
        assert np.percentile(difference, 99) <= 1

    @pytest.mark.usefixtures("uncompiled")
    def test_of_photographs_the_linear_path_is_turned_too(self) -> None:
        basis = fit_basis(LIGHT, kind="drawn", seed=0)
        order, signs = np.random.default_rng(0).permutation(12), np.repeat([1, -1], 6).astype(np.float32)
        turned = dataclasses.replace(
            basis, components=basis.components[order] * signs[:, None], deviations=basis.deviations[order]
        )
        one, other = (
            EigenGan(coefficients, LIGHT[:0], found, "photo", 16, 9)
            for found in (basis, turned)
            for coefficients in [coefficients_of(LIGHT, found)]
        )
        one.run_steps(0, 20)
        kept = {f"now/{name}": array for name, array in one.state().items()} | basis_arrays(basis)
        assert take_over(other, turned, kept).networks == ("generator", "discriminator")
        latents = np.random.default_rng(1).standard_normal((50, 12), np.float32)
        difference = np.abs(one.sample(latents).astype(int) - other.sample(latents))
        assert difference.max() <= 1

    @pytest.mark.usefixtures("uncompiled")
    def test_what_varies_otherwise_begins_afresh_and_says_so(self) -> None:
        said: list[tuple[str, str]] = []
        watch = Watch(warn=lambda code, sentence: said.append((code, sentence)))
        start = learn(SMALL, steps(1)).checkpoint
        begun = train(DARKER, settings=steps(1), seed=2, watch=watch, start=start)
        ((code, sentence),) = said
        assert code == "begins_afresh"
        assert "degrees" in sentence
        assert begun.model.facts["warnings"] == [sentence]

    @pytest.mark.usefixtures("uncompiled")
    def test_another_number_of_components_begins_afresh(self, light: Learned) -> None:
        gan, some = gan_of(LIGHT), LIGHT[:100]
        basis = fit_basis(some, kind="drawn", seed=0)
        assert "12 components" in take_over(gan, basis, light.result.model).reason

    def test_another_size_is_refused(self, light: Learned) -> None:
        basis = fit_basis(SMALL, kind="drawn", seed=0)
        with pytest.raises(SizeMismatch):
            take_over(gan_of(SMALL), basis, light.result.model)

    @pytest.mark.usefixtures("uncompiled")
    def test_another_kind_of_network_begins_afresh(self, light: Learned) -> None:
        gan, basis = ThesisGan(LIGHT, 8, "fused", seed=1), fit_basis(LIGHT, kind="drawn", seed=0)
        before = gan.state()
        assert take_over(gan, basis, light.result.model).networks == ()
        assert all(np.array_equal(array, before[name]) for name, array in gan.state().items())


@pytest.mark.usefixtures("uncompiled")
class TestGansOfPixels:
    def test_weights_come_over_and_half_of_the_discriminator_stays(self) -> None:
        old, new = ThesisGan(SMALL, 8, "fused", seed=1), ThesisGan(SMALL, 8, "fused", seed=2)
        basis = fit_basis(SMALL, kind="drawn", seed=0)
        checkpoint = {f"now/{name}": array for name, array in old.state().items()}
        kept = {f"basis/{name}": np.asarray(value) for name, value in vars(basis).items()}
        transfer = take_over(new, basis, {**checkpoint, **kept})
        assert (transfer.networks, transfer.frozen_until) == (("generator", "discriminator"), FROZEN_STEPS)
        assert new.state()["pace"] == pytest.approx(0.5)  # of learning
        new.run_steps(0, 2)
        before, after = old.state(), new.state()
        moved = {name for name in before if "optimiser" not in name and not np.array_equal(before[name], after[name])}
        assert not any(name.startswith(("discriminator/hidden_1", "discriminator/hidden_2")) for name in moved)
        assert {"discriminator/hidden_3.kernel", "discriminator/output.kernel", "generator/output.kernel"} <= moved
        new.run_steps(FROZEN_STEPS, FROZEN_STEPS + 1)
        assert not np.array_equal(new.state()["discriminator/hidden_1.kernel"], before["discriminator/hidden_1.kernel"])

    def test_a_model_has_no_discriminator_to_keep(self) -> None:
        """What is fresh learns whole and at the usual pace, in the plain loop too."""
        model = train(SMALL, settings=TrainSettings(architecture="thesis", steps=1)).model
        new, basis = ThesisGan(SMALL, 8, "plain", seed=2), fit_basis(SMALL, kind="drawn", seed=0)
        transfer = take_over(new, basis, model)
        assert (transfer.networks, transfer.frozen_until) == (("generator",), 0)
        assert new.state()["pace"] == 1
        np.testing.assert_array_equal(new.state()["generator/output.kernel"], model.generator["output.kernel"])

    @pytest.mark.parametrize(("network", "came"), [("generator", ()), ("discriminator", ("generator",))])
    def test_a_network_of_another_width_stays_behind_whole(self, network: str, came: tuple[str, ...]) -> None:
        old, new = ThesisGan(SMALL, 8, "fused", seed=1), ThesisGan(SMALL, 8, "fused", seed=2)
        before, basis = new.state(), fit_basis(SMALL, kind="drawn", seed=0)
        wider = {
            name: np.concatenate([array, array], axis=-1) if name == f"{network}/hidden_2.kernel" else array
            for name, array in old.state().items()
        }
        transfer = take_over(new, basis, {f"now/{name}": array for name, array in wider.items()} | basis_arrays(basis))
        assert (transfer.networks, transfer.frozen_until) == (came, 0)
        assert came or "width" in transfer.reason
        after = new.state()
        assert after["pace"] == 1
        assert all(np.array_equal(after[name], before[name]) for name in before if name.startswith(f"{network}/"))

    def test_the_plain_loop_cannot(self) -> None:
        with pytest.raises(BadSettings):
            ThesisGan(SMALL, 8, "plain", seed=1).freeze(FROZEN_STEPS)


class TestPromotion:
    def test_a_checkpoint_becomes_a_model_as_it_is(self) -> None:
        settings = steps(500)
        learned = learn(SMALL, settings, seed=3)
        sheets: dict[int, Images] = {}
        model = promote(
            SMALL, learned.checkpoint, settings=settings, seed=3, watch=Watch(samples=sheets.__setitem__)
        ).model  # fmt: skip
        ((step, sheet),) = sheets.items()
        assert model.facts["stopped"] == "promoted"
        assert model.facts["kept_step"] == step
        assert model.facts["quality"] is not None
        np.testing.assert_array_equal(sheet, learned.sheet)

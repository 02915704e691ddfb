"""The search of engine A: starts go down to what is visible, and say where they ended."""

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.faces.searching_models import make_pixel_model

from maskeraid_faces.blending.composite import visible_sha256
from maskeraid_faces.coverings.shapes import lower_face
from maskeraid_faces.face_model import FaceModel, TrainedArchitecture
from maskeraid_faces.filling import search
from maskeraid_faces.filling.bank import visible_l1, visible_weights
from maskeraid_faces.filling.engines import image_bank_pool
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.filling.search import FEWEST_STARTS, FEWEST_STEPS, MOST_STEPS, pace_of, refine
from maskeraid_faces.filling.searched import searched_pool, visible_error
from maskeraid_faces.images import Floats, Image, to_network, to_pixels
from maskeraid_faces.networks.sloped import SlopedGenerator
from maskeraid_faces.networks.stages import generator_shapes

SIZE = 16
COVERING = lower_face(SIZE)
WEIGHTS = np.repeat(visible_weights(COVERING).ravel(), 3)


@pytest.fixture(scope="module")
def model() -> FaceModel:
    return make_pixel_model("dense", SIZE)


@pytest.fixture(scope="module")
def face(model: FaceModel) -> Image:
    """One that the generator can draw, but not of the bank."""
    latent = np.random.default_rng(7).standard_normal((1, model.latent_size), np.float32)
    return to_pixels(SlopedGenerator(model).draw(latent)[0]).reshape(SIZE, SIZE, 3)


def energies(model: FaceModel, latents: Floats, face: Image) -> Floats:
    """What a search makes small, written out."""
    differences = SlopedGenerator(model).draw(latents)[0] - to_network(face).ravel()
    excess = np.square(latents).sum(axis=1) - model.latent_size
    return np.abs(differences) @ WEIGHTS + 1e-3 * np.square(excess) / model.latent_size


class TestRefine:
    def test_goes_far_down_and_never_up(self, model: FaceModel, face: Image) -> None:
        starts = model.bank.latents[:8]
        refined = refine(SlopedGenerator(model), starts, to_network(face).ravel(), WEIGHTS, 60)
        before = energies(model, starts, face)
        assert (refined.energies <= before).all()
        assert refined.energies.mean() < before.mean() / 2
        np.testing.assert_allclose(refined.energies, energies(model, refined.latents, face), rtol=1e-3)

    def test_keeps_a_start_that_cannot_get_better(self, model: FaceModel) -> None:
        start = np.array(model.bank.latents[:1])
        start *= np.sqrt(model.latent_size / np.square(start).sum())
        values = SlopedGenerator(model).draw(start)[0][0]
        refined = refine(SlopedGenerator(model), start, values, WEIGHTS, 5)
        np.testing.assert_array_equal(refined.latents, start)

    def test_every_start_goes_for_itself(self, model: FaceModel, face: Image) -> None:
        def ends(starts: Floats) -> Floats:
            return refine(SlopedGenerator(model), starts, to_network(face).ravel(), WEIGHTS, 10).latents

        starts = model.bank.latents[:3]
        np.testing.assert_allclose(ends(starts)[1:2], ends(starts[1:2]), atol=1e-3)

    def test_does_not_look_under_the_covering(self, model: FaceModel, face: Image) -> None:
        other = np.where(COVERING[..., None], np.uint8(0), face)
        ends = [
            refine(SlopedGenerator(model), model.bank.latents[:3], to_network(one).ravel(), WEIGHTS, 5).latents
            for one in (face, other)
        ]
        np.testing.assert_array_equal(*ends)

    def test_draws_long_latents_back_to_their_usual_length(self, model: FaceModel) -> None:
        start = np.full((1, model.latent_size), 30, np.float32)
        nothing = np.zeros_like(WEIGHTS)
        refined = refine(SlopedGenerator(model), start, nothing, nothing, 40)
        assert np.square(refined.latents).sum() < 0.95 * np.square(start).sum()


class TestPace:
    def test_small_generators_take_every_start_and_step(self, model: FaceModel) -> None:
        assert pace_of(model) == search.Pace(20, MOST_STEPS)

    @pytest.mark.parametrize(("cost", "starts", "steps"), [(20, 20, 50), (40, 20, 25), (100, 8, 25), (200, 4, 25)])
    def test_larger_ones_have_fewer_steps_then_fewer_starts(
        self, model: FaceModel, monkeypatch: pytest.MonkeyPatch, cost: int, starts: int, steps: int
    ) -> None:
        monkeypatch.setattr(search, "multiplications", lambda model: cost)
        monkeypatch.setattr(search, "MOST_MULTIPLICATIONS", 2 * 20 * 20 * 50)
        assert pace_of(model) == search.Pace(starts, steps)
        assert starts >= FEWEST_STARTS
        assert steps >= FEWEST_STEPS

    @pytest.mark.parametrize(
        ("architecture", "widths", "latents", "pace"),
        [
            ("dense", (512, 512, 1024), 100, (20, 100)),
            ("dcgan", (512, 256, 128, 64), 100, (20, 25)),
            ("dcgan", (1024, 512, 256, 128), 100, (5, 25)),
            ("r3", (128, 128, 128, 64, 32), 64, (4, 30)),
        ],
    )
    def test_of_the_usual_generators_of_64_pixels(
        self, model: FaceModel, architecture: TrainedArchitecture, widths: tuple[int, ...], latents: int,
        pace: tuple[int, int],
    ) -> None:  # fmt: skip
        shapes = generator_shapes(architecture, 64, latents, widths, 64 * 64 * 3)
        weights = {name: np.broadcast_to(np.float32(0), shape) for name, shape in shapes.items()}  # of no bytes
        large = replace(model, architecture=architecture, size=64, widths=widths, latent_size=latents,
                        generator=weights)  # fmt: skip
        assert pace_of(large) == search.Pace(*pace)

    def test_the_largest_are_not_searched(self, model: FaceModel, face: Image, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(search, "MOST_MULTIPLICATIONS", 1)
        assert pace_of(model).starts == 0
        assert fill(face, COVERING, model).candidates[0].starts is None


class TestPool:
    def test_is_nearer_to_what_is_visible_than_the_whole_bank(self, model: FaceModel, face: Image) -> None:
        searched = searched_pool(face, COVERING, model, np.random.default_rng(0), 8)
        assert searched.fits.min() < image_bank_pool(face, COVERING, model).fits.min() / 1.5
        assert searched.weights.sum() == pytest.approx(1)

    def test_weights_fall_with_the_distance_to_what_is_visible(self, model: FaceModel, face: Image) -> None:
        searched = searched_pool(face, COVERING, model, np.random.default_rng(0), 8)
        images = searched.render(np.arange(len(searched.weights)))
        distances = visible_l1(face, COVERING, images.reshape(len(images), -1))
        assert np.all(np.diff(searched.weights[np.argsort(distances)]) <= 0)
        assert searched.weights[np.argmin(distances)] > searched.weights[np.argmax(distances)]

    def test_more_than_the_starts_come_from_the_bank(self, model: FaceModel, face: Image) -> None:
        searched = searched_pool(face, COVERING, model, np.random.default_rng(0), 30)
        assert len(searched.weights) == 30
        bank = {draw.tobytes() for draw in np.asarray(model.bank.draws, np.uint8)}
        assert all(one.tobytes() in bank for one in searched.render(np.arange(20, 30)))


class TestFill:
    @pytest.mark.parametrize("architecture", ["dense", "dcgan"])
    def test_visible_pixels_stay_as_they_are(self, architecture: str) -> None:
        image = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), np.uint8)
        filled = fill(image, COVERING, make_pixel_model(architecture, SIZE), k=4)  # type: ignore[arg-type]
        for candidate in filled.candidates:
            np.testing.assert_array_equal(candidate.final[~COVERING], image[~COVERING])
        assert filled.visible_sha256 == visible_sha256(image, COVERING)

    def test_same_seed_gives_the_same_bytes_another_other_guesses(self, with_encoder: FaceModel, face: Image) -> None:
        def bytes_of(seed: int) -> list[bytes]:
            return [one.final.tobytes() for one in fill(face, COVERING, with_encoder, seed=seed).candidates]

        assert bytes_of(3) == bytes_of(3)
        assert bytes_of(3) != bytes_of(4)

    def test_says_of_each_candidate_how_many_starts_ended_there(self, model: FaceModel, face: Image) -> None:
        filled = fill(face, COVERING, model, k=20)
        starts = [candidate.starts for candidate in filled.candidates]
        assert all(one is not None and 1 <= one.ended_here <= one.of == 20 for one in starts)
        said = filled.to_dict()
        assert json.loads(json.dumps(said)) == said
        assert said["candidates"][0]["starts"]["of"] == 20  # type: ignore[index]

    def test_starts_that_ended_alike_count_for_one_another(self, model: FaceModel, face: Image) -> None:
        same = replace(model.bank, latents=np.repeat(model.bank.latents[:1], 40, axis=0))
        same = replace(same, draws=np.repeat(np.asarray(model.bank.draws, np.uint8)[:1], 40, axis=0))
        (candidate,) = fill(face, COVERING, replace(model, bank=same)).candidates
        assert candidate.starts is not None
        assert candidate.starts.ended_here == 20

    def test_random_draws_are_not_searched(self, model: FaceModel, face: Image) -> None:
        bank = {draw.tobytes() for draw in np.asarray(model.bank.draws, np.uint8)}
        filled = fill(face, COVERING, model, pick="random", smoothing_k=0, tone_match="off")
        assert all(one.starts is None and one.stages for one in filled.candidates)
        assert {one.stages.generated.tobytes() for one in filled.candidates if one.stages} <= bank

    def test_drawn_faces_are_not_searched(self, model: FaceModel, face: Image) -> None:
        assert fill(face, COVERING, replace(model, kind="drawn")).candidates[0].starts is None

    def test_drafts_are_not_searched(self, model: FaceModel, face: Image) -> None:
        assert fill(face, COVERING, replace(model, is_draft=True)).candidates[0].starts is None

    def test_wanted_faces_may_be_any_of_the_bank(self, model: FaceModel, face: Image) -> None:
        pool = searched_pool(face, COVERING, model, np.random.default_rng(0), 512)
        assert len(pool.weights) == 20 + len(model.bank.latents)


class TestLimit:
    def test_leaves_out_what_is_far_from_the_visible(self, model: FaceModel, face: Image) -> None:
        whole = searched_pool(face, COVERING, model, np.random.default_rng(0), 8)
        errors = visible_error(whole.render(np.arange(20)), face, COVERING)
        limited = replace(model, search_limit=float(np.median(errors)))
        pool = searched_pool(face, COVERING, limited, np.random.default_rng(0), 8)
        assert len(pool.weights) == np.sum(errors <= np.median(errors))
        assert not pool.approximate

    def test_below_all_of_them_ridge_answers_and_is_flagged(self, model: FaceModel, face: Image) -> None:
        filled = fill(face, COVERING, replace(model, search_limit=1e-3))
        ridge = fill(face, COVERING, model, engine="R")
        assert (filled.engine, len(filled.candidates)) == ("R", 1)
        assert filled.candidates[0].is_approximate
        np.testing.assert_array_equal(filled.candidates[0].final, ridge.candidates[0].final)


@pytest.fixture(scope="module")
def with_encoder(model: FaceModel) -> FaceModel:
    """Its encoder is the answer to `face`, whatever it is shown, give or take a little."""
    from maskeraid_faces.filling.encoder import encoder_shapes

    arrays = {name: np.zeros(shape, np.float32) for name, (_, shape) in encoder_shapes(SIZE, model.latent_size).items()}
    arrays["output.bias"] = np.random.default_rng(7).standard_normal((1, model.latent_size), np.float32)[0]
    arrays["deviations"][:] = 0.3
    return replace(model, encoder=arrays)


class TestGuesses:
    def test_are_starts_of_the_search(self, model: FaceModel, with_encoder: FaceModel, face: Image) -> None:
        """With the right guess among them the face itself comes out."""
        without, found = (
            searched_pool(face, COVERING, one, np.random.default_rng(0), 8) for one in (model, with_encoder)
        )
        assert (without.starts, found.starts) == (20, 20)
        assert found.fits.min() < 1 < without.fits.min()

    def test_four_of_twenty(self, with_encoder: FaceModel, face: Image, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[Floats] = []

        def spy(generator: SlopedGenerator, starts: Floats, *rest: object) -> search.Refined:
            seen.append(starts)
            return search.Refined(starts, np.zeros(len(starts), np.float32))

        monkeypatch.setattr("maskeraid_faces.filling.searched.refine", spy)
        searched_pool(face, COVERING, with_encoder, np.random.default_rng(0), 8)
        order = np.argsort(visible_l1(face, COVERING, np.asarray(with_encoder.bank.draws, np.uint8)), kind="stable")
        assert with_encoder.encoder
        np.testing.assert_array_equal(seen[0][:16], with_encoder.bank.latents[order[:16]])
        np.testing.assert_array_equal(seen[0][16], with_encoder.encoder["output.bias"])
        away = seen[0][17:] - seen[0][16]
        assert 0.1 < away.std() < 0.6

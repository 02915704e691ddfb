"""Near copies of training faces: found by the covered region, told with the image, and rarely where there is none."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tests.unit.faces.filling_models import make_eigen_model
from threadpoolctl import threadpool_limits

from maskeraid_faces.coverings.shapes import lower_face, sunglasses
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.face_model import Bank, Conditioning, FaceModel, Prototype, RidgeFit
from maskeraid_faces.filling.answering import Engine
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.filling.filled import Candidate
from maskeraid_faces.filling.near_copies import find_near_copies
from maskeraid_faces.images import Covering, Image, Images, to_pixels
from maskeraid_faces.known_faces_file import read_known_faces, write_known_faces
from maskeraid_faces.model_files import save_model
from maskeraid_faces.training.basis import coefficients_of, fit_basis

SIDE = 32
MASK = lower_face(SIDE)
FEW, MANY, UNSEEN = 10, 200, 60
DRAWS = 600


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    with threadpool_limits(limits=1, user_api="blas"):
        yield


@cache
def faces() -> Images:
    rng = np.random.default_rng(3)
    return np.stack([draw_lifelike_face(SIDE, rng) for _ in range(MANY + UNSEEN)])


def without_faces(images: Images, *, is_overfitted: bool) -> FaceModel:
    """Whose generator draws either its training faces, hardly changed, or any face of their components."""
    basis = fit_basis(images, kind="photo", seed=0, is_mirrored=True)
    rng = np.random.default_rng(1)
    if is_overfitted:
        basis = replace(basis, gan_rank=len(basis.components))
        known = coefficients_of(images, basis)
        draws = known[rng.integers(len(known), size=DRAWS)]
        draws = draws + np.float32(0.05) * rng.standard_normal(draws.shape, np.float32)
    else:
        draws = rng.standard_normal((DRAWS, basis.gan_rank), np.float32)
    rank = basis.gan_rank
    generator = {"output.kernel": np.eye(rank, dtype=np.float32), "output.bias": np.zeros(rank, np.float32)}
    lab = np.zeros(3, np.float32)
    return FaceModel(
        "eigen", "photo", SIDE, rank, (8,), generator, basis, RidgeFit(0.1, np.full(basis.mean.size, 0.1, np.float32)),
        Bank(draws, draws), Conditioning(), (Prototype(lab, lab, lab, 1.0),), None,
    )  # fmt: skip


def with_faces(model: FaceModel, images: Images, owners: list[str] | None = None) -> FaceModel:
    ids = [f"img_{row}" for row in range(len(images))]
    content = write_known_faces(images, ids, owners, model, is_mirrored=True, seed=0)
    return replace(model, known_faces=read_known_faces(content, model.basis))


@cache
def overfitted() -> FaceModel:
    images = faces()[:FEW]
    return with_faces(without_faces(images, is_overfitted=True), images)


@cache
def healthy() -> FaceModel:
    images = faces()[:MANY]
    model = without_faces(images, is_overfitted=False)
    return with_faces(replace(model, ridge=replace(model.ridge, penalty=2.0)), images)  # as it is fitted to these


def filled(
    face: Image, model: FaceModel, engine: Engine = "A", seed: int = 0, covering: Covering = MASK
) -> tuple[Candidate, ...]:
    return fill(
        face, covering, model, k=4, engine=engine, seed=seed, stages=False, smoothing_k=0, tone_match="off"
    ).candidates


def at_random(model: FaceModel) -> tuple[Candidate, ...]:
    """Draws with no look at what is visible."""
    found = fill(faces()[MANY], MASK, model, pick="random", stages=False, smoothing_k=0, tone_match="off")
    return found.candidates


class TestOverfitted:
    @pytest.mark.parametrize("row", range(FEW))
    def test_candidates_that_copy_name_the_image(self, row: int) -> None:
        candidates = filled(faces()[row], overfitted())
        assert {(one.is_near_copy, one.near_copy_of) for one in candidates} == {(True, f"img_{row}")}

    @pytest.mark.parametrize("row", range(FEW))
    def test_so_do_copies_of_the_reflection(self, row: int) -> None:
        (best, *_) = filled(np.ascontiguousarray(faces()[row][:, ::-1]), overfitted(), "R")
        assert best.near_copy_of == f"img_{row}"

    def test_draws_at_random_are_copies_whatever_is_visible(self) -> None:
        assert all(one.is_near_copy for one in at_random(overfitted()))


class TestHealthy:
    @pytest.mark.parametrize("engine", ["A", "R"])
    def test_few_fills_of_unseen_faces_are_flagged(self, engine: Engine) -> None:
        """One in a hundred is the aim; of 60 faces some luck is allowed for. Ridge blurs: raw distances flag 7 %."""
        fills = [
            filled(face, healthy(), engine, seed, covering)
            for covering in (MASK, sunglasses(SIDE))
            for seed, face in enumerate(faces()[MANY:])
        ]
        assert np.mean([one.is_near_copy for candidates in fills for one in candidates]) <= 0.04

    def test_says_with_how_many_faces_it_compared(self) -> None:
        found = fill(faces()[MANY], MASK, healthy(), k=1, stages=False)
        assert found.faces_compared == (MANY, MANY)


class TestCoveredRegion:
    def test_a_face_that_differs_where_it_is_visible_alone_is_a_copy(self) -> None:
        """Its coefficients are a training face's but for a direction that hardly shows under the covering."""
        known, basis = healthy().known_faces, healthy().basis
        assert known
        components = basis.components[: known.coefficients.shape[1]]
        hidden = components[:, np.repeat(MASK.ravel(), 3)]
        direction = np.linalg.eigh(hidden @ hidden.T)[1][:, 0]
        values = basis.mean + (known.coefficients[3] + 20 * direction) @ components
        face = to_pixels(values).reshape(1, SIDE, SIDE, 3)
        assert np.abs(face[0][~MASK].astype(int) - faces()[3][~MASK]).mean() > 10
        assert find_near_copies(face, MASK, healthy()) == ["img_3"]


class TestPersons:
    def test_pictures_of_one_person_are_no_others(self) -> None:
        """Each face is there twice: nearest is the twin, unless both are known to show one person."""
        images = np.concatenate([faces()[:FEW], np.clip(faces()[:FEW].astype(int) + 1, 0, 255).astype(np.uint8)])
        model = without_faces(images, is_overfitted=True)
        named = with_faces(model, images, [str(row % FEW) for row in range(2 * FEW)])
        assert all(one.is_near_copy for one in at_random(named))


class TestUntold:
    def test_a_model_without_its_faces_tells_nothing(self) -> None:
        model = replace(overfitted(), known_faces=None)
        found = fill(faces()[0], MASK, model, k=1, stages=False)
        assert (found.candidates[0].is_near_copy, found.candidates[0].near_copy_of) == (None, None)
        assert found.faces_compared is None

    def test_the_faces_are_no_part_of_the_model_s_files(self) -> None:
        model = replace(make_eigen_model(), widths=(8,))
        assert save_model(with_faces(model, draw_faces("faces-light").images)) == save_model(model)


class TestFile:
    def test_of_too_many_a_sample_is_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("maskeraid_faces.known_faces_file.MOST_FACES", 6)
        model = with_faces(overfitted(), faces()[:FEW])
        assert model.known_faces
        assert (len(model.known_faces.ids), model.known_faces.total) == (6, FEW)
        again = with_faces(overfitted(), faces()[:FEW])
        assert again.known_faces
        assert again.known_faces.ids == model.known_faces.ids

    def test_reflections_are_made_of_the_basis(self) -> None:
        known = healthy().known_faces
        assert known
        reflected = np.ascontiguousarray(faces()[:MANY, :, ::-1])
        truth = with_faces(healthy(), reflected).known_faces
        assert truth
        assert np.abs(known.coefficients[MANY:] - truth.coefficients[:MANY]).max() < 0.05

    def test_of_another_model_is_refused(self) -> None:
        images = faces()[:MANY]
        content = write_known_faces(images, ["i"] * MANY, None, healthy(), is_mirrored=False, seed=0)
        with pytest.raises(BadModelFile):
            read_known_faces(content, overfitted().basis)

    @pytest.mark.parametrize("content", [b"", b"\0" * 64])
    def test_that_is_none_is_refused(self, content: bytes) -> None:
        with pytest.raises(BadModelFile):
            read_known_faces(content, overfitted().basis)

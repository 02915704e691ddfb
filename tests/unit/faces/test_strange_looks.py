"""Pictures that no model's faces look like: told by what the model's components leave of them."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from maskeraid_faces.coverings.shapes import lower_face
from maskeraid_faces.coverings.worn import wear_any
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.face_model import Bank, Conditioning, FaceModel, RidgeFit
from maskeraid_faces.images import Image, Images
from maskeraid_faces.selection import make_prototypes
from maskeraid_faces.selection.choose import choose_model
from maskeraid_faces.selection.conformal import held_out_scores
from maskeraid_faces.selection.looks import OwnLooks, looks, own_looks
from maskeraid_faces.selection.offers import judge, offer_of
from maskeraid_faces.selection.pool import ModelPool, ModelSummary
from maskeraid_faces.training.basis import fit_basis

SIDE = 48
MASK = lower_face(SIDE)


def photographs(number: int, seed: int) -> Images:
    """Drawn faces that pass for photographs: enlarged, soft, in uneven light, a little noisy."""
    rng = np.random.default_rng(seed)
    faces = draw_faces("faces-light").images
    found = []
    for _ in range(number):
        face = cv2.resize(faces[rng.integers(len(faces))], (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        face = np.roll(face, rng.integers(-2, 3, 2), axis=(0, 1)).astype(np.float32)
        light = np.linspace(*rng.uniform(0.85, 1.15, 2), SIDE)[None, :, None]
        found.append(np.clip(cv2.GaussianBlur(face, (0, 0), 1) * light + rng.normal(0, 3, face.shape), 0, 255))
    return np.rint(found).astype(np.uint8)


@pytest.fixture(scope="module")
def model() -> FaceModel:
    faces = photographs(150, 0)
    basis = fit_basis(faces, kind="photo", seed=0)
    return FaceModel(
        architecture="eigen", kind="photo", size=SIDE, latent_size=1, widths=(1,), generator={}, basis=basis,
        ridge=RidgeFit(3.2, np.full(basis.mean.size, 0.1, np.float32)),
        bank=Bank(np.zeros((1, 1), np.float32), np.zeros((1, basis.gan_rank), np.float32)),
        conditioning=Conditioning(), prototypes=make_prototypes(faces, "photo"), palette=None,
    )  # fmt: skip


@pytest.fixture(scope="module")
def summary(model: FaceModel) -> ModelSummary:
    unseen = photographs(60, 8)
    scores = held_out_scores(unseen, model.prototypes, "photo", seed=0)
    usual = own_looks(unseen, model, seed=0)
    assert usual is not None
    assert len(usual.held_out) >= 150  # each has worn four things
    assert list(usual.held_out) == sorted(usual.held_out)
    return ModelSummary("m", "m", model.prototypes, "photo", lambda: model, held_out=scores, looks=usual)


def strangers() -> dict[str, Image]:
    """What is no face, in the colours of faces."""
    rng = np.random.default_rng(2)
    (face,) = photographs(1, 3)
    skin = np.median(face[18:30, 16:32].reshape(-1, 3), axis=0)
    places = rng.permutation(36)
    blocks = face.reshape(6, 8, 6, 8, 3).swapaxes(1, 2).reshape(36, 8, 8, 3)[places]
    return {
        "noise": rng.integers(0, 256, face.shape, np.uint8),
        "soft": cv2.GaussianBlur(face, (0, 0), 4),
        "flat": np.clip(skin + rng.normal(0, 1.5, face.shape), 0, 255).astype(np.uint8),
        "run": cv2.resize(np.array([[face[0, 0], skin], [skin, [90, 60, 50]]], np.uint8), (SIDE, SIDE)),
        "blocks": blocks.reshape(6, 6, 8, 8, 3).swapaxes(1, 2).reshape(face.shape),
        "stripes": np.where((np.arange(SIDE) // 3 % 2 == 0)[:, None, None], face, face[::-1]),
    }


class TestStrangeLooks:
    @pytest.mark.parametrize("what", ["noise", "soft", "flat", "run", "blocks", "stripes"])
    def test_what_is_no_face_is_refused_whatever_its_tone(self, summary: ModelSummary, what: str) -> None:
        picture = strangers()[what]
        chosen = choose_model(picture, MASK, [summary])
        reasons = chosen.reasons["m"]
        assert (chosen.best, chosen.nearest, reasons.offer) == (None, "m", "unsuitable")
        assert "looks" in reasons.strange
        assert summary.looks is not None
        assert (reasons.p, reasons.strange) == judge(reasons.p_colours, reasons.p_looks, summary.looks.share)
        unasked = choose_model(picture, MASK, [replace(summary, looks=None)]).reasons["m"]
        assert (unasked.p_looks, unasked.p) == (None, unasked.p_colours)

    def test_hardly_one_of_its_own_is_refused(self, summary: ModelSummary) -> None:
        rng = np.random.default_rng(4)
        answers = []
        for face in photographs(60, 5):
            worn = wear_any(face, rng)
            answers.append(choose_model(worn.image, worn.covering, [summary]))
        assert np.mean([answer.best is None for answer in answers]) <= 0.07
        ordinary = [answer.reasons["m"].p_looks for answer in answers]
        assert 0.3 < np.mean(ordinary) < 0.7  # type: ignore[arg-type]  # even between 0 and 1

    def test_the_covered_pixels_say_nothing(self, model: FaceModel) -> None:
        (face,) = photographs(1, 6)
        white = np.where(MASK[..., None], np.uint8(255), face)
        # At 32 a side a pixel that is partly covered counts as covered.
        assert np.array_equal(looks(face, MASK, model), looks(white, MASK, model))  # type: ignore[arg-type]

    def test_nothing_is_said_of_next_to_nothing(self, model: FaceModel, summary: ModelSummary) -> None:
        covering = np.ones((SIDE, SIDE), np.bool_)
        covering[:6, :6] = False
        assert looks(photographs(1, 6)[0], covering, model) is None

    def test_farther_models_are_not_taken_unasked(self, summary: ModelSummary) -> None:
        """Of thousands only the nearest 20 are loaded: what looks strange to them is not left to the 21st."""
        noise = strangers()["flat"]
        many = [replace(summary, id=f"m{number:02}", images=500 - number) for number in range(30)]
        assert choose_model(noise, MASK, ModelPool.of(many)).best is None
        blind = [replace(model, looks=None) for model in many]
        assert choose_model(noise, MASK, ModelPool.of(blind)).best == "m00"


class TestOwnLooks:
    def test_are_not_known_of_drawn_or_few_faces(self, model: FaceModel) -> None:
        assert own_looks(photographs(18, 1), model, seed=0) is None
        assert own_looks(photographs(30, 1), replace(model, kind="drawn"), seed=0) is None

    def test_faces_of_a_person_count_once(self, model: FaceModel) -> None:
        faces = photographs(40, 1)
        pairs = [f"p{number // 2}" for number in range(40)]
        usual = own_looks(faces, model, seed=0, persons=pairs)
        assert usual is not None
        assert usual.faces == 20
        assert len(held_out_scores(faces, model.prototypes, "photo", seed=0, persons=pairs)) <= 20
        few = [f"p{number // 4}" for number in range(40)]
        assert own_looks(faces, model, seed=0, persons=few) is None
        assert held_out_scores(faces, model.prototypes, "photo", seed=0, persons=few) == ()

    def test_come_back_from_plain_json(self, summary: ModelSummary) -> None:
        assert summary.looks is not None
        assert OwnLooks.of(json.loads(json.dumps(summary.looks.to_dict()))) == summary.looks

    def test_a_face_counts_once_however_much_it_wore(self) -> None:
        own = OwnLooks((0.0, 0.0), ((1.0, 0.0), (0.0, 4.0)), tuple(float(number) for number in range(1, 81)), 40)
        assert own.p(np.array([0, 39.5], np.float32)) == 2 / 41  # at a distance of 79: two of 80, one face
        assert own.p(np.array([-90, 0], np.float32)) == 1 / 41

    def test_few_faces_have_more_of_the_chance(self) -> None:
        own = OwnLooks((0.0, 0.0), ((1.0, 0.0), (0.0, 1.0)), (1.0,) * 200, 200)
        assert [replace(own, faces=faces).share for faces in (19, 29, 60)] == [1.0, 0.7, 0.5]
        few = replace(own, faces=25)
        assert judge(0.5, few.p(np.array([9, 9], np.float32)), few.share)[1] == ("looks",)


class TestJudgement:
    @pytest.mark.parametrize(
        ("p_colours", "p_looks", "p", "strange"),
        [
            (None, None, None, ()),
            (0.04, None, 0.04, ("colours",)),
            (None, 0.04, 0.04, ("looks",)),
            (0.04, 0.9, 0.08, ()),
            (0.9, 0.02, 0.04, ("looks",)),
            (0.02, 0.01, 0.02, ("looks", "colours")),
            (0.8, 0.9, 1.0, ()),
        ],
    )
    def test_of_two_the_smaller_counts_twice(
        self, p_colours: float | None, p_looks: float | None, p: float | None, strange: tuple[str, ...]
    ) -> None:
        assert judge(p_colours, p_looks) == (p, strange)

    def test_shares_may_differ(self) -> None:
        assert judge(0.04, 0.03, 0.75) == (0.04, ("looks",))
        assert judge(0.01, 0.9, 0.75) == (0.04, ("colours",))
        assert judge(0.001, 0.9, 1.0) == (0.9, ())

    def test_strange_colours_need_a_far_tone_and_strange_looks_nothing(self) -> None:
        assert [offer_of(tone, ["colours"]) for tone in (1.0, 5.0, 9.0)] == [
            "as it is", "with colour adaptation", "unsuitable"
        ]  # fmt: skip
        assert offer_of(9.0, []) == "far"
        assert [offer_of(tone, ["looks"]) for tone in (None, 1.0)] == ["unsuitable"] * 2

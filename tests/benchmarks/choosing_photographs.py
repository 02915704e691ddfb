"""Selection among models of photographs: how many faces and non-faces are refused, and how honest the shares are.

`FACE_SETS=folder` names where `utkface-64.zip` and `orl-64.zip` lie; no face of theirs is kept. Each model is one of a
group's training faces, or of 30 of the 40 persons, at 32 pixels; nothing that a GAN draws takes part in a choice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from maskeraid_faces.coverings.worn import Worn, wear_any
from maskeraid_faces.drawn import TONES, draw_faces
from maskeraid_faces.errors import FacesError
from maskeraid_faces.face_model import Bank, Conditioning, FaceModel
from maskeraid_faces.filling.ridge import fit_ridge
from maskeraid_faces.images import Image, Images
from maskeraid_faces.selection import make_prototypes
from maskeraid_faces.selection.choose import TEMPERATURES, choose_model
from maskeraid_faces.selection.chosen import Chosen
from maskeraid_faces.selection.conformal import held_out_scores
from maskeraid_faces.selection.looks import own_looks
from maskeraid_faces.selection.pool import ModelPool, ModelSummary
from maskeraid_faces.training.basis import fit_basis
from maskeraid_faces.training.image_set import FaceSet, prepare
from maskeraid_faces.training.settings import TrainSettings
from tests.benchmarks.figures import Bench, Figure, measures
from tests.benchmarks.fills import ORL, portraits
from tests.benchmarks.photographs import is_there, photographs
from tests.benchmarks.selecting import CALIBRATION_BAR, calibration_error

SIDE = 32
EVERY, STRANGERS = 2, 30  # test faces, and strangers of a kind
PERSONS_LEARNED = 30
NONE_BAR, AUROC_BAR = 0.07, 0.95
APART = ("upside down", "sideways", "drawn")  # faces, but of another pose or style: printed, and no part of the sum
GRID = np.geomspace(0.25, 64, 97)  # temperatures, dE00

Draw = Callable[[np.random.Generator, Image], Image]


@dataclass(frozen=True)
class Asked:
    """Covered pictures, and what was chosen for each; those of which too much or nothing is covered are left out."""

    answers: Sequence[Chosen]
    kept: Sequence[int]  # places of those that could be asked


def small(images: Images) -> Images:
    return np.stack([cv2.resize(one, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for one in images])


def model_of(name: str, images: Images, persons: Sequence[str] | None = None) -> tuple[ModelSummary, FaceSet]:
    """What a training makes of faces, without the GAN, and what it measures of the faces that it held out."""
    faces = prepare(images, TrainSettings(kind="photo"), persons, 1)
    basis = fit_basis(faces.training, kind="photo", seed=1, is_mirrored=True)
    nothing = Bank(np.zeros((1, 1), np.float32), np.zeros((1, basis.gan_rank), np.float32))
    model = FaceModel(
        architecture="eigen", kind="photo", size=SIDE, latent_size=1, widths=(1,), generator={}, basis=basis,
        ridge=fit_ridge(faces.training, basis, faces.training_groups, "photo", 1), bank=nothing,
        conditioning=Conditioning(), prototypes=make_prototypes(faces.training, "photo"), palette=None,
    )  # fmt: skip
    summary = ModelSummary(
        name, name, model.prototypes, "photo", lambda: model, images=len(images),
        held_out=held_out_scores(faces.held_out, model.prototypes, "photo", seed=1, persons=faces.held_out_groups),
        looks=own_looks(faces.held_out, model, seed=1, persons=faces.held_out_groups),
    )  # fmt: skip
    return summary, faces


@cache
def models_of_groups() -> tuple[ModelPool, dict[str, FaceSet]]:
    images, groups = photographs()["train"]
    faces, names = small(images), np.array(groups)
    made = {name: model_of(name, faces[names == name]) for name in sorted(set(groups))}
    return ModelPool.of([summary for summary, _ in made.values()]), {name: one for name, (_, one) in made.items()}


def ask(pool: ModelPool, images: Sequence[Image], seed: int) -> Asked:
    rng = np.random.default_rng(seed)
    answers, kept = [], []
    for place, image in enumerate(images):
        worn: Worn = wear_any(np.ascontiguousarray(image), rng)
        try:
            answers.append(choose_model(worn.image, worn.covering, pool))
        except FacesError:
            continue
        kept.append(place)
    return Asked(answers, kept)


def _texture(rng: np.random.Generator, _: Image) -> Image:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    angle, size = rng.uniform(0, np.pi), int(rng.integers(2, 6))
    soft = cv2.GaussianBlur(rng.random((SIDE, SIDE)).astype(np.float32), (0, 0), rng.uniform(0.7, 2))
    share = [
        (columns * np.cos(angle) + rows * np.sin(angle)) // size % 2,
        (columns // size + rows // size) % 2,
        (soft - soft.min()) / np.ptp(soft),
        (np.sin(columns * rng.uniform(0.2, 1.5)) * np.sin(rows * rng.uniform(0.2, 1.5)) + 1) / 2,
    ][rng.integers(4)][..., None]
    first, second = rng.integers(0, 256, (2, 3))
    return _pixels(share * first + (1 - share) * second + rng.normal(0, 4, (SIDE, SIDE, 3)))


def _landscape(rng: np.random.Generator, _: Image) -> Image:
    """A sky above hills."""
    height = np.linspace(0, 1, SIDE)[:, None]
    sky = np.array([[90, 140, 220], [200, 220, 240]]) + rng.normal(0, 20, (2, 3))
    ground = np.array([[90, 120, 50], [150, 130, 90], [60, 80, 40]][rng.integers(3)]) + rng.normal(0, 15, 3)
    hills = rng.uniform(0.3, 0.6) + cv2.GaussianBlur(rng.normal(0, 1, (1, SIDE)).astype(np.float32), (0, 0), 3)
    above = (height < hills)[..., None]
    grain = cv2.GaussianBlur(rng.normal(0, 25, (SIDE, SIDE, 3)).astype(np.float32), (0, 0), 0.7)
    shades = height[..., None]
    return _pixels(np.where(above, sky[0] + (sky[1] - sky[0]) * shades, ground * (1.2 - 0.6 * shades)) + grain)


def _flat(rng: np.random.Generator, face: Image) -> Image:
    """Of the face's skin, or of any colour."""
    skin = np.median(face[12:22, 10:22].reshape(-1, 3), axis=0)
    colour = skin if rng.random() < 0.5 else rng.integers(0, 256, 3)
    return _pixels(colour + rng.normal(0, 1.5, (SIDE, SIDE, 3)))


def _blocks(side: int) -> Draw:
    number = SIDE // side

    def shuffled(rng: np.random.Generator, face: Image) -> Image:
        blocks = face.reshape(number, side, number, side, 3).swapaxes(1, 2).reshape(-1, side, side, 3)
        mixed = blocks[rng.permutation(number**2)].reshape(number, number, side, side, 3)
        return np.ascontiguousarray(mixed.swapaxes(1, 2).reshape(SIDE, SIDE, 3))

    return shuffled


def _drawn(rng: np.random.Generator, _: Image) -> Image:
    faces = draw_faces(f"faces-{rng.choice(list(TONES))}").images
    return np.asarray(faces[rng.integers(len(faces))])


def _pixels(values: NDArray[np.floating]) -> Image:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


STRANGE: Mapping[str, Draw] = {
    "noise": lambda rng, _: rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8),
    "noise of skin": lambda rng, _: _pixels(np.array([190, 150, 125]) + rng.normal(0, 30, (SIDE, SIDE, 3))),
    "flat": _flat,
    "colour run": lambda rng, _: cv2.resize(rng.integers(0, 256, (2, 2, 3), np.uint8), (SIDE, SIDE)).astype(np.uint8),
    "texture": _texture,
    "landscape": _landscape,
    "blocks of 4 pixels": _blocks(4),
    "blocks of 8 pixels": _blocks(8),
    "blocks of 16 pixels": _blocks(16),
    "drawn": _drawn,
    "upside down": lambda _, face: face[::-1],
    "sideways": lambda _, face: np.rot90(face),
}


def strangeness(answer: Chosen) -> float:
    """How strange a face is for the model that finds it the least so."""
    return -max(reasons.p or 0.0 for reasons in answer.reasons.values())


def auroc(known: Sequence[Chosen], others: Sequence[Chosen]) -> float:
    scores = [strangeness(answer) for answer in (*known, *others)]
    return float(roc_auc_score([0] * len(known) + [1] * len(others), scores))


def refused(answers: Sequence[Chosen]) -> float:
    return round(float(np.mean([answer.best is None for answer in answers])), 4)


@measures("select.photo_none", "select.photo_auroc")
def photographs_refused(_: Bench) -> Iterator[Figure]:
    """Test faces of five groups, and what is no face, before the models of these groups."""
    if not is_there():
        return
    images, groups = photographs()["test"]
    faces, names = small(images)[::EVERY], groups[::EVERY]
    pool, _sets = models_of_groups()
    known = ask(pool, faces, 1)
    own = {name: [] for name in set(names)}  # type: dict[str, list[bool]]
    for place, answer in zip(known.kept, known.answers, strict=True):
        own[names[place]].append(answer.reasons[names[place]].offer == "unsuitable")
    none = refused(known.answers)
    by_group = {name: round(float(np.mean(told)), 4) for name, told in sorted(own.items())}
    every = [told for one in own.values() for told in one]
    beside = {"own_model": round(float(np.mean(every)), 4), "own_model_by_group": by_group, "faces": len(known.kept)}
    yield Figure("select.photo_none", none, "share", f"<= {NONE_BAR}", none <= NONE_BAR, beside)
    rng = np.random.default_rng(2)
    others = {
        what: ask(pool, [draw(rng, faces[rng.integers(len(faces))]) for _ in range(STRANGERS)], 3).answers
        for what, draw in STRANGE.items()
    }
    told = {
        what: {"refused": refused(one), "auroc": round(auroc(known.answers, one), 4)} for what, one in others.items()
    }
    whole = auroc(known.answers, [answer for what, one in others.items() if what not in APART for answer in one])
    holds = min(whole, told["drawn"]["auroc"]) >= AUROC_BAR
    yield Figure("select.photo_auroc", whole, "share", f">= {AUROC_BAR}, of drawn faces too", holds, told)


@measures("select.orl_none")
def persons_refused(_: Bench) -> Iterator[Figure]:
    """Faces of ten persons before a model of thirty others, in grey."""
    if not ORL.exists():
        return
    images, persons = portraits()
    faces, names = small(images), np.array(persons)
    learned = np.isin(names, sorted(set(persons))[:PERSONS_LEARNED])
    summary, made = model_of("orl", faces[learned], names[learned].tolist())
    none = refused(ask(ModelPool.of([summary]), faces[~learned], 1).answers)
    facts = {"faces": int((~learned).sum()), "persons_held_out": len(set(made.held_out_groups or ()))}
    yield Figure("select.orl_none", none, "share", f"<= {NONE_BAR}", none <= NONE_BAR, facts)


@measures("select.photo_ece")
def honest_shares(_: Bench) -> Iterator[Figure]:
    """The temperature that held-out faces of all models ask for, and how honest the shares of test faces are."""
    if not is_there():
        return
    pool, sets = models_of_groups()
    names = list(pool.ids)
    fitted_on = [(name, image) for name, one in sets.items() for image in one.held_out[:][::EVERY]]
    images, groups = photographs()["test"]
    asked_on = list(zip(groups[::EVERY], small(images)[::EVERY], strict=True))
    fitting, asking = (_scores(pool, names, rows) for rows in (fitted_on, asked_on))
    likeliest = float(GRID[int(np.argmin([_negative_log_likelihood(*fitting, one) for one in GRID]))])
    ours = TEMPERATURES["photo"]
    found = {
        f"{one:.3g}": {"nll": round(_negative_log_likelihood(*asking, one), 4), "ece": round(_ece(*asking, one), 4)}
        for one in sorted({1.0, 2.0, ours, 8.0, likeliest})
    }
    right = float(np.mean(asking[0].argmin(axis=1) == asking[1]))
    beside = {"fitted": round(likeliest, 3), "by_temperature": found, "right": round(right, 4), "faces": len(asking[1])}
    error = _ece(*asking, ours)
    yield Figure("select.photo_ece", error, "share", f"<= {CALIBRATION_BAR}", error <= CALIBRATION_BAR, beside)


def _scores(
    pool: ModelPool, names: Sequence[str], rows: Sequence[tuple[str, Image]]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The scores (n, models) of covered faces, and which model is each one's."""
    asked = ask(pool, [image for _, image in rows], 1)
    scores = np.array([[answer.reasons[name].score for name in names] for answer in asked.answers])
    return scores, np.array([names.index(rows[place][0]) for place in asked.kept])


def _shares(scores: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    exponents = np.exp(-(scores - scores.min(axis=1, keepdims=True)) / temperature)
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


def _negative_log_likelihood(scores: NDArray[np.float64], own: NDArray[np.intp], temperature: float) -> float:
    return float(-np.log(_shares(scores, temperature)[np.arange(len(own)), own] + 1e-300).mean())


def _ece(scores: NDArray[np.float64], own: NDArray[np.intp], temperature: float) -> float:
    shares = _shares(scores, temperature)
    return calibration_error(list(zip(shares.max(axis=1), shares.argmax(axis=1) == own, strict=True)))

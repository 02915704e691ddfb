"""Covered test faces, the answers to them, and what these say: plain functions, which a unit test holds to theory."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.blending.skin_tone import drawn_skin
from maskeraid_faces.drawn import HAIRS, TONES, DrawnSet, draw_faces
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.images import Covering, Image, Images
from maskeraid_faces.metrics.calibration import calibration_error
from maskeraid_faces.metrics.colour_difference import colour_difference
from maskeraid_faces.metrics.combinations import decode, distinct
from maskeraid_faces.metrics.uniformity import total_variation_from_uniform
from maskeraid_faces.metrics.valid import valid
from tests.benchmarks.drawn_models import faces_of

HIDDEN = ("nose", "mouth")  # by the mask
SHAPES = 5  # of each part
HAIR, FOREHEAD = (slice(3, 8), slice(8, 24)), (slice(8, 12), slice(10, 22))  # rows, columns


@dataclass(frozen=True)
class Case:
    """A covered test face and its truth."""

    tone: str
    image: Image
    covering: Covering
    twin: Image  # the same face uncovered


@dataclass(frozen=True)
class Answers:
    """The candidates of one case, best first; k of them."""

    finals: Images
    generated: Images  # the whole faces, before colours and blending
    weights: NDArray[np.float64]
    fits: NDArray[np.float64]
    seconds: float


@cache
def _test_faces() -> DrawnSet:
    return draw_faces("faces-test")


@cache
def cases(kind: str, tone: str) -> tuple[Case, ...]:
    """The 125 faces of a tone in one of the coverings."""
    drawn, truth = _test_faces(), _test_faces().truth
    assert truth is not None
    names = enumerate(drawn.names)
    rows = [row for row, name in names if name.startswith(f"faces-{tone}_") and name.endswith(f"_{kind}.png")]
    return tuple(Case(tone, drawn.images[row], truth.coverings[row], truth.twins[row]) for row in rows)


def answer(case: Case, model: FaceModel, k: int, seed: int, **options: Any) -> Answers:  # noqa: ANN401
    """Fill one face."""
    started = time.perf_counter()
    filled = fill(case.image, case.covering, model, k=k, seed=seed, **options)
    seconds = time.perf_counter() - started
    finals, generated, weights, fits = zip(
        *((one.final, one.stages.generated if one.stages else one.final, one.weight, one.fit)
          for one in filled.candidates), strict=True
    )  # fmt: skip
    return Answers(np.stack(finals), np.stack(generated), np.array(weights), np.array(fits), seconds)


# What one case says.


def decoded(images: Images, tone: str, parts: Sequence[str] = HIDDEN) -> NDArray[np.intp]:
    """Which shape of each part images show, as one number each: nose and mouth give 0 to 24."""
    shapes = decode(images, faces_of(tone), parts)
    return np.asarray(shapes @ SHAPES ** np.arange(len(parts)))


def truth_of(case: Case, parts: Sequence[str] = HIDDEN) -> int:
    return int(decoded(case.twin[None], case.tone, parts)[0])


def is_valid(images: Images, tone: str) -> NDArray[np.bool_]:
    return valid(images, faces_of(tone), HIDDEN)


def tone_differences(case: Case, answers: Answers) -> list[float]:
    """CIEDE2000 between the filled and the visible skin, by candidate."""
    visible = drawn_skin(case.image, ~case.covering)
    filled = (drawn_skin(final, case.covering) for final in answers.finals)
    return [float(colour_difference(one, visible)) for one in filled if one is not None and visible is not None]


def agreement(case: Case, answers: Answers) -> dict[str, bool]:
    """Whether the face that fits best has the visible one's eyes, hair, and tone."""
    best, seen = answers.generated[answers.fits.argmin()], case.twin
    eyes = decoded(np.stack([best, seen]), case.tone, ["eyes"])
    hairs = [_nearest(image[HAIR], list(HAIRS.values())) for image in (best, seen)]
    tones = [_nearest(image[FOREHEAD], list(TONES.values())) for image in (best, seen)]
    return {"eyes": bool(eyes[0] == eyes[1]), "hair": hairs[0] == hairs[1], "tone": tones[0] == tones[1]}


def _nearest(pixels: Image, colours: Sequence[tuple[int, int, int]]) -> int:
    return int(np.square(np.median(pixels, axis=(0, 1)) - np.array(colours)).sum(axis=1).argmin())


# What many cases say.


def uniformity(found: NDArray[np.intp]) -> dict[str, float]:
    """Of draws decoded as 0 to 24: combinations seen, the least frequent one's share, total variation from uniform."""
    counts = np.bincount(found, minlength=SHAPES ** len(HIDDEN))
    return {
        "combinations": int((counts > 0).sum()),
        "least": float(counts.min() / counts.sum()),
        "variation": total_variation_from_uniform(counts),
    }


def mean_distinct(answered: Sequence[tuple[Case, Answers]]) -> float:
    """Different combinations of nose and mouth among the candidates of a face."""
    return float(np.mean([distinct(decoded(answers.finals, case.tone)[:, None]) for case, answers in answered]))


def share_of_truth(answered: Sequence[tuple[Case, Answers]], top: int, parts: Sequence[str] = HIDDEN) -> float:
    """How often the truth is among the first `top` different answers."""
    hits = [truth_of(case, parts) in list(_beliefs(case, answers, parts))[:top] for case, answers in answered]
    return float(np.mean(hits))


def weights_error(answered: Sequence[tuple[Case, Answers]]) -> float:
    """Calibration error of the weights as "this is the hidden nose and mouth"; for answers that name all they know."""
    pairs = [pair for case, answers in answered for pair in _right_ones(case, answers)]
    said, happened = zip(*pairs, strict=True)
    return calibration_error(said, happened)


def nearest_error(answered: Sequence[tuple[Case, Answers]]) -> float:
    """Calibration error of the weights of few candidates, each of which stands for all answers nearest to it."""
    pairs = [pair for case, answers in answered for pair in _nearest_to_truth(case, answers)]
    said, happened = zip(*pairs, strict=True)
    return calibration_error(said, happened)


def _beliefs(case: Case, answers: Answers, parts: Sequence[str]) -> dict[int, float]:
    """The weight of each different answer, in the order of the candidates."""
    beliefs: dict[int, float] = {}
    for found, weight in zip(decoded(answers.finals, case.tone, parts).tolist(), answers.weights, strict=True):
        beliefs[found] = beliefs.get(found, 0.0) + float(weight)
    return beliefs


def _right_ones(case: Case, answers: Answers) -> Iterator[tuple[float, bool]]:
    truth = truth_of(case)
    yield from ((weight, found == truth) for found, weight in _beliefs(case, answers, HIDDEN).items())


def _nearest_to_truth(case: Case, answers: Answers) -> Iterator[tuple[float, bool]]:
    differences = answers.finals[:, case.covering].astype(np.float64) - case.twin[case.covering]
    nearest = np.square(differences).sum(axis=(1, 2)).argmin()
    yield from ((float(weight), place == nearest) for place, weight in enumerate(answers.weights))

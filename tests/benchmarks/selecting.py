"""Selection: the thesis's faces that mislead its network (Fig. 23 to 25), the calibration of both ways, and the time.

Each kind of figure face is drawn in all 125 shapes, with the teal mask. The thesis's network is trained on the 375
training faces, as the thesis did it, and looks at the very same faces.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import cv2
import numpy as np
from sklearn.metrics import roc_auc_score

from maskeraid_faces.drawing.covered import MASK, wear
from maskeraid_faces.drawing.face import SHAPES, Features, draw_face
from maskeraid_faces.drawn import EYE_COLOURS, FIGURE_FACES, HAIRS, TONES, draw_faces
from maskeraid_faces.face_model import Prototype
from maskeraid_faces.images import Image
from maskeraid_faces.selection import make_prototypes
from maskeraid_faces.selection.choose import choose_model
from maskeraid_faces.selection.network import SelectorNetwork, probabilities
from maskeraid_faces.selection.pool import ModelPool, ModelSummary
from tests.benchmarks.drawn_models import trained
from tests.benchmarks.figures import Bench, Figure, measures, percentile

FIG_24_BAR, FIG_25_BAR = 0.95, 0.98
MANY_MODELS, PROTOTYPES = 10_000, 8
MANY_BAR_MS, RERANKED_BAR_MS = 50, 300
ASKED, WARMED = 60, 5  # faces
BINS = 10
CALIBRATION_BAR = 0.05

Shares = Mapping[str, float]
Ask = Callable[[Image], Shares]


@dataclass(frozen=True)
class FigureFaces:
    """One kind of misleading face, in all 125 shapes."""

    name: str  # figure and tone
    right: frozenset[str]
    covered: tuple[Image, ...]


@cache
def figure_faces() -> tuple[FigureFaces, ...]:
    found = []
    for figure, tone, rgb, hair, eyes, right in FIGURE_FACES:
        features = [Features(rgb, HAIRS[hair], EYE_COLOURS[eyes], *shape) for shape in product(SHAPES, SHAPES, SHAPES)]
        covered = tuple(wear(draw_face(one), one, "mask") for one in features)
        found.append(FigureFaces(f"{figure} {tone}", frozenset(right), covered))
    return tuple(found)


@cache
def plain_models() -> ModelPool:
    return ModelPool.of(
        [
            ModelSummary(name, name, make_prototypes(draw_faces(name).images, "drawn"), "drawn")
            for name in (f"faces-{tone}" for tone in TONES)
        ]
    )


def by_attributes(face: Image) -> Shares:
    return choose_model(face, MASK, plain_models()).distribution


@cache
def thesis_network() -> tuple[SelectorNetwork, dict[str, Any]]:
    """Trained on the 375 faces, and what it took."""
    from maskeraid_faces.training.selector import train_selector

    result = train_selector({f"faces-{tone}": draw_faces(f"faces-{tone}").images for tone in TONES}, seed=0)
    facts = {
        "seconds": round(result.seconds), "epochs": len(result.curves), "test_accuracy": result.report.accuracy,
        "test_faces": len(result.split.test), "parameters": result.layers.total,
    }  # fmt: skip
    return result.network, facts


def by_network(face: Image) -> Shares:
    return probabilities(thesis_network()[0], face)


def right_shares(ask: Ask) -> dict[str, dict[str, Any]]:
    """Of each kind of figure face: the share that is given to a right model, and the mean distribution."""
    found = {}
    for kind in figure_faces():
        answers = [ask(face) for face in kind.covered]
        right = np.mean([max(answer, key=lambda model: answer[model]) in kind.right for answer in answers])
        mean = {name: round(float(np.mean([answer[name] for answer in answers])), 4) for name in answers[0]}
        found[kind.name] = {
            "right": round(float(right), 4),
            "wanted": sorted(kind.right),
            "mean": dict(sorted(mean.items())),
        }
    return found


def covered_faces() -> Iterator[tuple[str, Image]]:
    """All 375 faces with the teal mask, and the model that is theirs."""
    for tone in TONES:
        drawn = draw_faces(f"faces-{tone}")
        for image in drawn.images:
            yield f"faces-{tone}", np.where(MASK[..., None], np.array((20, 150, 140), np.uint8), image)


def calibration_error(asked: Sequence[tuple[float, bool]]) -> float:
    """Expected difference between how sure an answer was and how often it was right, in ten equal ranges."""
    sure, right = np.array([one[0] for one in asked]), np.array([one[1] for one in asked])
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    return float(sum(abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins)))


@measures("select.fig_24", "select.fig_25", "select.thesis_network")
def figures(_: Bench) -> Iterator[Figure]:
    """Who is right about the faces that mislead the thesis's network."""
    attributes, network = right_shares(by_attributes), right_shares(by_network)
    beside = {name: {"attributes": attributes[name], "cnn": network[name]} for name in attributes}
    of_24 = min(told["right"] for name, told in attributes.items() if name.startswith("24"))
    of_25 = min(told["right"] for name, told in attributes.items() if name.startswith("25"))
    yield Figure("select.fig_24", of_24, "share", f">= {FIG_24_BAR}", of_24 >= FIG_24_BAR, beside)
    yield Figure("select.fig_25", of_25, "share", f">= {FIG_25_BAR}", of_25 >= FIG_25_BAR, beside)
    facts = thesis_network()[1]
    yield Figure(
        "select.thesis_network", facts["test_accuracy"], "share", "1 (Fig. 20)", facts["test_accuracy"] == 1, facts
    )


@measures("select.covered_drop", "select.ece")
def covered(_: Bench) -> Iterator[Figure]:
    """Covered beside uncovered faces of the training sets, and how honest the shares are, of figure faces too."""
    asked = {"attributes": [], "cnn": []}  # type: dict[str, list[tuple[float, bool]]]
    rows = [(frozenset({name}), face) for name, face in covered_faces()]
    figure_rows = [(kind.right, face) for kind in figure_faces() for face in kind.covered[::5]]
    for right, face in [*rows, *figure_rows]:
        for way, ask in (("attributes", by_attributes), ("cnn", by_network)):
            shares = ask(face)
            best = max(shares, key=lambda model: shares[model])
            asked[way].append((shares[best], best in right))
    accuracy = {way: float(np.mean([is_right for _, is_right in told[: len(rows)]])) for way, told in asked.items()}
    yield Figure(
        "select.covered_drop", 1 - accuracy["attributes"], "share", "<= 0.01", 1 - accuracy["attributes"] <= 0.01,
        {"right": accuracy},
    )  # fmt: skip
    errors = {way: round(calibration_error(told), 4) for way, told in asked.items()}
    yield Figure(
        "select.ece", errors["attributes"], "share", f"<= {CALIBRATION_BAR}", errors["attributes"] <= CALIBRATION_BAR,
        {"ece": errors, "faces": len(asked["cnn"])},
    )  # fmt: skip


def strangers() -> Iterator[tuple[str, Image]]:
    """What no model of drawn faces was made for: skins of no person, noise, colour runs; under the same mask."""
    for rgb in ((60, 160, 60), (60, 80, 200), (150, 60, 170), (128, 128, 128), (230, 30, 40), (250, 250, 250)):
        for shape in list(product(SHAPES, SHAPES, SHAPES))[::10]:
            features = Features(rgb, HAIRS["black"], EYE_COLOURS["blue"], *shape)
            yield "skin of no person", wear(draw_face(features), features, "mask")
    rng = np.random.default_rng(0)
    for _ in range(50):
        yield "noise", rng.integers(0, 256, (32, 32, 3), np.uint8)
        corners = rng.integers(0, 256, (2, 2, 3), np.uint8)
        yield "colour run", np.asarray(cv2.resize(corners, (32, 32), interpolation=cv2.INTER_LINEAR), np.uint8)


@measures("select.false_none", "select.auroc")
def refusals(_: Bench) -> Iterator[Figure]:
    """How often a face that has a model is refused, and how well the score tells strangers from faces."""
    known = [face for _, face in covered_faces()] + [face for kind in figure_faces() for face in kind.covered[::5]]
    answers = [choose_model(face, MASK, plain_models()) for face in known]
    refused = float(np.mean([answer.best is None for answer in answers]))
    yield Figure("select.false_none", refused, "share", "<= 0.07", refused <= 0.07, {"faces": len(known)})
    others = [(what, choose_model(face, MASK, plain_models())) for what, face in strangers()]
    scores = [answer.reasons[answer.nearest or ""].score for answer in [*answers, *(answer for _, answer in others)]]
    auroc = float(roc_auc_score([0] * len(answers) + [1] * len(others), scores))
    told = {
        what: round(float(np.mean([answer.best is None for name, answer in others if name == what])), 3)
        for what in dict(others)
    }
    yield Figure("select.auroc", auroc, "share", ">= 0.95", auroc >= 0.95, {"refused": told})


@cache
def many_models() -> ModelPool:
    """10,000 models of 8 prototypes: skin, hair, and eyes as people have them, drawn at random."""
    rng = np.random.default_rng(0)
    model = trained("eigen").model
    labs = rng.normal((62, 14, 20), (16, 5, 7), (MANY_MODELS, PROTOTYPES, 3, 3)).astype(np.float32)
    return ModelPool.of(
        [
            ModelSummary(
                f"m{number}", f"m{number}", tuple(Prototype(*one, 1 / PROTOTYPES) for one in of_model), "drawn",
                load=lambda: model,
            )
            for number, of_model in enumerate(labs)
        ]
    )  # fmt: skip


@measures("select.10k_p95_ms", "select.10k_reranked_p95_ms")
def many(_: Bench) -> Iterator[Figure]:
    """How long a face waits for its model among ten thousand, which are in memory."""
    from dataclasses import replace

    pool = many_models()
    without = replace(pool, models=tuple(replace(model, load=None) for model in pool.models))
    faces = [face for _, face in covered_faces()][:: 375 // ASKED]
    for figure_id, asked, bar in (
        ("select.10k_p95_ms", without, MANY_BAR_MS),
        ("select.10k_reranked_p95_ms", pool, RERANKED_BAR_MS),
    ):
        spent, processor = [], []
        for face in [*faces[:WARMED], *faces]:
            began, began_to_reckon = time.perf_counter(), time.process_time()
            choose_model(face, MASK, asked)
            spent.append((time.perf_counter() - began) * 1000)
            processor.append((time.process_time() - began_to_reckon) * 1000)
        p95 = percentile(spent[WARMED:], 95)
        beside = {
            "median_ms": round(percentile(spent[WARMED:], 50), 1), "models": MANY_MODELS,
            "processor_p95_ms": round(percentile(processor[WARMED:], 95), 1),  # where the machine has other work too
        }  # fmt: skip
        yield Figure(figure_id, p95, "ms", f"<= {bar}", p95 <= bar, beside)

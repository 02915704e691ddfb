"""What re-imaging drawn faces must reach, bar by bar, for every architecture beside the thesis's own recipe.

Each figure's verdict is that of `eigen` unless its name says otherwise. The thesis's own recipe is a random draw,
pasted in its own colours. The time to quality, `bars.a3_time_to_quality`, is measured in training.py.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from maskeraid_faces.blending.palette import snap
from maskeraid_faces.drawing.covered import COVERINGS
from maskeraid_faces.drawn import TONES
from maskeraid_faces.evaluation.samples import draw_samples
from maskeraid_faces.filling.picks import PICKS
from maskeraid_faces.filling.tone import TONE_MATCHES
from maskeraid_faces.images import Images
from maskeraid_faces.metrics.combinations import WINDOWS, decode
from maskeraid_faces.metrics.valid import valid
from tests.benchmarks.drawn_answers import (
    Answers,
    Case,
    agreement,
    answer,
    cases,
    decoded,
    is_valid,
    mean_distinct,
    nearest_error,
    share_of_truth,
    tone_differences,
    uniformity,
    weights_error,
)
from tests.benchmarks.drawn_models import Trained, budgets, faces_of, seen_rows, trained, trained_on_seen
from tests.benchmarks.figures import Bench, Figure, measures, percentile
from tests.benchmarks.training import quality

CANDIDATES, ALL_ANSWERS = 8, 32  # 25 are there to be found
DRAWS, DRAWS_A_FILL = 5_000, 64
SAMPLE_SEED = 5
EXACT_FACES = (0, 62)  # of 125: too many options for all of them

Answered = Sequence[tuple[Case, Answers]]


@dataclass(frozen=True)
class Recipe:
    """A way to answer: an architecture, and how its draws are used."""

    name: str
    architecture: str
    options: Mapping[str, Any] = field(default_factory=lambda: {"engine": "A"})
    tones: tuple[str, ...] = ("light",)  # of the faces, each filled by the model of its tone


THESIS = Recipe("thesis random", "thesis", {"engine": "A", "pick": "random", "tone_match": "off"})
RECIPES = (Recipe("eigen", "eigen", tones=tuple(TONES)), THESIS, *(Recipe(n, n) for n in ("thesis", "dense", "dcgan")))


def of_every_recipe(measure: Callable[[Recipe], dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What is measured, by the recipe's name; architectures without a budget are left out."""
    return {recipe.name: measure(recipe) for recipe in RECIPES if recipe.architecture in budgets()}


def of_every_architecture(measure: Callable[[str], dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {architecture: measure(architecture) for architecture in budgets()}


_answered: dict[tuple[str, str, int], Answered] = {}


def answered(recipe: Recipe, kind: str = "mask", k: int = CANDIDATES) -> Answered:
    """All faces of the recipe's tones in a covering, and the answers; each face has a seed of its own."""
    key = (recipe.name, kind, k)
    if key not in _answered:
        _answered[key] = [
            (case, answer(case, trained(recipe.architecture, tone).model, k, seed, **recipe.options))
            for tone in recipe.tones
            for seed, case in enumerate(cases(kind, tone))
        ]
    return _answered[key]


def stated(value: float) -> float:
    """As printed."""
    return round(value, 4)


@measures("bars.a1_visible_exact")
def measure_visible(bench: Bench) -> Iterator[Figure]:
    """Every engine, pick, tone match, and smoothing, in every covering: visible pixels stay as they were."""
    found = of_every_architecture(lambda architecture: _exactness(trained(architecture)))
    changed, fills = (sum(one[name] for one in found.values()) for name in ("changed", "fills"))
    yield Figure(
        "bars.a1_visible_exact", 100 * (1 - changed / fills), "%", "100 % exact, any option", not changed, found
    )


def _exactness(made: Trained) -> dict[str, Any]:
    engines = [("R", "spread"), *(("A", pick) for pick in PICKS)]
    changed = fills = 0
    for kind, row, (engine, pick), tone_match, clusters in product(
        COVERINGS, EXACT_FACES, engines, TONE_MATCHES, (None, 0, 4)
    ):
        case = cases(kind, "light")[row]
        options = {"engine": engine, "pick": pick, "tone_match": tone_match, "smoothing_k": clusters}
        finals = answer(case, made.model, 4, row, **options).finals
        fills += 1
        changed += int((finals[:, ~case.covering] != case.image[~case.covering]).any())
    return {"fills": fills, "changed": changed}


@measures("bars.a2_combinations")
def measure_quality(bench: Bench) -> Iterator[Figure]:
    """512 samples of a training; what the steps of each architecture made of its seconds."""
    found = of_every_architecture(lambda architecture: _quality(trained(architecture)))
    eigen = found["eigen"]
    holds = eigen["combinations"] >= 120 and eigen["nn"] <= 4 and eigen["seconds"] <= 60
    bar = ">= 120 of 125 combinations, nn <= 4, <= 60 s"
    yield Figure("bars.a2_combinations", eigen["combinations"], "of 125", bar, holds, found)


def _quality(made: Trained) -> dict[str, Any]:
    seen, nn = quality(made.model, faces_of("light"))
    return {"combinations": seen, "nn": round(nn, 2), "steps": made.steps, "seconds": round(made.seconds, 1)}


@measures("bars.a4_valid", "bars.a4_other_tone")
def measure_validity(bench: Bench) -> Iterator[Figure]:
    """Whether filled noses and mouths are such, and have the visible skin; also where the model is of another tone."""
    found = of_every_recipe(_validity)
    eigen = found["eigen"]
    holds = eigen["valid"] >= 0.99 and eigen["tone_p50"] <= 1 and eigen["tone_p95"] <= 2
    bar = ">= 99 % valid, tone dE00 p50 <= 1, p95 <= 2"
    yield Figure("bars.a4_valid", 100 * eigen["valid"], "%", bar, holds, found)
    found = of_every_recipe(_other_tone)
    adapted = found["eigen"]["tone_p50"]
    yield Figure("bars.a4_other_tone", adapted, "dE00", "<= 2 with the other tone's model", adapted <= 2, found)


def _validity(recipe: Recipe) -> dict[str, Any]:
    said = answered(recipe)
    differences = [difference for case, answers in said for difference in tone_differences(case, answers)]
    return {
        "valid": stated(_valid_share(said, lambda answers: answers.finals)),
        "valid_as_drawn": stated(_valid_share(said, lambda answers: answers.generated)),
        "tone_p50": stated(percentile(differences, 50)),
        "tone_p95": stated(percentile(differences, 95)),
    }


def _valid_share(said: Answered, images_of: Callable[[Answers], Images]) -> float:
    return float(np.concatenate([is_valid(images_of(answers), case.tone) for case, answers in said]).mean())


def _other_tone(recipe: Recipe) -> dict[str, Any]:
    """Medium faces filled by the model of the light ones, and for `eigen` the other way round (thesis, Fig. 4)."""
    face, model = ("light", "medium") if len(recipe.tones) > 1 else ("medium", "light")
    found = {}
    for match, name in (("auto", "tone_p50"), ("off", "without_adaptation")):
        options = {**recipe.options, "tone_match": match}
        said = [
            tone_differences(case, answer(case, trained(recipe.architecture, model).model, CANDIDATES, seed, **options))
            for seed, case in enumerate(cases("mask", face))
        ]
        found[name] = stated(percentile(np.concatenate(said), 50))
    return found


@measures("bars.a5_agrees")
def measure_agreement(bench: Bench) -> Iterator[Figure]:
    """Whether the face that fits best has what is visible: eyes, hair, tone."""
    found = of_every_recipe(_agreement)
    eigen = found["eigen"]
    holds = eigen["eyes"] >= 0.95 and eigen["hair"] >= 0.99 and eigen["tone"] >= 0.99
    yield Figure("bars.a5_agrees", 100 * eigen["eyes"], "%", "eyes >= 95 %, hair and tone >= 99 %", holds, found)


def _agreement(recipe: Recipe) -> dict[str, Any]:
    said = [agreement(case, answers) for case, answers in answered(recipe)]
    return {name: stated(float(np.mean([one[name] for one in said]))) for name in said[0]}


@measures("bars.a6_variation")
def measure_variety(bench: Bench) -> Iterator[Figure]:
    """5,000 draws for each of the five visible faces, of which the worst counts; and the variety of 8 candidates."""
    found = of_every_recipe(_variety)
    eigen = found["eigen"]
    holds = (
        eigen["combinations"] == 25
        and eigen["least"] >= 0.01
        and eigen["variation"] <= 0.15
        and eigen["distinct_of_8"] >= 7.5
    )
    bar = "all 25, each >= 1 %, total variation <= 0.15, >= 7.5 distinct of 8"
    yield Figure("bars.a6_variation", eigen["variation"], "TV", bar, holds, found)


def _variety(recipe: Recipe) -> dict[str, Any]:
    options = {**recipe.options, "pick": recipe.options.get("pick", "sample"), "stages": False}
    model = trained(recipe.architecture).model
    worst: dict[str, float] = {}
    for case in cases("mask", "light")[::25]:  # the first of each eyes
        seeds = range(-(-DRAWS // DRAWS_A_FILL))
        finals = np.concatenate([answer(case, model, DRAWS_A_FILL, seed, **options).finals for seed in seeds])
        found = uniformity(decoded(finals[:DRAWS], case.tone))
        if not worst or found["variation"] > worst["variation"]:
            worst = found
    return {name: stated(value) for name, value in worst.items()} | {
        "distinct_of_8": stated(mean_distinct(answered(recipe)))
    }


@measures("bars.a7_honesty")
def measure_honesty(bench: Bench) -> Iterator[Figure]:
    """How often the truth is told, which nothing visible tells, and whether the weights say as much."""
    found = of_every_recipe(_honesty)
    eigen = found["eigen"]
    holds = (
        0.021 <= eigen["top_1"] <= 0.061
        and abs(eigen["top_8"] - 0.32) <= 0.05
        and eigen["top_25"] >= 0.99
        and eigen["ece"] <= 0.05
    )
    bar = "top 1 of 25 in [2.1, 6.1] %, top 8 32 +- 5 %, top 25 >= 99 %, ECE <= 0.05"
    yield Figure("bars.a7_honesty", 100 * eigen["top_1"], "%", bar, holds, found)


def _honesty(recipe: Recipe) -> dict[str, Any]:
    eight, everything = answered(recipe), answered(recipe, k=ALL_ANSWERS)
    figures = {
        "top_1": share_of_truth(eight, 1),
        "top_8": share_of_truth(eight, 8),
        "top_25": share_of_truth(everything, 25),
        "ece": weights_error(everything),
        "ece_of_8": nearest_error(eight),
        "mouth_alone": share_of_truth(answered(recipe, "mouth-mask"), 1, ["mouth"]),
    }
    return {name: stated(value) for name, value in figures.items()}


@measures("bars.a8_unseen_eigen", "bars.a8_unseen_dense", "bars.a8_unseen_dcgan")
def measure_unseen(bench: Bench) -> Iterator[Figure]:
    """Trained on 100 of 125 combinations: how many of the others 5,000 fresh draws show, where draws are valid."""
    found = of_every_architecture(lambda architecture: _unseen(trained_on_seen(architecture)))
    for architecture, fewest in (("eigen", 15), ("dense", 15), ("dcgan", 20)):
        if architecture in found:
            own = found[architecture]
            holds = own["unseen"] >= fewest and own["valid"] >= 0.95
            bar = f">= {fewest} of 25 unseen, >= 95 % valid"
            beside = {name: said for name, said in found.items() if name in (architecture, "thesis")}
            yield Figure(f"bars.a8_unseen_{architecture}", own["unseen"], "of 25", bar, holds, beside)


def _unseen(made: Trained) -> dict[str, Any]:
    every = faces_of("light")
    raw = draw_samples(made.model, DRAWS, SAMPLE_SEED)
    snapped = snap(raw, made.model.palette) if made.model.palette is not None else raw
    is_face = valid(snapped, every, tuple(WINDOWS))
    known = {tuple(row) for row in decode(every[list(seen_rows())], every).tolist()}
    shown = {tuple(row) for row in decode(snapped[is_face], every).tolist()} if is_face.any() else set()
    return {
        "unseen": len(shown - known),
        "seen": len(shown & known),
        "valid": stated(float(is_face.mean())),
        "valid_as_drawn": stated(float(valid(raw, every, tuple(WINDOWS)).mean())),
        "steps": made.steps,
    }


@measures("bars.a9_fill_p95_ms")
def measure_fills(bench: Bench) -> Iterator[Figure]:
    """A fill of 8 candidates in process; the first of each model, which prepares its covering, is counted as well."""
    found = of_every_recipe(_milliseconds)
    p95 = found["eigen"]["p95_ms"]
    yield Figure("bars.a9_fill_p95_ms", p95, "ms", "<= 300 ms, k = 8", p95 <= 300, found)


def _milliseconds(recipe: Recipe) -> dict[str, Any]:
    taken = [1000 * answers.seconds for _, answers in answered(recipe)]
    return {"p50_ms": round(percentile(taken, 50), 1), "p95_ms": round(percentile(taken, 95), 1)}

"""Values of an attribute, learned from images that have one, and suggested for images that lack it.

Logistic regression on standardised principal components of small pictures. It says nothing where it is not good enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from maskeraid_faces.images import Floats, Image, Images, to_network
from maskeraid_faces.metrics.calibration import calibration_error
from maskeraid_faces.metrics.wilson import wilson_interval

SIDE = 24  # pixels of a small picture; on 3,900 photographs 16 is up to 1 % worse, 32 half a per cent better
COMPONENTS = 128
MOST_FOR_BASIS = 4_000  # images: more move the first components little, and cost their memory as floats
LEAST_RELATIVE_DEVIATION = 1e-3  # of a component beside the first: less is rounding
FEWEST_OF_A_VALUE, FEWEST = 8, 40  # images
FEWEST_PERSONS_OF_A_VALUE = 2  # where persons are known: one is left out while the other is learned from
MOST_VALUES = 20
LEAST_ACCURACY = 0.8  # of the lower end of its interval
FOLDS = 5
PENALTY = 0.01  # C of the regression: few images and 128 components ask for a strong one
TEMPERATURES = np.geomspace(0.05, 8, 81)
LEAST_PROBABILITY = 1e-12

Texts = NDArray[np.str_]


class NothingToSuggest(Exception):
    """The values cannot be told well enough, or there are too few to learn them from; the message says which."""


@dataclass(frozen=True)
class Basis:
    """What small pictures are described by."""

    mean: Floats  # (P,), in [-1, 1]
    components: Floats  # (d, P), each divided by its standard deviation

    def features(self, pictures: Images) -> Floats:
        """Standardised coefficients (n, d) of uint8 (n, 24, 24, 3)."""
        return np.asarray((_flat(pictures) - self.mean) @ self.components.T, np.float32)


def small_picture(image: Image) -> Image:
    """uint8 (24, 24, 3): area averages of uint8 RGB (H, W, 3)."""
    return np.asarray(Pictures.fromarray(image).resize((SIDE, SIDE), Pictures.Resampling.BOX))


def fit_basis(pictures: Images, seed: int) -> Basis:
    """Fit to uint8 (n, 24, 24, 3), n >= 2, without labels; of many to some that are drawn by the seed."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(pictures), min(MOST_FOR_BASIS, len(pictures)), replace=False)
    flat = _flat(pictures[np.sort(chosen)])
    fitted = PCA(min(COMPONENTS, len(flat) - 1), svd_solver="randomized", random_state=seed).fit(flat)
    deviations = np.sqrt(fitted.explained_variance_)
    kept = deviations > LEAST_RELATIVE_DEVIATION * deviations[0]
    return Basis(
        np.asarray(fitted.mean_, np.float32),
        np.asarray(fitted.components_[kept] / deviations[kept, None], np.float32),
    )


@dataclass(frozen=True)
class Suggester:
    """What was learned of one attribute, and how well it does on images, and persons, that were left out."""

    values: Sequence[str]
    learned_from: int  # images
    accuracy: float  # cross-validated share that is right
    low: float  # 95 % interval of it
    high: float
    calibration_error: float  # of its confidences; 0 is honest
    _judge: LogisticRegression
    _temperature: float
    _surest: float  # who was never wrong in n tries may be in the next one

    def suggest(self, features: Floats) -> tuple[Texts, NDArray[np.float64]]:
        """The likeliest value of each row (n, d), and how sure it is, 0 to 1."""
        told = _tempered(np.asarray(self._judge.predict_proba(features)), self._temperature)
        return np.asarray(self._judge.classes_)[told.argmax(axis=1)], np.minimum(told.max(axis=1), self._surest)


def learn(
    features: Floats,
    labels: Texts,
    persons: Texts | None = None,
    seed: int = 0,
    least_accuracy: float = LEAST_ACCURACY,
) -> Suggester:
    """Learn the values of an attribute from features (n, d) with n labels, none of them missing.

    With `persons` (n, "" where unknown) nobody is both learned from and judged, and the interval counts persons.
    The confidences are calibrated by one temperature on the images that were left out.

    Raises: NothingToSuggest, when there is too little to learn from, or the lower end of the accuracy's interval is
        below `least_accuracy`, or not above what always saying the commonest value would reach.

    Source: Guo et al. 2017 (arXiv 1706.04599), section 4.2, for the temperature; Wilson 1927 for the interval.
    """
    groups = None if persons is None else _with_strangers(persons)
    values = _worth_learning(labels, groups)
    chosen = np.isin(labels, values)
    rows, truth = features[chosen], labels[chosen]
    groups = None if groups is None else groups[chosen]
    left_out = _left_out(rows, truth, values, groups, seed)
    temperature = float(min(TEMPERATURES, key=lambda one: _surprise(_tempered(left_out, one), truth, values)))
    said = _tempered(left_out, temperature)
    is_right = np.asarray(values)[said.argmax(axis=1)] == truth
    accuracy, independent = float(is_right.mean()), len(truth) if groups is None else len(set(groups))
    low, high = wilson_interval(round(accuracy * independent), independent)
    _check(accuracy, low, truth, least_accuracy)
    surest = (independent + 1) / (independent + 2)  # Laplace's rule of succession
    error = calibration_error(np.minimum(said.max(axis=1), surest), is_right)
    judge = _judge(seed).fit(rows, truth)
    return Suggester(values, len(truth), accuracy, low, high, error, judge, temperature, surest)


def _worth_learning(labels: Texts, persons: Texts | None) -> list[str]:
    """The values of enough images, and of enough persons. Raises: NothingToSuggest."""
    names, counts = np.unique(labels, return_counts=True)
    values = [str(name) for name, count in zip(names, counts, strict=True) if count >= FEWEST_OF_A_VALUE]
    if persons is not None:
        values = [one for one in values if len(set(persons[labels == one])) >= FEWEST_PERSONS_OF_A_VALUE]
    images = int(np.isin(labels, values).sum())
    if len(values) < 2 or images < FEWEST:
        of_persons = "" if persons is None else f" of {FEWEST_PERSONS_OF_A_VALUE} persons"
        raise NothingToSuggest(
            f"there are {images} images with values that {FEWEST_OF_A_VALUE} images{of_persons} or more have, of "
            f"{len(values)} values; it takes {FEWEST} images of two values: give more images a value"
        )
    if len(values) > MOST_VALUES:
        raise NothingToSuggest(f"it has {len(values)} values, more than the {MOST_VALUES} that are told apart")
    return values


def _with_strangers(persons: Texts) -> Texts:
    """Images of unknown persons are of one each, who is called by the row: no name has that form."""
    return np.asarray([name or f"\0{row}" for row, name in enumerate(persons)])


def _left_out(
    rows: Floats, truth: Texts, values: Sequence[str], groups: Texts | None, seed: int
) -> NDArray[np.float64]:
    """Probabilities (n, values) that those say who have not seen the image, nor its person."""
    if groups is not None and len(set(groups)) < FOLDS:
        raise NothingToSuggest(f"the images show {len(set(groups))} persons, and it takes {FOLDS} to judge it by")
    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    said = np.zeros((len(truth), len(values)))
    for learned, judged in kind(FOLDS, shuffle=True, random_state=seed).split(rows, truth, groups):
        if len(set(truth[learned])) < 2:
            raise NothingToSuggest("each value is of so few persons that it cannot be judged by those left out")
        judge = _judge(seed).fit(rows[learned], truth[learned])
        columns = [values.index(value) for value in judge.classes_]
        said[np.ix_(judged, columns)] = judge.predict_proba(rows[judged])
    return said


def _check(accuracy: float, low: float, truth: Texts, least: float) -> None:
    names, counts = np.unique(truth, return_counts=True)
    commonest = float(counts.max() / len(truth))
    measured = f"it is right for {accuracy:.0%} of images that it has not seen (by its interval at least {low:.0%})"
    if low < least:
        raise NothingToSuggest(f"{measured}, and should be for {least:.0%}: give more images a value")
    if low <= commonest:
        raise NothingToSuggest(f"{measured}, and always saying {names[counts.argmax()]} would be for {commonest:.0%}")


def _judge(seed: int) -> LogisticRegression:
    return LogisticRegression(C=PENALTY, max_iter=1_000, random_state=seed)


def _tempered(probabilities: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    powers = np.maximum(probabilities, LEAST_PROBABILITY) ** (1 / temperature)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _surprise(probabilities: NDArray[np.float64], truth: Texts, values: Sequence[str]) -> float:
    """Mean negative log-likelihood of what is true."""
    columns = np.searchsorted(np.asarray(values), truth)
    return float(-np.log(probabilities[np.arange(len(truth)), columns]).mean())


def _flat(pictures: Images) -> Floats:
    return to_network(pictures).reshape(len(pictures), -1)

"""Small judges of samples: one tells the values of an attribute apart, one whether a face is one of a kind."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import LeaveOneGroupOut, StratifiedGroupKFold, StratifiedKFold, cross_val_predict

from maskeraid_faces.images import Floats, Images, to_network

COMPONENTS = 64
LEAST_RELATIVE_DEVIATION = 1e-3
FOLDS = 5
FEWEST_OF_A_VALUE = 5  # images: one for each fold
FEWEST_PERSONS_OF_A_VALUE = 2  # where persons are known: one is left out at a time
MOST_VALUES = 20
FARTHEST_PERCENTILE = 99.0  # of the training faces' distances to their mean
ROUNDING = 1e-4  # drawn faces often lie equally far away

Split = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True)
class Features:
    """Principal coefficients, and last how much of a face lies outside of them: so what is no face is far away."""

    values: Floats  # (n, d + 1) of the images they were fitted to
    _mean: Floats
    _components: Floats  # (d, P)

    def of(self, images: Images) -> Floats:
        return _coordinates(self._mean, self._components, images)


def features_of(images: Images) -> Features:
    """Fit up to 64 components to uint8 (n, size, size, 3), without those that are rounding."""
    fitted = PCA(min(COMPONENTS, len(images) - 1), svd_solver="randomized", random_state=0).fit(_flat(images))
    kept = fitted.singular_values_ > LEAST_RELATIVE_DEVIATION * fitted.singular_values_[0]
    mean, components = np.asarray(fitted.mean_, np.float32), np.asarray(fitted.components_[kept], np.float32)
    return Features(_coordinates(mean, components, images), mean, components)


def worth_telling(labels: NDArray[np.str_], groups: Sequence[str] | None = None) -> bool:
    """Whether two values or more, and not too many, have enough images, of enough persons, to learn them from."""
    return 2 <= len(_known(labels, groups)) <= MOST_VALUES


class TraitClassifier:
    """Tells the values of one attribute apart; a value of fewer than 5 images, or of one person, is not known to it."""

    def __init__(self, features: Floats, labels: NDArray[np.str_], groups: Sequence[str] | None = None) -> None:
        """Fit to features (n, d + 1) with n labels, "" = missing, and see how it does on images left out."""
        self.values = _known(labels, groups)
        chosen = np.isin(labels, self.values)
        rows, self._truth = features[chosen, :-1], labels[chosen]  # inside: outside there is only noise
        persons = None if groups is None else np.asarray(groups, np.str_)[chosen]
        self._told = cross_val_predict(_judge(), rows, self._truth, cv=_splits(self._truth, persons))
        self.judge = _judge().fit(rows, self._truth)

    def tell(self, features: Floats) -> NDArray[np.str_]:
        """The value of each row."""
        return np.asarray(self.judge.predict(features[:, :-1]))

    @property
    def accuracy(self) -> float:
        """On which share of the images, each left out in turn, it is right."""
        return float((self._told == self._truth).mean())

    @property
    def skill(self) -> float:
        """Which share of the errors it avoids that always saying the commonest value makes; 1 is perfect."""
        commonest = max(float((self._truth == value).mean()) for value in self.values)
        return (self.accuracy - commonest) / (1 - commonest)

    def error(self, value: str) -> float:
        """On which share of the images, each left out in turn, it is wrong about this value."""
        return float(((self._told == value) != (self._truth == value)).mean())


class Resemblance:
    """Tells whether faces are as near to the middle of the training faces as these are themselves."""

    def __init__(self, training: Floats) -> None:
        """Fit to features (n, d), n >= 5, and see how well it does on faces that were left out."""
        left_out = [_refused(np.delete(training, part, axis=0), training[part]) for part in _folds(len(training))]
        self.error = float(np.concatenate(left_out).mean())
        self._training = training

    def tell(self, features: Floats) -> NDArray[np.bool_]:
        return ~_refused(self._training, features)


def _splits(truth: NDArray[np.str_], persons: NDArray[np.str_] | None) -> list[Split]:
    """What is learned from and what is left out, as rows: no person is in both, and every value is learned."""
    if persons is None:
        return list(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(truth, truth))
    if len(set(persons)) > FOLDS:
        folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
        splits: list[Split] = list(folds.split(truth, truth, persons))
        if all(set(truth[learned]) == set(truth) for learned, _ in splits):
            return splits
    return list(LeaveOneGroupOut().split(truth, truth, persons))


def _folds(n: int) -> list[NDArray[np.intp]]:
    return np.array_split(np.random.default_rng(0).permutation(n), FOLDS)


def _refused(training: Floats, features: Floats) -> NDArray[np.bool_]:
    middle = training.mean(axis=0)
    farthest = np.percentile(np.linalg.norm(training - middle, axis=1), FARTHEST_PERCENTILE)
    return np.asarray(np.linalg.norm(features - middle, axis=1) > farthest * (1 + ROUNDING))


def _judge() -> LinearDiscriminantAnalysis:
    return LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")


def _known(labels: NDArray[np.str_], groups: Sequence[str] | None) -> list[str]:
    values, counts = np.unique(labels[labels != ""], return_counts=True)
    many = [str(value) for value, count in zip(values, counts, strict=True) if count >= FEWEST_OF_A_VALUE]
    if groups is None:
        return many
    persons = np.asarray(groups, np.str_)
    return [value for value in many if len(set(persons[labels == value])) >= FEWEST_PERSONS_OF_A_VALUE]


def _flat(images: Images) -> Floats:
    return to_network(images).reshape(len(images), -1)


def _coordinates(mean: Floats, components: Floats, images: Images) -> Floats:
    centred = _flat(images) - mean
    inside = centred @ components.T
    outside = np.sqrt(np.maximum(np.square(centred).sum(axis=1) - np.square(inside).sum(axis=1), 0))
    return np.column_stack([inside, outside]).astype(np.float32)

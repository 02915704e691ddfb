"""Classifiers that go with a model: what its training faces' attributes look like, in its own coefficients."""

import numpy as np
from numpy.typing import NDArray
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from maskeraid_faces.evaluation.classifiers import TraitClassifier, worth_telling
from maskeraid_faces.evaluation.guarantees import Labelled
from maskeraid_faces.face_model import FaceModel, Floats, Trait
from maskeraid_faces.filling.traits import coefficients

MOST_COEFFICIENTS = 128
LEAST_SKILL = 0.5  # of the errors of always saying the commonest value, it must avoid so many


def fit_traits(model: FaceModel, faces: Labelled) -> tuple[Trait, ...]:
    """A classifier an attribute, of those with several values that can be told apart; by name.

    Source: linear discriminant analysis with shrunk covariance (Ledoit, Wolf 2004); the judgement is cross-validated.
    """
    number = min(MOST_COEFFICIENTS, len(model.basis.components))
    values = coefficients(model, faces.images, number)
    outside = np.zeros((len(values), 1), np.float32)  # a column that classifiers leave out
    features = np.concatenate([values, outside], axis=1)
    traits = (
        _fit(name, features, np.asarray(labels, np.str_), faces)
        for name, labels in sorted(faces.values.items())
        if worth_telling(np.asarray(labels, np.str_), faces.groups)
    )
    return tuple(trait for trait in traits if trait is not None)


def _fit(attribute: str, features: Floats, labels: NDArray[np.str_], faces: Labelled) -> Trait | None:
    classifier = TraitClassifier(features, labels, faces.groups)
    if classifier.skill < LEAST_SKILL:
        return None
    kernel, bias = _linear(classifier.judge)
    return Trait(attribute, tuple(classifier.judge.classes_.tolist()), kernel, bias, round(classifier.accuracy, 4))


def _linear(judge: LinearDiscriminantAnalysis) -> tuple[Floats, Floats]:
    """One column a value; of two values the judge keeps the difference alone."""
    kernel, bias = judge.coef_.T, judge.intercept_
    if len(judge.classes_) == 2:
        kernel, bias = np.concatenate([0 * kernel, kernel], axis=1), np.concatenate([0 * bias, bias])
    return np.asarray(kernel, np.float32), np.asarray(bias, np.float32)

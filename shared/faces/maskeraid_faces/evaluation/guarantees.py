"""What a model is sure to draw: its samples are told apart by attributes, and counted (Desentz 2021, section 4.2)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.evaluation.classifiers import Features, Resemblance, TraitClassifier, features_of, worth_telling
from maskeraid_faces.evaluation.samples import draw_samples
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Images
from maskeraid_faces.metrics.wilson import CONFIDENCE, wilson_interval

SAMPLES = 1000
LEAST_SHARE = 0.75  # of the training images: from here on a value is a promise, if a weak one


@dataclass(frozen=True)
class ValueShare:
    """How often one value of an attribute is drawn; shares are 0 to 1."""

    attribute: str
    value: str
    share: float  # of the samples, as they were told apart
    lower_bound: float  # Wilson, both ends together 95 %
    upper_bound: float
    confidence: float
    samples: int
    classifier_error: float  # share of real images, not learned from, on which it is wrong about this value
    measured_by: Literal["classifier", "resemblance"]
    training_share: float  # of the training images
    images: int  # training images that have it

    @property
    def is_promised(self) -> bool:
        """Whether it is published as a guarantee: nearly all training images have it."""
        return self.training_share >= LEAST_SHARE

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Labelled:
    """Faces with the values of their attributes; "" is a value that is missing.

    Those that were not learned from are there to tell apart what all training images share.
    """

    images: Images  # (n, size, size, 3)
    values: Mapping[str, Sequence[str]]  # attribute to n values
    is_training: NDArray[np.bool_]  # (n,)
    groups: Sequence[str] | None = None  # whom each shows: a person is in one fold only


def measure_shares(
    model: FaceModel, faces: Labelled, *, n: int = SAMPLES, seed: int = 0, is_brief: bool = False
) -> list[ValueShare]:
    """Count the values of n samples, attribute by attribute; those that nothing can tell apart are left out.

    `is_brief` leaves out attributes that promise nothing, too.

    A small classifier (discriminant analysis on principal components) tells values apart where images with different
    ones are there. What all images share nothing can be told from: then a sample counts when it is as near to the
    middle of the training images as they are, for all of them have the value.
    """
    features = features_of(faces.images)
    drawn = features.of(draw_samples(model, n, seed))
    resemblance = Resemblance(features.values[faces.is_training])
    alike = int(resemblance.tell(drawn).sum())
    shares: list[ValueShare] = []
    for attribute, values in faces.values.items():
        labels = np.asarray(values, np.str_)
        trained = Counter(labels[faces.is_training].tolist())
        value, images = trained.most_common(1)[0]
        if is_brief and images < LEAST_SHARE * trained.total():
            continue
        if worth_telling(labels, faces.groups):
            shares += _by_classifier(attribute, labels, trained, features, drawn, faces.groups)
        elif len(trained) == 1 and value:
            shares.append(_share(attribute, value, alike, n, resemblance.error, "resemblance", trained))
    return shares


def _by_classifier(
    attribute: str,
    labels: NDArray[np.str_],
    trained: Counter[str],
    features: Features,
    drawn: NDArray[np.float32],
    groups: Sequence[str] | None,
) -> list[ValueShare]:
    classifier = TraitClassifier(features.values, labels, groups)
    found = Counter(classifier.tell(drawn).tolist())
    known = [value for value in classifier.values if trained[value] > 0]
    return [
        _share(attribute, value, found[value], len(drawn), classifier.error(value), "classifier", trained)
        for value in sorted(known, key=lambda value: (-trained[value], value))
    ]


def _share(
    attribute: str,
    value: str,
    count: int,
    n: int,
    error: float,
    by: Literal["classifier", "resemblance"],
    trained: Counter[str],
) -> ValueShare:
    low, high = wilson_interval(count, n)
    images = trained[value]
    return ValueShare(
        attribute, value, count / n, low, high, CONFIDENCE, n, error, by, images / trained.total(), images
    )

"""How well the choosing network tells models apart: the classification report and confusion matrix of Fig. 20."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import classification_report, confusion_matrix


@dataclass(frozen=True)
class Row:
    """One line of a classification report; shares are 0 to 1."""

    precision: float
    recall: float
    f1: float
    images: int


@dataclass(frozen=True)
class SelectorReport:
    """Of faces that it has not seen."""

    accuracy: float
    models: dict[str, Row]
    mean: Row  # every model counts the same
    weighted: Row  # every image counts the same
    confusion: tuple[tuple[int, ...], ...]  # a row a true model, a column a chosen one, in the order of `models`


def judge(true: NDArray[np.intp], chosen: NDArray[np.intp], models: tuple[str, ...]) -> SelectorReport:
    """Compare what was chosen (n,) with what is true (n,), both as places among `models`."""
    places = np.arange(len(models))
    report: dict[str, Any] = classification_report(true, chosen, labels=places, output_dict=True, zero_division=0)
    return SelectorReport(
        accuracy=float((true == chosen).mean()),
        models={model: _row(report[str(place)]) for place, model in enumerate(models)},
        mean=_row(report["macro avg"]),
        weighted=_row(report["weighted avg"]),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion_matrix(true, chosen, labels=places)),
    )


def _row(found: dict[str, float]) -> Row:
    return Row(float(found["precision"]), float(found["recall"]), float(found["f1-score"]), int(found["support"]))

"""Which faces the choosing network learns from, is stopped by, and is judged by."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

TEST_SHARE = 1 / 5  # 75 of 375 (Desentz 2021, section 6.2)
VALIDATION_SHARE = 1 / 6  # 50 of the other 300
FEWEST_OF_A_MODEL = 8  # so that every part has one of each

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Split:
    """Rows of the images, each in one part."""

    training: Rows
    validation: Rows
    test: Rows


def split_rows(labels: Rows, seed: int) -> Split:
    """Shuffle and split in the thesis's proportions; every part has each model's share.

    Args:
        labels: (n,) the model of each image, 8 or more of each.
        seed: the same split for the same seed.

    Source: Desentz 2021, section 6.2: 375 images, 300 and 75, then 250 and 50; that the parts have the same shares is
    ours.
    """
    rest, test = _cut(np.arange(len(labels)), labels, TEST_SHARE, seed)
    training, validation = _cut(rest, labels, VALIDATION_SHARE, seed)
    return Split(training, validation, test)


def _cut(rows: Rows, labels: Rows, share: float, seed: int) -> tuple[Rows, Rows]:
    first, second = train_test_split(
        rows, test_size=round(share * len(rows)), stratify=labels[rows], random_state=seed % 2**32
    )
    return np.asarray(first, np.intp), np.asarray(second, np.intp)

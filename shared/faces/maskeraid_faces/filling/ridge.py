"""Fits engine R, the linear answer of the visible pixels: its penalty and its honest error. `engines` fills by it."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve

from maskeraid_faces.coverings.shapes import lower_face, sunglasses
from maskeraid_faces.face_model import Basis, Kind, RidgeFit
from maskeraid_faces.filling.covering_system import visibility
from maskeraid_faces.image_rows import ManyImages
from maskeraid_faces.images import Covering, Floats, to_network

# Relative to the mean visible variance a value; drawn faces have no noise, so theirs are a hundredth of these.
PENALTIES = np.geomspace(0.05, 12.8, 9)
DRAWN_PENALTIES = PENALTIES / 100
MOST_IN_DOUBLE = 1000  # images; above, double precision costs twice the seconds
VALUES_AT_ONCE = 4096  # of an image, 33 MB for 1,000 images
FOLDS = 5
MOST_IMAGES = 1200  # that cross-validation looks at: 2,000 take three times as long for the same penalty


def fit_ridge(
    images: ManyImages, basis: Basis, groups: Sequence[str] | None = None, kind: Kind = "photo", seed: int = 0
) -> RidgeFit:
    """Choose the penalty and measure the error of a fill, both on faces held out by identity.

    Args:
        images: uint8 (n, H, W, 3), the training faces; n >= 8.
        basis: their principal components, for its mean alone: it has seen every face, so a held-out face would help
            to answer itself (its error fell by a tenth on photographs). The folds use the faces themselves.
        groups: an identity an image, kept within one fold (a mirrored copy has its original's); None: all differ.
        kind: drawn faces have penalties of their own.
        seed: of the folds and of the choice among more than 1,200 images.

    Source: ridge regression in its dual form; residuals of faces that were not held out are far too small.
    """
    penalties = DRAWN_PENALTIES if kind == "drawn" else PENALTIES
    rows = np.sort(np.random.default_rng(seed).permutation(len(images))[:MOST_IMAGES])
    values = to_network(images[rows]).reshape(len(rows), -1) - basis.mean
    folds = list(_folds(np.arange(len(rows)) if groups is None else np.asarray(groups)[rows], seed))
    usual = [lower_face(images.shape[1]), sunglasses(images.shape[1])]
    rest = ~np.any(usual, axis=0)  # judged too, so that every value has an honest error; no part in the choice
    errors = [_squared_errors(values, covering, folds, penalties) for covering in (*usual, rest)]
    chosen = int(np.argmin(sum(error.mean(axis=1) for error in errors[: len(usual)])))
    sigma = np.zeros(basis.mean.size, np.float32)
    for covering, error in zip((*usual, rest), errors, strict=True):
        sigma[_values_of(covering)] = np.sqrt(error[chosen])
    return RidgeFit(float(penalties[chosen]), sigma)


def _folds(identities: NDArray[np.generic], seed: int) -> Iterator[NDArray[np.bool_]]:
    """Rows held out (n,), fold by fold; an identity is never in two."""
    _, identity = np.unique(identities, return_inverse=True)
    people = int(identity.max()) + 1
    folds = min(FOLDS, people)
    places = np.random.default_rng(seed).permutation(people) % folds
    yield from (places[identity] == fold for fold in range(folds))


def _squared_errors(
    values: Floats, covering: Covering, folds: Sequence[NDArray[np.bool_]], penalties: NDArray[np.float64]
) -> Floats:
    """Mean squared error of held-out fills, for every penalty and value of the hole (penalties, h)."""
    weights, hole = visibility(covering), values[:, _values_of(covering)]
    seen = values * np.sqrt(weights / weights.sum())
    agreement = _gram_in_double(seen) if len(values) <= MOST_IN_DOUBLE else seen @ seen.T  # (n, n)
    errors = np.zeros((len(penalties), hole.shape[1]), np.float32)
    for held_out in folds:
        gram = agreement[np.ix_(~held_out, ~held_out)]
        said, truth, others = agreement[np.ix_(held_out, ~held_out)], hole[held_out], hole[~held_out]
        # The mean variance a value is trace(gram) / n; of n images in the dual form the penalty counts n-fold, and a
        # value each of the seen ones, by whose number `agreement` is divided.
        unit = float(np.trace(gram)) / weights.sum()
        for index, penalty in enumerate(penalties):
            shares = solve(
                gram + gram.dtype.type(penalty * unit) * np.eye(len(gram), dtype=gram.dtype), said.T, assume_a="pos"
            )
            errors[index] += np.sum((truth - shares.T @ others) ** 2, axis=0) / len(values)
    return errors


def _gram_in_double(values: Floats) -> NDArray[np.float64]:
    """Drawn sets have few images and an exact rank: their smallest penalties drown in a sum of float32."""
    gram = np.zeros((len(values), len(values)))
    for part in np.array_split(values, 1 + values.shape[1] // VALUES_AT_ONCE, axis=1):
        gram += part.astype(np.float64) @ part.T.astype(np.float64)
    return gram


def _values_of(covering: Covering) -> NDArray[np.bool_]:
    """The map for flat images of three channels (P,)."""
    return np.repeat(covering.ravel(), 3)

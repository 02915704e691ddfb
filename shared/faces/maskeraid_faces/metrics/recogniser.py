"""Recognisers as they are measured with: whatever turns faces into vectors of which a person's lie close together.

`Recogniser` is the adapter for those of others; `LinearRecogniser` is ours, never trained on coverings or on fills.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from maskeraid_faces.images import Covering, Floats, Images

COMPONENTS, SHRINKAGE = 120, 0.3


class Recogniser(Protocol):
    """What an existing face recogniser must offer to be measured with."""

    def embed(self, images: Images) -> Floats:
        """Vectors of length 1, float32 (n, d), of faces uint8 (n, side, side, 3); the cosine says how alike two are."""
        ...


Learn = Callable[[Images, Sequence[str], Covering | None], Recogniser]
"""From faces, whom each shows, and the pixels that may be looked at (None: all) to a recogniser."""


class LinearRecogniser:
    """Principal components, then linear discriminants, compared by the cosine.

    Source: Belhumeur, Hespanha, Kriegman 1997, with the shrunk covariance of Ledoit, Wolf 2004.
    """

    def __init__(self, images: Images, persons: Sequence[str], seen: Covering | None = None) -> None:
        """Learn from faces uint8 (n, side, side, 3) of two persons or more; `seen` (side, side): pixels looked at."""
        self._seen = np.ones(images.shape[1:3], np.bool_) if seen is None else seen
        values = self._values(images)
        self._pca = PCA(min(COMPONENTS, *(side - 1 for side in values.shape)), whiten=True, random_state=0).fit(values)
        self._lda = LinearDiscriminantAnalysis(solver="eigen", shrinkage=SHRINKAGE)
        self._lda.fit(self._pca.transform(values), persons)

    def embed(self, images: Images) -> Floats:
        """See `Recogniser`."""
        vectors = self._lda.transform(self._pca.transform(self._values(images)))
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return np.asarray(vectors / lengths, np.float32)

    def _values(self, images: Images) -> NDArray[np.float32]:
        return images[:, self._seen].reshape(len(images), -1).astype(np.float32) / np.float32(255)

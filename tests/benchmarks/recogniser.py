"""A recogniser that was never trained on coverings: PCA and linear discriminants, compared by the cosine."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from maskeraid_faces.images import Images

COMPONENTS, SHRINKAGE, GALLERY = 120, 0.3, 5


class Recogniser:
    """Source: Belhumeur, Hespanha, Kriegman 1997, with the shrunk covariance of Ledoit, Wolf 2004."""

    def __init__(self, images: Images, persons: Sequence[str], seen: NDArray[np.bool_] | None = None) -> None:
        """`seen` (side, side): the pixels that are compared, when only some are."""
        self._seen = np.ones(images.shape[1:3], np.bool_) if seen is None else seen
        values = self._values(images)
        self._pca = PCA(min(COMPONENTS, len(images) - 1), whiten=True, random_state=0).fit(values)
        self._lda = LinearDiscriminantAnalysis(solver="eigen", shrinkage=SHRINKAGE)
        self._lda.fit(self._pca.transform(values), persons)

    def rank_1(self, gallery: Images, gallery_persons: Sequence[str], probes: Images, persons: Sequence[str]) -> float:
        """How many probes find their own person first, 0 to 1."""
        known, asked = self._embedded(gallery), self._embedded(probes)
        best = (asked @ known.T).argmax(axis=1)
        return float((np.asarray(gallery_persons)[best] == np.asarray(persons)).mean())

    def _embedded(self, images: Images) -> NDArray[np.float64]:
        vectors = self._lda.transform(self._pca.transform(self._values(images)))
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    def _values(self, images: Images) -> NDArray[np.float32]:
        return images[:, self._seen].reshape(len(images), -1).astype(np.float32) / np.float32(255)

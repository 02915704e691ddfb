"""What fills a hole without a model of this product: each takes (image, covering) and gives a whole face."""

from collections.abc import Callable, Mapping
from functools import partial

import cv2
import numpy as np
from skimage.restoration import inpaint_biharmonic

from maskeraid_faces.blending.harmonise import harmonise
from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.image_rows import mirror
from maskeraid_faces.images import Covering, Image, Images, to_pixels

Fill = Callable[[Image, Covering], Image]
COMPONENTS = 40
RADIUS = 3  # pixels, of OpenCV's methods
NEIGHBOURS = 5
PLAIN_RIDGE, PENALTY_OF_RIDGE, MOST_OF_RIDGE = "plain ridge", 1.0, 1000


class Baselines:
    """All of them, for one set of training faces uint8 (n, side, side, 3)."""

    def __init__(self, training: Images, seed: int) -> None:
        self._training, self._rng = training, np.random.default_rng(seed)
        self._flat = training.reshape(len(training), -1).astype(np.float32) / 255
        self._mean = self._flat.mean(axis=0)
        _, _, rows = np.linalg.svd(self._flat[:1500] - self._mean, full_matrices=False)
        self._components = rows[:COMPONENTS]
        self._ridges: dict[bytes, np.ndarray] = {}

    def all(self) -> Mapping[str, Fill]:
        """By the names of the tables; plain ridge for sets that its matrix of images suits."""
        ridge: dict[str, Fill] = {}
        if len(self._training) <= MOST_OF_RIDGE:
            ridge = {PLAIN_RIDGE: self._ridge, f"{PLAIN_RIDGE} + membrane": partial(_blended, self._ridge)}
        return self._simple() | ridge

    def _simple(self) -> dict[str, Fill]:
        return {
            "covering left on": lambda image, covering: np.full_like(image, 128),
            "random training face": self._random,
            "random training face + membrane": partial(_blended, self._random),
            "mean face": lambda image, covering: self._picture(self._mean, image),
            "Telea": partial(_inpainted, cv2.INPAINT_TELEA),
            "Navier-Stokes": partial(_inpainted, cv2.INPAINT_NS),
            "biharmonic": _biharmonic,
            "nearest training face": partial(self._nearest, 1),
            "nearest training face + membrane": partial(_blended, partial(self._nearest, 1)),
            "mean of 5 nearest": partial(self._nearest, NEIGHBOURS),
            "PCA-40": self._pca,
        }

    def _random(self, image: Image, covering: Covering) -> Image:
        return self._training[self._rng.integers(len(self._training))]

    def _nearest(self, number: int, image: Image, covering: Covering) -> Image:
        seen = np.repeat(~covering.ravel(), 3)
        distances = np.square(self._flat[:, seen] - image.reshape(-1)[seen] / np.float32(255)).sum(axis=1)
        return self._picture(self._flat[np.argsort(distances)[:number]].mean(axis=0), image)

    def _pca(self, image: Image, covering: Covering) -> Image:
        """Least squares of 40 components on what is visible."""
        seen = np.repeat(~covering.ravel(), 3)
        wanted = image.reshape(-1)[seen] / np.float32(255) - self._mean[seen]
        coefficients, *_ = np.linalg.lstsq(self._components[:, seen].T, wanted, rcond=None)
        return self._picture(self._mean + coefficients @ self._components, image)

    def _ridge(self, image: Image, covering: Covering) -> Image:
        """All training faces and their reflections, in the dual form, with the penalty 1 of their mean agreement.

        The pixel beside the covering is not heard. Source: Hoerl, Kennard 1970.
        """
        hidden = np.repeat(grow(covering, 1).ravel(), 3)
        faces = mirror(self._training).reshape(2 * len(self._training), -1).astype(np.float32) / 255
        mean = faces.mean(axis=0)
        if covering.tobytes() not in self._ridges:
            seen = faces[:, ~hidden] - mean[~hidden]
            agreement = seen @ seen.T
            agreement[np.diag_indices(len(faces))] += PENALTY_OF_RIDGE * np.trace(agreement) / len(faces)
            self._ridges[covering.tobytes()] = seen.T @ np.linalg.solve(agreement, faces - mean)
        said = image.reshape(-1)[~hidden] / np.float32(255) - mean[~hidden]
        return self._picture(mean + said @ self._ridges[covering.tobytes()], image)

    def _picture(self, values: np.ndarray, image: Image) -> Image:
        return to_pixels(values * 2 - 1).reshape(image.shape)


def _blended(fill: Fill, image: Image, covering: Covering) -> Image:
    return harmonise(fill(image, covering), image, covering, kind="photo")


def _inpainted(method: int, image: Image, covering: Covering) -> Image:
    return np.asarray(cv2.inpaint(image, covering.astype(np.uint8), RADIUS, method), np.uint8)


def _biharmonic(image: Image, covering: Covering) -> Image:
    filled = inpaint_biharmonic(image / 255, covering.copy(), channel_axis=-1)  # type: ignore[no-untyped-call]
    return to_pixels(np.asarray(filled) * 2 - 1)

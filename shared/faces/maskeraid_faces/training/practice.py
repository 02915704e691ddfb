"""Covered faces with their truth, without end: what a detector of coverings practises on."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.coverings.detector import KIND_OF_FAMILY, KINDS
from maskeraid_faces.coverings.families import FAMILIES
from maskeraid_faces.coverings.seeing import seen_covering, seen_image
from maskeraid_faces.coverings.worn import as_stored, wear_any
from maskeraid_faces.drawing.face import EYES, HAIR_STYLES, MOUTHS, NOSES, Features, draw_face
from maskeraid_faces.drawing.lifelike import DARKEST_SKIN, LIGHTEST_SKIN
from maskeraid_faces.images import Covering, Image, Images

SHARE_BARE = 0.15  # of the faces wear nothing
SHARE_RECOLOURED = 0.5  # faces of other light, film, and tone than those at hand
Draw = Callable[[np.random.Generator], Image]


class Practice(NamedTuple):
    """A batch."""

    images: Images  # (n, 64, 64, 3)
    coverings: NDArray[np.bool_]  # (n, 64, 64)
    kinds: NDArray[np.int32]  # (n,) index in KINDS, -1 of bare faces


def practise(
    draw: Draw,
    number: int,
    rng: np.random.Generator,
    families: Sequence[str] = tuple(FAMILIES),
    *,
    recolour: bool = True,
) -> Practice:
    """Cover so many faces, each of which `draw` gives as uint8 (side, side, 3)."""
    images, coverings, kinds = [], [], []
    for _ in range(number):
        face = draw(rng)
        if recolour and rng.random() < SHARE_RECOLOURED:
            face = recoloured(face, rng)
        covering: Covering = np.zeros(face.shape[:2], np.bool_)
        kind = -1
        if rng.random() >= SHARE_BARE:
            face, covering, family = _worn(face, rng, families)
            kind = KINDS.index(KIND_OF_FAMILY[family])
        images.append(seen_image(as_stored(face, rng)))
        coverings.append(seen_covering(covering))
        kinds.append(kind)
    return Practice(np.stack(images), np.stack(coverings), np.array(kinds, np.int32))


def recoloured(image: Image, rng: np.random.Generator) -> Image:
    """Another gain, contrast, and balance of the channels; seldom grey."""
    values = image.astype(np.float32)
    if rng.random() < 0.1:
        values = np.repeat(values.mean(axis=-1, keepdims=True), 3, axis=-1)
    gains = rng.uniform(0.55, 1.3) * rng.normal(1, 0.08, 3)
    values = 255 * np.power(np.clip(values * gains, 0, 255) / 255, rng.uniform(0.7, 1.4))
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def draw_any_drawn_face(rng: np.random.Generator) -> Image:
    """An 8-bit face of any colours and shapes, with another background now and then."""

    def colour(values: NDArray[np.float64]) -> tuple[int, int, int]:
        red, green, blue = np.clip(values, 0, 255).astype(int).tolist()
        return red, green, blue

    tone = DARKEST_SKIN + rng.random() * (LIGHTEST_SKIN - DARKEST_SKIN) + rng.normal(0, 10, 3)
    eyes, nose, mouth, style = (int(rng.choice(list(shapes))) for shapes in (EYES, NOSES, MOUTHS, HAIR_STYLES))
    hair, iris = (colour(rng.uniform(0, 255, 3)) for _ in range(2))
    face = draw_face(Features(colour(tone), hair, iris, eyes, nose, mouth, style))
    if rng.random() < 0.5:
        face[(face == face[0, 0]).all(axis=-1)] = colour(rng.uniform(0, 255, 3))
    return face


def _worn(face: Image, rng: np.random.Generator, families: Sequence[str]) -> tuple[Image, Covering, str]:
    worn = wear_any(face, rng, families)
    return worn.image, worn.covering, worn.family

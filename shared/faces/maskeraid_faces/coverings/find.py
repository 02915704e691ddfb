"""Finds the covering of a face: `find_covering`. The learned method is not in this release."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.coverings.colour_rule import Colour, covered_by_colour
from maskeraid_faces.errors import BadSettings
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Covering, Image, check_image

METHODS = ("colour",)


@dataclass(frozen=True)
class Found:
    """A covering that was found; all False when there is none."""

    covering: Covering
    probability: NDArray[np.float32]  # (H, W), 0 to 1; the colour rule is sure: 0 or 1
    share: float  # of the image's area, 0 to 1

    def to_dict(self) -> dict[str, float]:
        """Plain values, the arrays apart."""
        return {"share": self.share}


def find_covering(
    image: Image,
    model: FaceModel | None = None,
    *,
    method: Literal["learned", "colour"],
    colours: Sequence[Colour] = (),
    tolerance: int = 24,
) -> Found:
    """Find what hides part of a face, exactly as seen: callers widen it with `grow` before they fill.

    Args:
        image: uint8 (side, side, 3) RGB.
        model: of no use to the colour rule.
        method: "colour", the rule of section 6.1 of the thesis; "learned" is refused in this release.
        colours: RGB 0..255, those of the covering; at least one.
        tolerance: largest difference a channel, in grey levels, 0..255.

    Raises:
        BadImage: not such an image.
        BadSettings: no such method here, no colour, or a value out of range; `facts` say which are allowed.

    Source: Desentz 2021, section 6.1.
    """
    check_image(image)
    if method not in METHODS:
        raise BadSettings(f"method must be one of {METHODS}, found {method!r}", field="method", allowed=list(METHODS))
    covering = covered_by_colour(image, colours, tolerance)
    return Found(covering, covering.astype(np.float32), float(covering.mean()))

"""Maps of coverings that somebody sent: read once, kept as black and white PNGs of ours, and opened again."""

import io
from typing import Any

import numpy as np
from PIL import Image as Pictures

from maskeraid_faces.coverings.clean import cleaned
from maskeraid_faces.errors import NothingCovered, TooMuchCovered
from maskeraid_faces.images import LARGEST_SHARE_COVERED, Covering, Image
from maskeraid_faces.png import encode_png
from maskeraid_faces.sizes import covered_in


def read_map(pixels: Image) -> tuple[bytes, dict[str, Any]]:
    """The PNG of a sanitised map uint8 (h, w, 3), and what the job's result says of it.

    Raises: NothingCovered, TooMuchCovered: as for any image that it would be used with.
    """
    covering = covered_in(pixels)
    share = float(covering.mean())
    if share == 0:
        raise NothingCovered("no pixel of the map is nearer to white than to black: paint what is covered white")
    if share > LARGEST_SHARE_COVERED:
        raise TooMuchCovered(
            f"of the map {share:.0%} is white, which means covered; at most 90 % can be. Are black and white swapped?",
            share=round(share, 3),
        )
    height, width = covering.shape
    png = encode_png(covering.astype(np.uint8) * np.uint8(255), has_repeats=True)
    return png, {"by": "map", "share": round(share, 4), "width": width, "height": height}


def open_map(png: bytes) -> Image:
    """The pixels uint8 (h, w, 3) of a map that was stored here."""
    return np.asarray(Pictures.open(io.BytesIO(png), formats=("PNG",)).convert("RGB"))


def tidied(covering: Covering, *, clean: bool, area: float | None = None) -> Covering:
    """As it is, or without specks and holes. Raises: NothingCovered, when all of it was specks.

    `area`: of the face in pixels, where it is not all of the image.
    """
    if not clean:
        return covering
    kept = cleaned(covering, area)
    if not kept.any():
        raise NothingCovered("cleaning leaves nothing: every covered part is smaller than 0.5 % of the image")
    return kept

"""The files of a whole photograph, and what the result says of it."""

from typing import Any

import numpy as np

from maskeraid_core.documents.reimagings import STATEMENT
from maskeraid_faces.alignment import put_into_photo
from maskeraid_faces.blending.composite import visible_sha256
from maskeraid_faces.images import Covering, Image
from maskeraid_inference.cutting import Photo
from maskeraid_inference.labelled import label
from maskeraid_inference.marking import Mark
from maskeraid_inference.reimaging import Reimaged

Composite = tuple[Image, Covering]  # a picture, and which of its pixels were filled

LABELLED = "photo-labelled.png"
DIGITS = 6  # of the matrix, in pixels


def write_photo(
    photo: Photo, reimaged: Reimaged, mark: Mark
) -> tuple[dict[str, bytes], dict[str, Any], tuple[Composite, ...]]:
    """What of the photograph is covered, and the photograph with the best candidate in it, as it is and labelled.

    The last with its covering as well, where it was filled.
    """
    filling = reimaged.filling
    face = filling.finals[0] if filling else reimaged.image
    matrix = np.round(photo.aligned.matrix, DIGITS)  # as told: who lays the face back by it again gets the same pixels
    picture, covered = put_into_photo(photo.picture, face, reimaged.found.covering, matrix, photo.drawn)
    files = {"photo-covering.png": mark.to_png(covered.astype(np.uint8) * np.uint8(255), is_generated=False)}
    said: dict[str, Any] = {
        "matrix": matrix.tolist(),
        "alignment": round(photo.aligned.quality, 3),
        "width": photo.picture.shape[1],
        "height": photo.picture.shape[0],
        "input": "photo-input.png",
        "covering": "photo-covering.png",
    }
    if filling is None:
        return files, said, ()
    before, after = (f"sha256:{visible_sha256(one, covered)}" for one in (photo.picture, picture))
    said["proof"] = {"uncovered_pixels_in": before, "uncovered_pixels_out": after, "equal": before == after}
    files |= {"photo.png": mark.to_png(picture), LABELLED: mark.to_png(label(picture, STATEMENT))}
    return files, {**said, "url": "photo.png", "labelled": LABELLED}, ((picture, covered),)

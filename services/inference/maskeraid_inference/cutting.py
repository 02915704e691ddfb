"""Whole photographs: the face that is meant is cut out, and afterwards laid back over the photograph."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from maskeraid_core.documents.reimagings import ReimagingSpec
from maskeraid_faces.alignment import (
    USUAL_FRAME,
    Aligned,
    PhotoFace,
    Points,
    align,
    choose_face,
    crop_map,
    find_faces,
)
from maskeraid_faces.errors import BadImage
from maskeraid_faces.images import LARGEST_SIDE, Covering, Image
from maskeraid_faces.sizes import check_map_shape

Find = Callable[[Image], tuple[PhotoFace, ...]]


@dataclass(frozen=True)
class Photo:
    """A photograph uint8 (H, W, 3), its faces, and the chosen one cut out."""

    picture: Image
    faces: tuple[PhotoFace, ...]
    chosen: int
    aligned: Aligned

    def describe_faces(self) -> list[dict[str, Any]]:
        return [{"index": index, **face.to_dict()} for index, face in enumerate(self.faces)]

    def in_frame(self, frame: Points) -> "Photo":
        """The same face, cut out so that its points lie where those of a frame do."""
        return replace(self, aligned=align(self.picture, self.faces[self.chosen], frame))

    def crop_of(self, covering_map: Image) -> Image:
        """A map of the whole photograph, of any size, as a map of the crop. Raises: BadCovering: of another shape."""
        check_map_shape(covering_map, self.picture)
        height, width = self.picture.shape[:2]
        whole = cv2.resize(covering_map, (width, height), interpolation=cv2.INTER_NEAREST)
        return crop_map(np.asarray(whole, np.uint8), self.aligned)


def reaches_rim(covering: Covering) -> bool:
    """Whether a covering (side, side) touches the rim of its crop: then it may go on beyond it."""
    return bool(covering[[0, -1]].any() or covering[:, [0, -1]].any())


def cut_out(picture: Image, spec: ReimagingSpec, frame: Points = USUAL_FRAME, find: Find = find_faces) -> Photo | None:
    """The face that is meant; None when the picture is a face already, cut and upright.

    Unless told, a square that a model could have learned is taken as a face, and a larger square without one as well.

    Raises: NoFace, SeveralFaces, BadSettings (no such face), BadImage (not square, and faces are not to be looked for).
    """
    height, width = picture.shape[:2]
    is_square = height == width
    is_wanted = spec.detect_faces or spec.face is not None
    if spec.detect_faces is False or (is_square and height <= LARGEST_SIDE and not is_wanted):
        if not is_square:
            raise BadImage(
                f"the image must be square, found {width} x {height} pixels: crop it to the face, or leave "
                "`detect_faces` out",
                width=width, height=height,
            )  # fmt: skip
        return None
    faces = find(picture)
    if not faces and is_square and not is_wanted:
        return None
    chosen = choose_face(faces, spec.face)
    return Photo(picture, faces, chosen, align(picture, faces[chosen], frame))

"""Whole photographs: the face that is meant is cut out, and afterwards laid back over the photograph."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from maskeraid_core.documents.reimagings import CoveringChoice, ReimagingSpec
from maskeraid_faces.alignment import (
    USUAL_FRAME,
    Aligned,
    PhotoFace,
    Points,
    align,
    choose_face,
    crop_covering,
    find_faces,
    within_reach,
)
from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.errors import BadImage
from maskeraid_faces.images import LARGEST_SIDE, Covering, Image
from maskeraid_faces.sizes import check_map_shape, covered_in
from maskeraid_inference.covering_maps import tidied

Find = Callable[[Image], tuple[PhotoFace, ...]]


@dataclass(frozen=True)
class Photo:
    """A photograph uint8 (H, W, 3), its faces, and the chosen one cut out."""

    picture: Image
    faces: tuple[PhotoFace, ...]
    chosen: int
    aligned: Aligned
    drawn: Covering | None = None  # (H, W) what somebody drew of it as covered, within the crop

    def describe_faces(self) -> list[dict[str, Any]]:
        return [{"index": index, **face.to_dict()} for index, face in enumerate(self.faces)]

    def in_frame(self, frame: Points) -> "Photo":
        """The same face, cut out so that its points lie where those of a frame do."""
        return replace(self, aligned=align(self.picture, self.faces[self.chosen], frame))

    def with_map(self, covering_map: Image, wanted: CoveringChoice) -> "Photo":
        """The same with a map of the whole photograph, of any size, tidied and grown as wanted, as far as the crop is.

        Raises: BadCovering: of another shape. NothingCovered, when all of it was specks.
        """
        check_map_shape(covering_map, self.picture)
        height, width = self.picture.shape[:2]
        whole = cv2.resize(covered_in(covering_map).astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
        seen = within_reach(np.asarray(whole, np.bool_), self.aligned)
        area = self.aligned.crop[..., 0].size / float(np.linalg.det(self.aligned.matrix[:, :2]))
        drawn = tidied(seen, clean=wanted.clean, area=area)
        return replace(self, drawn=within_reach(grow(drawn, wanted.grow), self.aligned) if wanted.grow else drawn)

    @property
    def crop_map(self) -> Image | None:
        """What is drawn, as a map uint8 (side, side, 3) of the crop; None without it."""
        if self.drawn is None:
            return None
        covered = crop_covering(self.drawn, self.aligned)
        return np.repeat(covered[..., None], 3, axis=2).astype(np.uint8) * np.uint8(255)


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
                f"the image must be square, found {width} x {height} pixels: crop it to the face, or let "
                "the face be looked for",
                width=width, height=height,
            )  # fmt: skip
        return None
    faces = find(picture)
    if not faces and is_square and not is_wanted:
        return None
    chosen = choose_face(faces, spec.face)
    return Photo(picture, faces, chosen, align(picture, faces[chosen], frame))

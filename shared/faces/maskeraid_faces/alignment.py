"""Faces in photographs: found with MTCNN, turned upright into a model's frame, and put back after they were filled.

Source: Zhang et al. 2016 (arXiv 1604.02878) finds them; the frame is fitted by least squares as in Umeyama 1991.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.errors import BadSettings, NoFace, SeveralFaces
from maskeraid_faces.face_detector import Detected, detect_faces
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Covering, Image, to_pixels

Points = NDArray[np.float64]  # (5, 2) of x, y: left eye, right eye, nose, left and right corner of the mouth
Matrix = NDArray[np.float64]  # (2, 3), takes (x, y, 1) of the photograph to the crop

USUAL_FRAME: Points = np.array([[0.3, 0.33], [0.7, 0.33], [0.5, 0.54], [0.34, 0.72], [0.66, 0.72]])  # of a crop's side
WEIGHTS = np.array([2.0, 2.0, 1.0, 1.0, 1.0])  # what hides mouths and noses is commoner than what hides eyes
LONGEST_SIDE = 640  # pixels, of what the detector sees: faces down to a thirtieth of it are found
LEAST_CONFIDENCE = 0.6  # of MTCNN's last network; covered faces look less like faces
SMALLEST_CROP, LARGEST_CROP = 64, 1024  # pixels a side
MEAN_FACE_SIDE, MARGIN = 192, 64  # pixels, of a model's mean face and what is put around it when it is looked at
LEAST_LIKE_FACE = 0.15  # of the side: the largest distance of a model's points from the usual frame's


@dataclass(frozen=True)
class PhotoFace:
    """A face in a photograph; faces are numbered from left to right."""

    box: tuple[int, int, int, int]  # left, top, width, height in pixels
    confidence: float  # 0 to 1
    points: Points  # in pixels

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        points = [[round(float(place), 1) for place in point] for point in self.points]
        return {"box": list(self.box), "confidence": round(self.confidence, 3), "points": points}


def face_from(said: Mapping[str, Any]) -> PhotoFace:
    """A face of what `to_dict` gave."""
    left, top, across, down = said["box"]
    return PhotoFace((left, top, across, down), said["confidence"], np.array(said["points"], np.float64))


@dataclass(frozen=True)
class Aligned:
    """A face cut out of its photograph, upright, at about its own size."""

    crop: Image  # (side, side, 3)
    matrix: Matrix
    quality: float  # 0 to 1: 1 where the five points lie exactly as in the frame


def find_faces(photo: Image) -> tuple[PhotoFace, ...]:
    """The faces of a photograph uint8 (H, W, 3), of any size, from left to right; none is no error."""
    scale = min(1.0, LONGEST_SIDE / max(photo.shape[:2]))
    seen = photo
    if scale < 1:
        seen = np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    faces: list[PhotoFace] = []
    for found in detect_faces(seen, LEAST_CONFIDENCE):
        face = _face(found, scale, photo)
        if not any(_is_same(face, kept) for kept in faces):
            faces.append(face)
    return tuple(sorted(faces, key=lambda face: face.box[0]))


def choose_face(faces: Sequence[PhotoFace], number: int | None) -> int:
    """Which of the faces is meant.

    Raises:
        NoFace: there is none. SeveralFaces: nobody chose; `facts["faces"]` has their boxes. BadSettings: no such one.
    """
    if not faces:
        raise NoFace("no face was found in the photo: send a square picture of the face alone, eyes level")
    if number is None and len(faces) > 1:
        raise SeveralFaces(
            f"the photo shows {len(faces)} faces: choose one by its number, 0 to {len(faces) - 1} from left to right",
            faces=[{"index": index, **face.to_dict()} for index, face in enumerate(faces)],
        )
    if number is not None and not 0 <= number < len(faces):
        raise BadSettings(
            f"face must be 0 to {len(faces) - 1}, found {number}", field="face", allowed=list(range(len(faces)))
        )
    return number or 0


def align(photo: Image, face: PhotoFace, frame: Points = USUAL_FRAME) -> Aligned:
    """Cut a face out, so that its points come to lie where they lie in a frame (5, 2) of fractions of the side."""
    fit = _similarity(face.points, frame)  # to fractions
    side = int(np.clip(round(1 / np.hypot(fit[0, 0], fit[1, 0])), SMALLEST_CROP, LARGEST_CROP))
    matrix = _at_centres(fit, side)
    scale = _scale(matrix)
    source = cv2.GaussianBlur(photo, (0, 0), 0.4 / scale) if scale < 0.75 else photo
    crop = cv2.warpAffine(source, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    missed = np.linalg.norm(_moved(face.points, fit) - frame, axis=1)
    return Aligned(
        np.asarray(crop, np.uint8), matrix, float(np.clip(1 - np.average(missed, weights=WEIGHTS) / 0.1, 0, 1))
    )


def put_into_photo(
    photo: Image, filled: Image, covering: Covering, matrix: Matrix, drawn: Covering | None = None
) -> tuple[Image, Covering]:
    """Lay what was filled over a photograph.

    Args:
        photo: uint8 (H, W, 3).
        filled: the crop with its covering filled, uint8 (side, side, 3).
        covering: bool (side, side), of the crop.
        matrix: of the crop.
        drawn: bool (H, W), what somebody drew on the photograph within the crop's reach; it wins over `covering`.

    Returns:
        The photograph, equal to `photo` bit for bit wherever the second, its covering (H, W), is False.
    """
    size = photo.shape[1::-1]
    covered = _covered_in_photo(covering, matrix, size) if drawn is None else drawn
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(filled, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.where(covered[..., None], np.asarray(moved, np.uint8), photo), covered


def within_reach(drawn: Covering, aligned: Aligned) -> Covering:
    """Of what somebody drew on a photograph, bool (H, W), that which lies in the crop."""
    whole = np.ones(aligned.crop.shape[:2], np.bool_)
    within: Covering = drawn & _covered_in_photo(whole, aligned.matrix, drawn.shape[::-1])
    return within


def crop_covering(drawn: Covering, aligned: Aligned) -> Covering:
    """What somebody drew on a photograph, bool (H, W), as a covering of the crop: every pixel that it touches.

    So the crop shows no colour of the covering beside it, and whatever is drawn has been filled when it goes back.
    """
    side = aligned.crop.shape[0]
    # Three quarters of a crop's pixel reach its corners, however it is turned; one of the photograph's is linear.
    touched = grow(drawn, int(0.75 / _scale(aligned.matrix))).astype(np.float32)
    flags, beyond = cv2.INTER_LINEAR, cv2.BORDER_REPLICATE  # beyond, as the crop itself
    share = cv2.warpAffine(touched, aligned.matrix, (side, side), flags=flags, borderMode=beyond)
    covered: Covering = np.asarray(share) > 0
    return covered


def frame_of(model: FaceModel) -> Points:
    """Where the points lie in the faces of a model; the usual frame where its mean face shows none (drawn ones)."""
    if model.kind != "photo":
        return USUAL_FRAME
    mean = to_pixels(model.basis.mean).reshape(model.size, model.size, 3)
    large = cv2.resize(mean, (MEAN_FACE_SIDE, MEAN_FACE_SIDE), interpolation=cv2.INTER_CUBIC)
    framed = np.asarray(cv2.copyMakeBorder(large, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_REPLICATE), np.uint8)
    faces = find_faces(framed)
    if len(faces) != 1:
        return USUAL_FRAME
    frame = (faces[0].points - MARGIN) / MEAN_FACE_SIDE
    is_likely = np.abs(frame - USUAL_FRAME).max() <= LEAST_LIKE_FACE
    return frame if is_likely else USUAL_FRAME


def _covered_in_photo(covering: Covering, matrix: Matrix, size: Sequence[int]) -> Covering:
    """What a covering of the crop hides in a photograph of this width and height: bool (H, W)."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    share = cv2.warpAffine(covering.astype(np.float32), matrix, tuple(size), flags=flags)
    covered: Covering = np.asarray(share) > 0.5
    return covered


def _scale(matrix: Matrix) -> float:
    """Pixels of the crop for one of the photograph."""
    return float(np.hypot(matrix[0, 0], matrix[1, 0]))


def _face(found: Detected, scale: float, photo: Image) -> PhotoFace:
    height, width = photo.shape[:2]
    left, top, right, bottom = (round(float(place) / scale) for place in found.box)
    left, top = max(0, left), max(0, top)
    box = left, top, min(right, width) - left, min(bottom, height) - top
    return PhotoFace(box, min(1.0, found.confidence), found.points / scale)


def _is_same(one: PhotoFace, other: PhotoFace) -> bool:
    """Whether half of the smaller box lies in the larger one: MTCNN finds some faces twice."""
    (left, top, across, down), (other_left, other_top, other_across, other_down) = one.box, other.box
    shared_across = min(left + across, other_left + other_across) - max(left, other_left)
    shared_down = min(top + down, other_top + other_down) - max(top, other_top)
    smaller = min(across * down, other_across * other_down)
    return min(shared_across, shared_down) > 0 and 2 * shared_across * shared_down > smaller


def _similarity(points: Points, frame: Points) -> Matrix:
    """The turn, scale, and shift that bring points to a frame with the least weighted squares."""
    weights = WEIGHTS / WEIGHTS.sum()
    middle, goal = weights @ points, weights @ frame
    away, wanted = points - middle, frame - goal
    spread = (weights[:, None] * away**2).sum()
    cosine = (weights[:, None] * away * wanted).sum() / spread
    sine = (weights * (away[:, 0] * wanted[:, 1] - away[:, 1] * wanted[:, 0])).sum() / spread
    turn = np.array([[cosine, -sine], [sine, cosine]])
    return np.hstack([turn, (goal - turn @ middle)[:, None]])


def _moved(points: Points, matrix: Matrix) -> Points:
    moved: Points = points @ matrix[:, :2].T + matrix[:, 2]
    return moved


def _at_centres(fit: Matrix, side: int) -> Matrix:
    """From fractions to pixels of a crop, whose first one has its centre at half a pixel."""
    matrix = fit * side
    matrix[:, 2] += 0.5 * (fit[:, :2] * side).sum(axis=1) - 0.5
    return matrix

"""Cuts the face out of each photograph of an import: sanitised pixels in, a picture of the wanted size out."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.documents.datasets import Dataset, ImportSpec
from maskeraid_core.image_sanitiser import ImageRejected, SanitisedPicture
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import DatasetVersionRepository
from maskeraid_faces.alignment import PhotoFace, align, find_faces
from maskeraid_faces.images import Image
from maskeraid_faces.measures import measure
from maskeraid_faces.png import encode_png
from maskeraid_faces.sanitising import thumbnail_of

USUAL_SIDE = 64  # pixels, where neither the import nor the dataset says another
NO_FACE = "no face was found: send photographs with a face of 20 pixels or more, or leave `detect_faces` out"

Find = Callable[[Image], tuple[PhotoFace, ...]]


async def wanted_side(stores: Stores, dataset: Dataset, spec: ImportSpec) -> int | None:
    """The side in pixels of the faces that are to be cut out; None when pictures are taken as they are.

    The import's own `size`, else that of all images of the dataset.
    """
    if not spec.detect_faces or dataset.subject_kind == "other":
        return None
    latest = await DatasetVersionRepository(stores.database, dataset.tenant).of_dataset(
        dataset.id, dataset.latest_version
    )
    sides = latest.sides if latest else []
    return spec.size or (sides[0] if len(sides) == 1 else USUAL_SIDE)


def cut_out_face(
    picture: SanitisedPicture | ImageRejected, side: int, find: Find = find_faces
) -> SanitisedPicture | ImageRejected:
    """The largest face of a photograph, upright, `side` pixels square; rejected with `no_face` or `too_small`."""
    if isinstance(picture, ImageRejected):
        return picture
    photo = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 3)
    faces = find(photo)
    if not faces:
        return ImageRejected("no_face", NO_FACE)
    face = max(faces, key=lambda one: one.box[2] * one.box[3])
    left, top, width, height = face.box
    if max(width, height) < side:
        detail = f"the face has {width} x {height} pixels; {side} are wanted: send a larger photograph"
        return ImageRejected("too_small", detail)
    crop = align(photo, face).crop
    fitting = np.asarray(cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
    found = _packed(fitting, max(width, height), f"{left},{top},{left + width},{top + height}")
    return replace(found, says_generated=picture.says_generated, made_here=picture.made_here)


def _packed(face: Image, face_size: int, box: str) -> SanitisedPicture:
    grey = bool((face == face[..., :1]).all())
    png = encode_png(face, has_repeats=grey)
    side = face.shape[0]
    measures = measure(face, face_size=face_size, box=box).to_dict()
    return SanitisedPicture(b"", png, thumbnail_of(face), sha256_hex(png), side, side, grey, measures)

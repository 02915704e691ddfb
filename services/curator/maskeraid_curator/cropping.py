"""Cuts the face out of each photograph of an import: sanitised pixels in, a picture of the wanted size out."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.image_sanitiser import ImageRejected, SanitisedPicture
from maskeraid_faces.alignment import PhotoFace, align, find_faces
from maskeraid_faces.images import Image
from maskeraid_faces.measures import measure
from maskeraid_faces.png import encode_png
from maskeraid_faces.sanitising import thumbnail_of

NO_FACE = "no face was found: send photographs with a face of 20 pixels or more, or import them as whole faces"

Find = Callable[[Image], tuple[PhotoFace, ...]]


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

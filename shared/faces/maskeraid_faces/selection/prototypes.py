"""A model's prototypes: the few looks that its training faces have."""

import cv2
import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.face_model import Kind, Prototype
from maskeraid_faces.image_rows import ManyImages
from maskeraid_faces.images import Floats
from maskeraid_faces.selection.face_colours import ColourFound, face_colours

MOST_PROTOTYPES = 8
HAIR_AND_EYES = np.float32(0.3)  # of the weight of tone in a cluster's distance
NEUTRAL_LAB = (50.0, 0.0, 0.0)  # where a feature was not found
MOST_PHOTOGRAPHS = 10_000  # looked at: a face takes a millisecond, and eight looks are known long before
ROUNDS, SMALLEST_MOVE, ATTEMPTS = 50, 0.1, 3  # of k-means


def make_prototypes(images: ManyImages, kind: Kind) -> tuple[Prototype, ...]:
    """Cluster the faces by the Lab colours of skin, hair, and eyes into 8 prototypes or fewer, the largest first.

    Args:
        images: uint8 (n, side, side, 3), uncovered; of more than 10,000 photographs every second one, third one, ...
        kind: drawn faces of 8 looks or fewer get exactly those.
    """
    uncovered = np.zeros(images.shape[1:3], np.bool_)
    step = -(-len(images) // MOST_PHOTOGRAPHS) if kind == "photo" else 1
    found = (face_colours(images[row], uncovered, kind) for row in range(0, len(images), step))
    colours = np.stack([np.stack([_lab(one.tone), _lab(one.hair), _lab(one.eyes)]) for one in found])  # (n, 3, 3)
    labels = _labels(colours)
    prototypes = []
    for label in np.unique(labels):
        tone, hair, eyes = np.median(colours[labels == label], axis=0).astype(np.float32)
        prototypes.append(Prototype(tone, hair, eyes, float(np.mean(labels == label))))
    return tuple(sorted(prototypes, key=lambda prototype: -prototype.share))


def _lab(colour: ColourFound | None) -> Floats:
    return np.array(NEUTRAL_LAB, np.float32) if colour is None else colour.lab


def _labels(colours: Floats) -> NDArray[np.intp]:
    flat = colours.reshape(len(colours), -1).copy()
    looks, look = np.unique(flat, axis=0, return_inverse=True)
    if len(looks) <= MOST_PROTOTYPES:
        return look.ravel()
    flat[:, 3:] *= HAIR_AND_EYES
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, ROUNDS, SMALLEST_MOVE)
    cv2.setRNGSeed(0)
    _, labels, _ = cv2.kmeans(flat, MOST_PROTOTYPES, np.empty(0, np.int32), stop, ATTEMPTS, cv2.KMEANS_PP_CENTERS)
    return np.asarray(labels, np.intp)[:, 0]

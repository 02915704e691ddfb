"""Re-images a picture of any kind: a face as it is, or one that is first cut out of its photograph."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from threading import Lock

import numpy as np

from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.reimagings import ModelChoice, ReimagingSpec
from maskeraid_faces.alignment import USUAL_FRAME, Points, frame_of
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Image
from maskeraid_faces.selection.network import SelectorNetwork
from maskeraid_inference.cutting import Photo, cut_out
from maskeraid_inference.reimaging import Load, Reimaged, reimage

FRAMES_KEPT = 256
SAME_FRAME = 0.01  # of the side: nearer ones are not worth another cut


class Frames:
    """Where eyes and mouths lie in the faces of each model; found once, for MTCNN takes a second."""

    def __init__(self, find: Callable[[FaceModel], Points] = frame_of) -> None:
        self._find, self._lock = find, Lock()
        self._kept: OrderedDict[str, Points] = OrderedDict()

    def of(self, version: ModelVersion, load: Load) -> Points:
        with self._lock:
            if version.digest not in self._kept:
                self._kept[version.digest] = self._find(load(version))
            self._kept.move_to_end(version.digest)
            if len(self._kept) > FRAMES_KEPT:
                self._kept.popitem(last=False)
            return self._kept[version.digest]


def reimage_picture(
    picture: Image,
    spec: ReimagingSpec,
    versions: Sequence[ModelVersion],
    load: Load,
    *,
    frames: Frames,
    covering_map: Image | None = None,
    is_default: bool = False,
    network: SelectorNetwork | None = None,
    enter: Callable[[str], None] = lambda phase: None,
) -> Reimaged:
    """Re-image a face, or the chosen face of a photograph uint8 (H, W, 3); else as `reimage`.

    In a photograph the model is chosen in the usual frame; the face is then cut anew as the model's faces are.

    Raises: as `reimage` and `cut_out`.
    """
    enter("aligning")
    photo = cut_out(picture, spec)
    carry = partial(reimage, load=load, is_default=is_default, network=network, enter=enter)
    if photo is None:
        return carry(picture, spec, versions, covering_map=covering_map)

    def carry_out(cut: Photo, spec: ReimagingSpec, versions: Sequence[ModelVersion]) -> Reimaged:
        if covering_map is not None:
            cut = cut.with_map(covering_map, spec.covering)
            as_drawn = spec.covering.model_copy(update={"clean": False, "grow": 0})  # it has been tidied and grown
            spec = spec.model_copy(update={"covering": as_drawn})
        pixels = cut.picture.shape[0] * cut.picture.shape[1]
        made = carry(cut.aligned.crop, spec, versions, covering_map=cut.crop_map, photo_pixels=pixels)
        return replace(made, photo=cut)

    if spec.model is not None:
        return carry_out(photo.in_frame(frames.of(versions[0], load)), spec, versions)
    if spec.until != "final":
        return carry_out(photo, spec, versions)
    chosen = carry_out(photo, spec.model_copy(update={"until": "selection"}), versions)
    assert chosen.choice
    frame = frames.of(chosen.choice.version, load)
    cut = photo if np.abs(frame - USUAL_FRAME).max() < SAME_FRAME else photo.in_frame(frame)
    version = chosen.choice.version
    model = ModelChoice(model_id=version.model_id, version=version.version)
    named = spec.model_copy(update={"model": model, "selector": "attributes", "explain": False})
    return replace(carry_out(cut, named, [version]), choice=chosen.choice, explained=chosen.explained)

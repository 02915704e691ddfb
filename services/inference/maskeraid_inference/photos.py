"""Re-images a picture of any kind: a face as it is, or one that is first cut out of its photograph."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
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
    """Where eyes and mouths lie in the faces of each model; found once, for MTCNN takes a second. Shared by threads."""

    def __init__(self, find: Callable[[FaceModel], Points] = frame_of) -> None:
        self._find, self._lock = find, Lock()
        self._kept: OrderedDict[str, Future[Points]] = OrderedDict()  # least recently used first

    def of(self, version: ModelVersion, load: Load) -> Points:
        """The frame of this version; who asks while it is being looked for waits for that, who asks for others not.

        Raises: what `load` does, to all who waited; the next caller tries anew.
        """
        with self._lock:
            is_asked_for = version.digest in self._kept
            looking = self._kept.setdefault(version.digest, Future())
            self._kept.move_to_end(version.digest)
            if len(self._kept) > FRAMES_KEPT:
                self._kept.popitem(last=False)
        if not is_asked_for:
            self._look(version, load, looking)
        return looking.result()

    def _look(self, version: ModelVersion, load: Load, looking: "Future[Points]") -> None:
        try:
            looking.set_result(self._find(load(version)))
        except BaseException as error:
            with self._lock:
                if self._kept.get(version.digest) is looking:
                    del self._kept[version.digest]
            looking.set_exception(error)


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

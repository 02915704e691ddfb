"""The last two steps of a fill: few colours where they suit the faces, then blending. Source: Desentz 2021, 4.1."""

import numpy as np

from maskeraid_faces.blending.composite import superimpose
from maskeraid_faces.blending.harmonise import harmonise_all
from maskeraid_faces.blending.palette import smooth, snap
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.picks import Pick
from maskeraid_faces.filling.tone import ToneMatch
from maskeraid_faces.images import Covering, Image, Images

MOST_CLUSTERS_DRAWN, CLUSTERS_PHOTO = 16, 32  # of K-means
LARGEST_SIDE_SMOOTHED = 32  # above, K-means posterises photographs


def finish(
    generated: Images,
    image: Image,
    covering: Covering,
    model: FaceModel,
    *,
    smoothing_k: int | None,
    pick: Pick,
    seed: int,
    tone_match: ToneMatch,
) -> tuple[Images, Images]:
    """Smoothed faces, and these laid under the covering, each uint8 (k, size, size, 3); the arguments are `fill`'s.

    `generated`: whole faces as the model drew them, brought to the visible tone.
    """
    smoothed = _smoothed(generated, model, smoothing_k, pick, seed)
    return smoothed, _blended(smoothed, image, covering, model, tone_match)


def _smoothed(generated: Images, model: FaceModel, clusters: int | None, pick: Pick, seed: int) -> Images:
    if clusters is None and model.palette is not None and model.architecture == "eigen" and pick != "random":
        return snap(generated, model.palette)  # its clusters are known: no need to look for them
    if clusters is None:
        clusters = _usual_clusters(model)
    if not clusters:
        return generated
    return np.stack([smooth(one, clusters, seed=seed) for one in generated])


def _usual_clusters(model: FaceModel) -> int:
    if model.kind == "drawn":
        return min(MOST_CLUSTERS_DRAWN, MOST_CLUSTERS_DRAWN if model.palette is None else len(model.palette))
    return CLUSTERS_PHOTO if model.size <= LARGEST_SIDE_SMOOTHED else 0


def _blended(smoothed: Images, image: Image, covering: Covering, model: FaceModel, tone_match: ToneMatch) -> Images:
    if tone_match == "off":
        return np.stack([superimpose(image, one, covering) for one in smoothed])
    return harmonise_all(smoothed, image, covering, kind=model.kind, palette=model.palette)

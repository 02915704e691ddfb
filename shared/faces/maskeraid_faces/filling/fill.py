"""The story of a fill: check, match the tone, ask an engine for weighted answers, pick k, blend them in, prove it."""

from typing import Literal

import numpy as np

from maskeraid_faces.blending.composite import superimpose, visible_sha256
from maskeraid_faces.blending.harmonise import harmonise_all
from maskeraid_faces.blending.palette import smooth, snap
from maskeraid_faces.errors import BadSettings, FacesError, SizeMismatch
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.engines import (
    calibrated_photo_pool,
    drawn_pool,
    image_bank_pool,
    photo_pool,
    ridge_pool,
    unconditioned_pool,
)
from maskeraid_faces.filling.filled import Candidate, Filled, Stages, UsedEngine
from maskeraid_faces.filling.picks import PICKS, Pick, outcomes, pick_rows
from maskeraid_faces.filling.pool import Pool
from maskeraid_faces.filling.tone import TONE_MATCHES, ToneMatch, to_models_tone
from maskeraid_faces.images import Covering, Floats, Image, Images, check_covering, check_image

Engine = Literal["auto", "R", "A", "B", "C"]
ENGINES: tuple[Engine, ...] = ("auto", "R", "A")  # of the models of this release
MOST_CANDIDATES = 64
MOST_CLUSTERS_DRAWN, CLUSTERS_PHOTO = 16, 32  # of K-means
LARGEST_SIDE_SMOOTHED = 32  # above, K-means posterises photographs
WHITE = np.uint8(255)


def fill(
    image: Image,
    covering: Covering,
    model: FaceModel,
    *,
    k: int = 8,
    engine: Engine = "auto",
    pick: Pick = "spread",
    seed: int = 0,
    stages: bool = True,
    smoothing_k: int | None = None,
    tone_match: ToneMatch = "auto",
) -> Filled:
    """Fill the covered part of a face in up to k ways.

    Args:
        image: uint8 (size, size, 3) RGB, aligned, of the model's size.
        covering: bool (size, size), True where covered; at most 90 %.
        model: a trained model.
        k: 1..64 candidates; fewer come when the model knows fewer answers (drawn faces), one from engine R.
        engine: "R" ridge, "A" draws of the model's GAN that agree with the visible pixels; "auto" is A, or R
            where the automatic choice of an architecture failed its rule of quality.
        pick: "spread" unlike one another, "sample" by their weights and with all doubt, "random" with no look at the
            visible pixels.
        seed: the same seed gives the same bytes.
        stages: keep the four pictures of each candidate.
        smoothing_k: clusters of K-means, 0 = off; None: the palette for a drawn `eigen` model, 16 or fewer for a drawn
            model of another architecture, 32 for photographs up to 32 px, off above.
        tone_match: "auto" brings colours and seam to the visible face; "off" pastes the model's own colours (Fig. 4).

    Returns:
        Candidates, best first, their weights, the uncertainty, and the hashes of what is visible.

    Raises:
        BadImage, BadCovering, ShapeMismatch, NothingCovered, TooMuchCovered: see `images`.
        SizeMismatch: the image is not of the model's size.
        BadSettings: a setting is out of range; `facts` name the field and what is allowed.

    Source: Desentz 2021, sections 4.1, 4.2, and 7.4; the conditioning on visible pixels is ours.
    """
    _check(image, covering, model, k, engine, pick, smoothing_k, tone_match)
    is_ridge = engine == "R" or (engine == "auto" and model.prefers_ridge and pick != "random")
    used: UsedEngine = "R" if is_ridge else "A"
    rng = np.random.default_rng(seed)
    adapted, back = to_models_tone(image, covering, model) if tone_match == "auto" else (image, lambda images: images)
    pool = _pool(adapted, covering, model, used, pick, k, rng)
    rows, weights = pick_rows(pool, k, pick, rng)
    generated = back(pool.render(rows))
    smoothed = _smoothed(generated, model, smoothing_k, pick, seed)
    final = _blended(smoothed, image, covering, model, tone_match)
    clipped = np.where(covering[..., None], image, WHITE)
    candidates = tuple(
        Candidate(
            final[place],
            float(weights[place]),
            float(pool.fits[row]),
            Stages(generated[place], smoothed[place], clipped, final[place]) if stages else None,
            pool.approximate,
        )
        for place, row in enumerate(rows)
    )
    return Filled(
        candidates,
        _uncertainty(pool, covering),
        used,
        outcomes(pool) if model.kind == "drawn" and used == "A" else None,
        seed,
        *_proof(image, final, covering),
    )


def _check(
    image: Image,
    covering: Covering,
    model: FaceModel,
    k: int,
    engine: str,
    pick: str,
    smoothing_k: int | None,
    tone_match: str,
) -> None:
    check_image(image)
    if image.shape[0] != model.size:
        raise SizeMismatch(f"the image has {image.shape[0]} pixels, the model {model.size}", wanted=model.size)
    check_covering(covering, image)
    if not 1 <= k <= MOST_CANDIDATES:
        raise BadSettings(f"k must be 1 to {MOST_CANDIDATES}, found {k}", field="k", allowed=[1, MOST_CANDIDATES])
    if smoothing_k is not None and not 0 <= smoothing_k <= 256:
        raise BadSettings(f"smoothing_k must be 0 to 256, found {smoothing_k}", field="smoothing_k", allowed=[0, 256])
    for field, value, allowed in (
        ("engine", engine, ENGINES),
        ("pick", pick, PICKS),
        ("tone_match", tone_match, TONE_MATCHES),
    ):
        if value not in allowed:
            raise BadSettings(f"{field} must be one of {allowed}, found {value!r}", field=field, allowed=list(allowed))


def _pool(
    image: Image,
    covering: Covering,
    model: FaceModel,
    engine: UsedEngine,
    pick: Pick,
    k: int,
    rng: np.random.Generator,
) -> Pool:
    if engine == "R":
        return ridge_pool(image, covering, model)
    if pick == "random":
        return unconditioned_pool(image, covering, model, rng, k)
    if model.architecture != "eigen":
        return image_bank_pool(image, covering, model)
    if model.kind == "drawn":
        return drawn_pool(image, covering, model)
    if pick == "sample":
        return calibrated_photo_pool(image, covering, model, rng)
    return photo_pool(image, covering, model, rng)


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


def _uncertainty(pool: Pool, covering: Covering) -> Floats:
    uncertainty = np.zeros(covering.shape, np.float32)
    uncertainty[covering] = np.clip(pool.deviations.reshape(-1, 3).mean(axis=1) / 255, 0, 1)
    return uncertainty


def _proof(image: Image, final: Images, covering: Covering) -> tuple[str, str]:
    """Hashes of the visible pixels of the input and of every candidate."""
    of_input = visible_sha256(image, covering)
    of_candidates = {visible_sha256(one, covering) for one in final}
    if of_candidates != {of_input}:
        raise FacesError("a candidate changed visible pixels")  # cannot happen: `superimpose` is the last step
    return of_input, of_input

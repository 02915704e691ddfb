"""The story of a fill: check, match the tone, ask an engine for weighted answers, pick k, blend them in, prove it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from maskeraid_faces.blending.composite import clip, superimpose, visible_sha256
from maskeraid_faces.errors import BadSettings, FacesError, SizeMismatch
from maskeraid_faces.face_model import FaceModel, UsedEngine
from maskeraid_faces.filling.answering import ENGINES, Engine, engine_for, origin_of, pool_of, possible_outcomes
from maskeraid_faces.filling.filled import Candidate, Filled, Stages, Starts
from maskeraid_faces.filling.finish import finish
from maskeraid_faces.filling.intervals import interval_around_ridge, interval_of_draws
from maskeraid_faces.filling.near_copies import find_near_copies
from maskeraid_faces.filling.picks import PICKS, Pick, pick_rows
from maskeraid_faces.filling.pool import Pool, Rows, Weights
from maskeraid_faces.filling.tone import TONE_MATCHES, ToneMatch, to_models_tone
from maskeraid_faces.filling.traits import check_wanted, having, tell_traits
from maskeraid_faces.images import Covering, Floats, Image, Images, check_covering, check_image

MOST_CANDIDATES = 64
MOST_ASKED = 512  # draws, when only some of them will do


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
    wanted: Mapping[str, str] | None = None,
) -> Filled:
    """Fill the covered part of a face in up to k ways.

    Args:
        image: uint8 (size, size, 3) RGB, aligned, of the model's size.
        covering: bool (size, size), True where covered; at most 90 %.
        model: a trained model.
        k: 1..64 candidates; fewer come when the model knows fewer answers (drawn faces), one from engine R.
        engine: "R" ridge, "A" draws of the model's GAN that agree with the visible pixels, "C" draws of its GAN that is
            told what is visible, "B" ridge's answer with what a GAN adds to its pixels, where it has these; "auto" is
            B where it was better than C and ridge, else C, else A, or R where the automatic choice of an architecture
            failed its rule of quality. Photographs of all but `eigen` are searched for; R answers where A finds
            nothing that fits.
        pick: "spread" unlike one another, "sample" by their weights and with all doubt, "random" with no look at the
            visible pixels.
        seed: the same seed gives the same bytes.
        stages: keep the four pictures of each candidate.
        smoothing_k: clusters of K-means, 0 = off; None: the palette for a drawn `eigen` model, 16 or fewer for a drawn
            model of another architecture, 32 for photographs up to 32 px, off above.
        wanted: values of attributes that every candidate must have, of those that the model can tell.
        tone_match: "auto" brings colours and seam to the visible face; "off" pastes the model's own colours (Fig. 4).

    Returns:
        Candidates, best first, their weights, the uncertainty, and the hashes of what is visible.

    Raises:
        BadImage, BadCovering, ShapeMismatch, NothingCovered, TooMuchCovered: see `images`.
        SizeMismatch: the image is not of the model's size.
        BadSettings: a setting is out of range; `facts` name the field and what is allowed.
        AttributesUnreachable: no face that fits has the wanted values.

    Source: Desentz 2021, sections 4.1, 4.2, and 7.4; the conditioning on visible pixels is ours.
    """
    _check(image, covering, model, k, engine, pick, smoothing_k, tone_match)
    check_wanted(wanted or {}, model)
    rng = np.random.default_rng(seed)
    adapted, back = to_models_tone(image, covering, model) if tone_match == "auto" else (image, lambda images: images)
    used = engine_for(model, engine, pick)
    pool = pool_of(adapted, covering, model, used, pick, MOST_ASKED if wanted else k, rng)
    used = "R" if pool.is_ridge else used
    if wanted:
        pool = having(wanted, pool, adapted, covering, model)
    rows, weights = pick_rows(pool, k, pick, rng)
    drawn = pool.render(rows)
    generated = back(drawn)
    smoothed, final = finish(
        generated, image, covering, model, smoothing_k=smoothing_k, pick=pick, seed=seed, tone_match=tone_match
    )
    told = tell_traits(drawn, adapted, covering, model)
    copied = find_near_copies(drawn, covering, model, origin_of(model, used, pick))
    candidates = _candidates(pool, rows, weights, final, told, copied)
    return Filled(
        _with_stages(candidates, generated, smoothed, clip(image, covering)) if stages else candidates,
        _uncertainty(pool, covering),
        None if pick == "random" else _interval(adapted, image, covering, model, pool, used, back),
        used,
        None if wanted and pick == "random" else possible_outcomes(pool, adapted, covering, model, used, pick),
        seed,
        *_proof(image, final, covering),
        None if model.known_faces is None else (len(model.known_faces.ids), model.known_faces.total),
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
    if engine in ("B", "C") and (engine not in model.engines or pick == "random"):
        why = "draws at random are engine A's" if engine in model.engines else f"this model has no engine {engine}"
        others = ["R", "A"] if pick == "random" else model.engines
        raise BadSettings(f"{why}: choose another one", field="engine", allowed=["auto", *others])


def _candidates(
    pool: Pool,
    rows: Rows,
    weights: Weights,
    final: Images,
    told: Sequence[Mapping[str, str]],
    copied: Sequence[str | None] | None,
) -> tuple[Candidate, ...]:
    """The pool's `rows`, without their stages; what else is known of them has their order."""
    return tuple(
        Candidate(
            final[place],
            float(weights[place]),
            float(pool.fits[row]),
            None,
            pool.approximate,
            is_near_copy=None if copied is None else copied[place] is not None,
            near_copy_of=None if copied is None else copied[place],
            attributes=told[place],
            starts=None if pool.ended is None else Starts(int(pool.ended[row]), pool.starts),
        )
        for place, row in enumerate(rows)
    )


def _with_stages(
    candidates: tuple[Candidate, ...], generated: Images, smoothed: Images, clipped: Image
) -> tuple[Candidate, ...]:
    return tuple(
        replace(one, stages=Stages(generated[place], smoothed[place], clipped, one.final))
        for place, one in enumerate(candidates)
    )


def _interval(
    adapted: Image,
    image: Image,
    covering: Covering,
    model: FaceModel,
    pool: Pool,
    used: UsedEngine,
    back: Callable[[Images], Images],
) -> tuple[Image, Image] | None:
    if model.kind == "drawn" and used != "R":
        if not np.array_equal(adapted, image):
            return None  # the palette of the whole face brings candidates back to its tone, not single values
        found: tuple[Image, Image] | None = interval_of_draws(adapted, covering, pool)
    else:
        found = interval_around_ridge(adapted, covering, model)
    if found is None:
        return None
    low, high = (superimpose(image, end, covering) for end in back(np.stack(found)))
    return np.minimum(low, high), np.maximum(low, high)


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

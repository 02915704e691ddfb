"""The story of a re-imaging: find the covering, choose the model, fill, put the filling back at the input's own size.

Pictures and documents in, pictures out: no queue, no database, no files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.reimagings import CoveringChoice, ReimagingSpec
from maskeraid_faces.blending.composite import visible_sha256
from maskeraid_faces.blending.feather import feather
from maskeraid_faces.coverings.colour_guess import guess_covering
from maskeraid_faces.coverings.colour_rule import Colour, covered_by_colour
from maskeraid_faces.coverings.find import find_learned
from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.errors import BadImage, NothingCovered, TooMuchCovered
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.filling.filled import Filled
from maskeraid_faces.images import LARGEST_SHARE_COVERED, SMALLEST_SIDE, Covering, Floats, Image, check_covering
from maskeraid_faces.selection.network import SelectorNetwork
from maskeraid_faces.sizes import fit_covering, fit_image, fit_map, put_back, put_back_map
from maskeraid_inference.choosing import Choice, choose, no_model_yet
from maskeraid_inference.covering_maps import tidied
from maskeraid_inference.cutting import Photo
from maskeraid_inference.explaining import Explained, explain
from maskeraid_inference.room import check_room

LARGEST_SIDE = 2048  # pixels: a photo of one face; the answer holds some ten pictures of that size
MODELS_CONSULTED = 8  # the newest, when a covering is to be guessed
DETECTORS_ASKED = 3  # the newest models'; each takes some twenty milliseconds

Load = Callable[[ModelVersion], FaceModel]


@dataclass(frozen=True)
class FoundCovering:
    """What is taken as covered, grown, at the input's size; everything else stays as it is."""

    covering: Covering
    by: Literal["map", "colour", "guess", "learned"]
    colours: tuple[Colour, ...] = ()
    kind: str | None = None  # mask, scarf, glasses, hand, hat, other, where the detector has looked
    confidence: float | None = None  # of the detector, 0 to 1


@dataclass(frozen=True)
class Filling:
    """The candidates of a filled face, back at the input's size."""

    filled: Filled  # at the model's size, with the stages of each candidate
    finals: tuple[Image, ...]  # at the input's size, best first
    uncertainty: Floats  # (H, W) of the input's size, share of 255; exactly 0 outside the covering
    proof: tuple[str, str]  # SHA-256 of the visible pixels of the input, and of every final picture
    is_fallback: bool = False  # engine R answered because the model's GAN is no good, and nobody asked for R
    mean_uncertainty: float | None = None  # as an earlier one has told it: its picture alone is clipped and in 8 bits


@dataclass(frozen=True)
class Reimaged:
    """What came out; `choice` and `filling` are None when the re-imaging was to stop before."""

    image: Image
    found: FoundCovering
    choice: Choice | None = None
    filling: Filling | None = None
    photo: Photo | None = None  # that `image` was cut out of
    explained: Explained | None = None


def reimage(
    image: Image,
    spec: ReimagingSpec,
    versions: Sequence[ModelVersion],
    load: Load,
    *,
    covering_map: Image | None = None,
    is_default: bool = False,
    network: SelectorNetwork | None = None,
    photo_pixels: int = 0,
    enter: Callable[[str], None] = lambda phase: None,
) -> Reimaged:
    """Re-image one face.

    Args:
        image: uint8 (side, side, 3) RGB, sanitised; 16 to 2,048 pixels. Filled at the model's size.
        spec: what is asked for; its sources of pictures are not looked at.
        versions: what Selection may choose from, or the one that the user chose.
        load: gives a version's model.
        covering_map: uint8 (h, w, 3), white = covered; wins over every method.
        is_default: whether `versions` is the service's default model.
        network: the tenant's selector, where `spec` asks it, or wants to be told of it.
        photo_pixels: of the photograph that the image was cut out of, which lies in the result as well.
        enter: told of each phase as it begins.

    Raises:
        BadImage, BadSettings, BadCovering, NothingCovered, TooMuchCovered, NoSuitableModel; and what `load` raises.
    """
    _check_sides(image)
    enter("covering")
    found = find(image, spec.covering, versions, load, covering_map)
    check_covering(found.covering, image)
    if spec.until == "covering":
        return Reimaged(image, found)
    enter("selecting")
    choice = choose(
        image, found.covering, versions, load, is_override=spec.model is not None, is_default=is_default,
        by_network=spec.selector == "cnn", network=network, is_explained=spec.explain,
    )  # fmt: skip
    explained = explain(image, found.covering, choice, versions, network) if spec.explain else None
    if spec.until == "selection":
        return Reimaged(image, found, choice, explained=explained)
    enter("generating")
    model = load(choice.version)
    check_room(spec.candidates, image.shape[0], model.size, photo_pixels)
    filling = fill_at_own_size(image, found.covering, model, spec)
    return Reimaged(image, found, choice, filling, explained=explained)


def find(
    image: Image, wanted: CoveringChoice, versions: Sequence[ModelVersion], load: Load, covering_map: Image | None
) -> FoundCovering:
    """The covering by the map, else by the method that is wanted. A map grows only if that is asked for."""
    if covering_map is not None:
        drawn = tidied(fit_map(covering_map, image), clean=wanted.clean)
        return FoundCovering(grow(drawn, wanted.grow) if wanted.grow else drawn, "map")
    found = (_by_network if wanted.method == "learned" else _by_colour)(image, wanted, versions, load)
    return replace(found, covering=grow(tidied(found.covering, clean=wanted.clean), wanted.grow))


def _by_network(image: Image, wanted: CoveringChoice, versions: Sequence[ModelVersion], load: Load) -> FoundCovering:
    seen = find_learned(image, [load(version) for version in versions[-DETECTORS_ASKED:]])
    if not seen.covering.any():
        raise NothingCovered("no covering was found: send a map of it, or name its colours")
    return FoundCovering(seen.covering, "learned", (), seen.kind, seen.confidence)


def _by_colour(image: Image, wanted: CoveringChoice, versions: Sequence[ModelVersion], load: Load) -> FoundCovering:
    """By the colours that were named, else by a guess of some."""
    if not wanted.colours:
        if not versions:
            raise no_model_yet()  # said first: a colour or a map would not help
        models = [load(version) for version in versions[-MODELS_CONSULTED:]]
        guess = guess_covering(image, models, tolerance=wanted.tolerance)
        return FoundCovering(guess.covering, "guess", guess.colours)
    covered = covered_by_colour(image, wanted.colours, wanted.tolerance)
    if not covered.any():
        raise NothingCovered(
            f"no area within {wanted.tolerance} of the colours {wanted.colours} was found", colours=wanted.colours
        )
    return FoundCovering(covered, "colour", tuple(wanted.colours))


def fill_at_own_size(image: Image, covering: Covering, model: FaceModel, spec: ReimagingSpec) -> Filling:
    """Fill at the model's size; scale each answer back under the covering, so that visible pixels stay as they are."""
    hole = fit_covering(covering, model.size)
    _check_hole(hole, covering)
    filled = fill(
        fit_image(image, model.size),
        hole,
        model,
        k=spec.candidates,
        engine=spec.engine,
        pick=spec.pick,
        seed=spec.seed,
        smoothing_k=spec.smoothing_k,
        tone_match=spec.tone_match,
        wanted=spec.attributes,
    )
    is_fallback = spec.engine == "auto" and filled.engine == "R"
    uncertainty = put_back_map(filled.uncertainty, covering)
    return put_all_back(filled, image, covering, model, uncertainty, is_fallback, spec.covering.feather)


def put_all_back(
    filled: Filled,
    image: Image,
    covering: Covering,
    model: FaceModel,
    uncertainty: Floats,
    is_fallback: bool,
    feather_pixels: int,
) -> Filling:
    """Scale every candidate under the covering of the input, feather it, and prove that nothing else changed."""
    finals = tuple(
        feather(put_back(candidate.final, image, covering, model.kind), covering, feather_pixels)
        for candidate in filled.candidates
    )
    outs = {visible_sha256(final, covering) for final in finals}
    if len(outs) != 1:
        raise AssertionError("candidates differ where the face is visible")  # `put_back` cannot do that
    proof = visible_sha256(image, covering), outs.pop()
    return Filling(filled, finals, uncertainty, proof, is_fallback)


def _check_sides(image: Image) -> None:
    height, width = image.shape[:2]
    if height != width:
        raise BadImage(f"the image must be square, found {width} x {height} pixels", width=width, height=height)
    if not SMALLEST_SIDE <= height <= LARGEST_SIDE:
        raise BadImage(f"a side must be {SMALLEST_SIDE} to {LARGEST_SIDE} pixels, found {height}", found=height)


def _check_hole(hole: Covering, covering: Covering) -> None:
    """Say why a covering that leaves enough of the image leaves too little of it at the model's size."""
    if hole.mean() <= LARGEST_SHARE_COVERED:
        return
    side, share = hole.shape[0], float(hole.mean())
    raise TooMuchCovered(
        f"of the face {covering.mean():.0%} is covered, in so many places that they touch {share:.0%} of the model's "
        f"{side} x {side} pixels; at most 90 % can be: draw it in one piece",
        share=round(share, 3),
    )

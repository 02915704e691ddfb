"""Turns what came out of a re-imaging into files and the result that the job shows."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from maskeraid_core.documents.reimagings import STATEMENT, ReimagingSpec
from maskeraid_faces.blending.composite import clip
from maskeraid_faces.coverings.grow import growth
from maskeraid_faces.filling.filled import Candidate, Filled, Stages
from maskeraid_faces.filling.intervals import LEVEL
from maskeraid_faces.images import Covering, Image, to_network
from maskeraid_faces.measures import has_few_colours
from maskeraid_faces.sizes import fit_covering, fit_image
from maskeraid_inference.choosing import Choice
from maskeraid_inference.contact_sheet import Panel, draw_contact_sheet
from maskeraid_inference.labelled import label
from maskeraid_inference.marking import Mark
from maskeraid_inference.photo_answer import Composite, write_photo
from maskeraid_inference.reimaging import Filling, FoundCovering, Reimaged
from maskeraid_inference.rim import rim_difference
from maskeraid_inference.seam_picture import STRONGEST, draw_seam

LEGEND = (
    "Above: how 0-final.png came about; clipped covering: what is replaced. "
    "Below: N is N-final.png, best first; %: share of fitting draws."
)
LEGEND_OF_RIDGE = (
    "Above: how 0-final.png came about; clipped covering: what is replaced. "
    "Below: 0 is 0-final.png, the one answer of engine R: ridge draws none."
)
STEPS = ("generated", "smoothed", "clipped", "final")
CLIPPED = "clipped.png"  # the input's own pixels
SEEN_AS_STEPS = ("-generated.png", "-smoothed.png")
CAPTIONS = {"clipped": "clipped covering"}  # Desentz 2021, Fig. 29
BRIGHTEST_UNCERTAINTY = 0.25  # share of the range of grey levels that is drawn white


@dataclass(frozen=True)
class Answer:
    """Files by name, and the job's `result`, which names them."""

    files: dict[str, bytes]
    result: dict[str, Any]
    composites: tuple[Composite, ...] = ()  # every candidate, and the photograph
    steps: tuple[Image, ...] = ()  # the other pictures on the way to photographs, and the labelled ones


def write_answer(reimaged: Reimaged, spec: ReimagingSpec, job_id: str, *, is_for_owner: bool = False) -> Answer:
    """Pack the pictures and say what they are; how far it goes is how far the re-imaging went.

    `is_for_owner`: whether the model is theirs who asked; of others' models nobody is told a training image.
    """
    choice, filling, found = reimaged.choice, reimaged.filling, reimaged.found
    mark = Mark(choice.version.digest if choice else "none", job_id, spec.software)
    files = {"covering.png": mark.to_png(found.covering.astype(np.uint8) * np.uint8(255), is_generated=False)}
    result = _describe_input(reimaged, spec)
    composites = tuple((final, found.covering) for final in filling.finals) if filling else ()
    if reimaged.photo is not None:
        photo_files, result["photo"], photographs = write_photo(reimaged.photo, reimaged, mark)
        composites += photographs
        files |= photo_files
    if choice is not None:
        result |= choice.to_dict() | {"provenance": _provenance(choice, spec)}
        if choice.by == "cnn":
            result["selection"] |= {"selector_id": spec.selector_id}
    if choice is not None and reimaged.explained is not None:
        pictures = reimaged.explained.pictures
        files |= {name: mark.to_png(picture, is_generated=False) for name, picture in pictures.items()}
        result["selection"] |= {"explained": reimaged.explained.facts}
    if filling is not None:
        files |= _filling_files(reimaged, filling, mark)
        result |= _describe_filling(reimaged, filling, is_for_owner=is_for_owner)
    return Answer(files, result, composites, tuple(_steps(reimaged, filling, composites)) if filling else ())


def _steps(reimaged: Reimaged, filling: Filling, composites: Sequence[Composite]) -> Iterator[Image]:
    """Generated and smoothed faces, and what bears a label. None of drawn faces: those may be faces of the set."""
    if has_few_colours(filling.finals[0]):
        return
    yield from (picture for name, picture in _pictures(reimaged, filling) if name.endswith(SEEN_AS_STEPS))
    yield label(filling.finals[0], STATEMENT)
    if reimaged.photo is not None:
        yield label(composites[-1][0], STATEMENT)


def _filling_files(reimaged: Reimaged, filling: Filling, mark: Mark) -> dict[str, bytes]:
    pictures = dict(_pictures(reimaged, filling))
    packed = {name: mark.to_png(picture, is_generated=name != CLIPPED) for name, picture in pictures.items()}
    packed |= {f"{step}.png": packed[f"0-{step}.png"] for step in STEPS if step != "clipped"}  # the best candidate's
    brightness = np.clip(filling.uncertainty / BRIGHTEST_UNCERTAINTY, 0, 1) * 255
    packed["uncertainty.png"] = mark.to_png(np.rint(brightness).astype(np.uint8))
    if filling.filled.interval is not None:
        low, high = filling.filled.interval
        packed |= {"interval-low.png": mark.to_png(low), "interval-high.png": mark.to_png(high)}
    packed["contact-sheet.png"] = mark.to_png(_contact_sheet(reimaged, filling, pictures))
    packed["seam.png"] = mark.to_png(draw_seam(*_at_the_seam(reimaged, filling)))
    packed["labelled.png"] = mark.to_png(label(filling.finals[0], STATEMENT))
    packed["generated.npy"] = _generated_array(filling.filled.candidates)
    return packed


def _pictures(reimaged: Reimaged, filling: Filling) -> Iterator[tuple[str, Image]]:
    yield CLIPPED, clip(reimaged.image, reimaged.found.covering)
    for index, (candidate, final) in enumerate(zip(filling.filled.candidates, filling.finals, strict=True)):
        stages = _stages(candidate)
        yield f"{index}-generated.png", stages.generated
        yield f"{index}-smoothed.png", stages.smoothed
        yield f"{index}-final.png", final


def _contact_sheet(reimaged: Reimaged, filling: Filling, pictures: Mapping[str, Image]) -> Image:
    covering = np.repeat(reimaged.found.covering[..., None], 3, axis=2).astype(np.uint8) * np.uint8(255)
    steps = [Panel(reimaged.image, "input"), Panel(covering, "covering")]
    best = {step: pictures[CLIPPED if step == "clipped" else f"0-{step}.png"] for step in STEPS}
    steps += [Panel(picture, CAPTIONS.get(step, step)) for step, picture in best.items()]
    is_ridge = filling.filled.engine == "R"
    candidates = [
        Panel(final, f"{index}" if is_ridge else f"{index}: {candidate.weight:.0%}")
        for index, (candidate, final) in enumerate(zip(filling.filled.candidates, filling.finals, strict=True))
    ]
    return draw_contact_sheet(steps, candidates, LEGEND_OF_RIDGE if is_ridge else LEGEND, STATEMENT)


def _generated_array(candidates: Sequence[Candidate]) -> bytes:
    """The pictures `generated`, of 8 bits a channel, as float32 (k, size, size, 3) in [-1, 1], as .npy."""
    stream = io.BytesIO()
    np.save(stream, to_network(np.stack([_stages(one).generated for one in candidates])), allow_pickle=False)
    return stream.getvalue()


def _describe_input(reimaged: Reimaged, spec: ReimagingSpec) -> dict[str, Any]:
    found, photo, side = reimaged.found, reimaged.photo, reimaged.image.shape[0]
    whole = [{"index": 0, "box": [0, 0, side, side], "confidence": 1.0}]
    return {
        "statement": STATEMENT,
        "synthetic": True,
        "faces": photo.describe_faces() if photo else whole,
        "face": photo.chosen if photo else 0,
        "covering": {
            "by": found.by,
            "kind": found.kind,
            "confidence": found.confidence,
            "share": round(float(found.covering.mean()), 4),
            "colours": [list(colour) for colour in found.colours],
            "grown_pixels": _grown(found, spec, side),
            "map": "covering.png",
        },
    }


def _grown(found: FoundCovering, spec: ReimagingSpec, side: int) -> int:
    if spec.covering.grow is not None:
        return spec.covering.grow
    return 0 if found.by == "map" else growth(side)


def _describe_filling(reimaged: Reimaged, filling: Filling, *, is_for_owner: bool) -> dict[str, Any]:
    filled, covering = filling.filled, reimaged.found.covering
    of_input, of_output = filling.proof
    return {
        "steps": {step: f"{step}.png" for step in STEPS},
        "engine": filled.engine,
        "is_fallback": filling.is_fallback,
        "combinations": {"possible": filled.outcomes, "shown": len(filled.candidates)},
        "candidates": [
            _describe_candidate(index, one, is_for_owner=is_for_owner) for index, one in enumerate(filled.candidates)
        ],
        "near_copies": _compared(filled),
        "uncertainty": {
            "url": "uncertainty.png",
            "white": BRIGHTEST_UNCERTAINTY,
            "mean": _mean_uncertainty(filling, covering),
            "outside_covering": float(filling.uncertainty[~covering].max(initial=0.0)),
        },
        "interval": _interval(reimaged, filled),
        "seam": _seam(reimaged, filling),
        "proof": {
            "uncovered_pixels_in": f"sha256:{of_input}",
            "uncovered_pixels_out": f"sha256:{of_output}",
            "equal": of_input == of_output,
        },
        "labelled": "labelled.png",
        "contact_sheet": "contact-sheet.png",
        "array": "generated.npy",
    }


def _describe_candidate(index: int, candidate: Candidate, *, is_for_owner: bool) -> dict[str, Any]:
    return {
        "index": index,
        "weight": round(candidate.weight, 4),
        "fit": round(candidate.fit / 255, 4),
        "attributes": dict(candidate.attributes),
        "near_copy": candidate.is_near_copy,
        "near_copy_of": candidate.near_copy_of if is_for_owner else None,
        "starts": None if candidate.starts is None else asdict(candidate.starts),
        "flags": ["approximate"] if candidate.is_approximate else [],
        **{step: f"{index}-{step}.png" for step in STEPS if step != "clipped"},
    }


def _mean_uncertainty(filling: Filling, covering: Covering) -> float:
    if filling.mean_uncertainty is not None:
        return filling.mean_uncertainty
    return round(float(filling.uncertainty[covering].mean()), 4)


def _compared(filled: Filled) -> dict[str, int] | None:
    """With how many training faces of how many the candidates were compared; None: with none, the model's card why."""
    if filled.faces_compared is None:
        return None
    compared, of_all = filled.faces_compared
    return {"faces": compared, "of": of_all}


def _interval(reimaged: Reimaged, filled: Filled) -> dict[str, Any] | None:
    """At the model's size, as what is drawn."""
    if filled.interval is None:
        return None
    low, high = filled.interval
    hole = fit_covering(reimaged.found.covering, low.shape[0])
    width = float((high[hole].astype(np.int16) - low[hole]).mean()) / 255
    return {"level": LEVEL, "low": "interval-low.png", "high": "interval-high.png", "mean_width": round(width, 4)}


def _seam(reimaged: Reimaged, filling: Filling) -> dict[str, Any]:
    """Of the best candidate, in numbers and as a picture: left as drawn, right as blended."""
    before, after, image, hole = _at_the_seam(reimaged, filling)
    return {
        "de00_before": rim_difference(before, image, hole),
        "de00_after": rim_difference(after, image, hole),
        "url": "seam.png",
        "brightest": STRONGEST,
    }


def _at_the_seam(reimaged: Reimaged, filling: Filling) -> tuple[Image, Image, Image, Covering]:
    """The best candidate as drawn and as blended, the input, the covering: at the model's size, where it was made."""
    best = _stages(filling.filled.candidates[0])
    side = best.generated.shape[0]
    return best.generated, best.final, fit_image(reimaged.image, side), fit_covering(reimaged.found.covering, side)


def _provenance(choice: Choice, spec: ReimagingSpec) -> dict[str, Any]:
    lineage = choice.version.lineage.get("data", [])
    return {
        "model_digest": choice.version.digest,
        "data": [{"dataset_id": part["dataset_id"], "version": part["version"]} for part in lineage],
        "seed": spec.seed,
        "software": spec.software,
        "purpose": spec.purpose,
        "case_reference": spec.case_reference,
    }


def _stages(candidate: Candidate) -> Stages:
    assert candidate.stages is not None  # a re-imaging always asks for them
    return candidate.stages

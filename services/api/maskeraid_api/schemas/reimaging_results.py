"""The result of a re-imaging, described for clients. It is shown as the worker wrote it, which nothing here changes.

What a re-imaging that ended early or an earlier release has not said is left out there, and has a default here.
"""

from typing import Literal

from pydantic import Field

from maskeraid_api.schemas.parts import View
from maskeraid_api.schemas.selections import FILES, SelectionView, VisibleAttributeView

HASH = "sha256:1f7a0e3c4d5b69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"


class FaceView(View):
    """A face in the picture, numbered from the left."""

    index: int = Field(description="Its number, from 0.", examples=[0])
    box: tuple[int, int, int, int] = Field(
        description="Left, top, width, and height, in pixels of what was sent.", examples=[[130, 60, 160, 160]]
    )
    confidence: float = Field(description="That it is a face, 0 to 1.", examples=[0.997])
    points: list[tuple[float, float]] | None = Field(
        default=None,
        description="Eyes, tip of the nose, and corners of the mouth, x and y in pixels; of a photograph alone.",
        examples=[[[181.2, 118.4], [239.0, 130.7], [205.8, 158.1], [180.4, 176.5], [226.9, 186.3]]],
    )


class FoundCoveringView(View):
    """What was taken as covered, at the face's own size."""

    by: Literal["map", "colour", "guess", "learned"] | None = Field(default=None, description="What it was found by.")
    kind: str | None = Field(
        description="What the detector takes it for: mask, scarf, glasses, hand, hat, other. Null: it was not asked; "
        "release 0.1 said here what it was found by.", examples=["mask"],
    )  # fmt: skip
    confidence: float | None = Field(
        default=None,
        description="Of the detector, 0 to 1: the overlap (intersection over union) with what is covered "
        "that it expects of what it found; null when it was not asked.",
        examples=[0.93],
    )
    share: float = Field(description="Of the face's picture, 0 to 1.", examples=[0.31])
    colours: list[tuple[int, int, int]] = Field(
        description="Those it was found by, RGB, 0 to 255.", examples=[[[20, 150, 140]]]
    )
    grown_pixels: int | None = Field(
        default=None, description="By how much it was widened, in pixels of the face.", examples=[1]
    )
    map: str = Field(
        description="A picture of it; white is what was replaced.", examples=[FILES + "covering.png"]
    )  # fmt: skip
    covering_id: str | None = Field(
        default=None, description="To use it again.", examples=["cov_01KAAXZMYHJYS97RBZNB5ZHQ4P"]
    )


class ProofView(View):
    """That visible pixels stayed as they were."""

    uncovered_pixels_in: str = Field(description="SHA-256 of those of the input.", examples=[HASH])
    uncovered_pixels_out: str = Field(description="SHA-256 of those of every result.", examples=[HASH])
    equal: bool = Field(description="Whether the two are the same.")


class PhotoView(View):
    """The whole photograph, where one was sent."""

    matrix: list[list[float]] = Field(
        description="Leads from pixels of the photograph to those of the face that was cut out, 2 x 3.",
        examples=[[[0.978, 0.208, -140.3], [-0.208, 0.978, -11.6]]],
    )
    alignment: float = Field(description="1 where the face's points lie as in a face from the front.", examples=[0.98])
    width: int = Field(description="In pixels.", examples=[420])
    height: int = Field(description="In pixels.", examples=[300])
    input: str = Field(description="What was sent, made clean.", examples=[FILES + "photo-input.png"])
    covering: str = Field(description="White is what was replaced.", examples=[FILES + "photo-covering.png"])
    proof: ProofView | None = Field(default=None, description="That nothing but what was covered has changed.")
    url: str | None = Field(
        default=None, description="The photograph with the best candidate in it.", examples=[FILES + "photo.png"]
    )
    labelled: str | None = Field(
        default=None, description="The same with the statement below it.", examples=[FILES + "photo-labelled.png"]
    )


class LearnedFromView(View):
    """A version of a dataset."""

    dataset_id: str = Field(description="The dataset.")
    version: int = Field(description="The number of the version.", examples=[1])


class ProvenanceView(View):
    """What the result was made from; enough to make it again."""

    model_digest: str = Field(description="SHA-256 of the model.", examples=[HASH])
    data: list[LearnedFromView] = Field(description="Datasets that it learned from; none of another account's.")
    seed: int = Field(description="Makes it repeatable.", examples=[7])
    software: str = Field(description="The version that made it.", examples=["1.0.0"])
    purpose: str | None = Field(description="As you said.", examples=["training exercise"])
    case_reference: str | None = Field(description="As you said.", examples=["2026-118"])


class StepsView(View):
    """The four steps of the best candidate (Desentz 2021, Fig. 29)."""

    generated: str = Field(description="The whole face as drawn.", examples=[FILES + "generated.png"])
    smoothed: str = Field(description="The same in few colours.", examples=[FILES + "smoothed.png"])
    clipped: str = Field(description="The input's pixels that are replaced.", examples=[FILES + "clipped.png"])
    final: str = Field(description="The input with the filling in it.", examples=[FILES + "final.png"])


class CombinationsView(View):
    """How many answers there are."""

    possible: int | None = Field(
        description="Distinct ones that the model knows for this face; null: nobody can count them.", examples=[25]
    )
    shown: int = Field(description="Candidates.", examples=[8])


class StartsView(View):
    """How often the search from many starts came to a fill."""

    ended_here: int = Field(description="Starts that ended at this fill, or within 4 grey levels of it.", examples=[12])
    of: int = Field(description="Starts in all.", examples=[20])


class CandidateView(View):
    """A plausible face."""

    index: int = Field(description="Its place, best first, from 0.", examples=[0])
    weight: float = Field(description="Share of belief; of all candidates 1.", examples=[0.18])
    fit: float = Field(
        description="How far its visible pixels were off before blending: RMSE, 0 to 1.", examples=[0.012]
    )
    attributes: dict[str, str] = Field(
        description="What the model tells of it, by name.", examples=[{"mouth": "2"}]
    )  # fmt: skip
    near_copy: bool | None = Field(description="Whether it comes near to a training face; null: nobody can tell.")
    near_copy_of: str | None = Field(
        default=None,
        description="To which image; told to the model's owner alone.",
        examples=["img_01KA9G4NK0N4KPKYMBYYB3G1PS_000001"],
    )
    starts: StartsView | None = Field(default=None, description="Null where no search was made.")
    flags: list[Literal["approximate"]] = Field(
        description="`approximate`: few draws of the model agree with what is visible."
    )
    generated: str = Field(description="The whole face as drawn.", examples=[FILES + "0-generated.png"])
    smoothed: str = Field(description="The same in few colours.", examples=[FILES + "0-smoothed.png"])
    final: str = Field(description="The input with the filling in it.", examples=[FILES + "0-final.png"])


class NearCopiesView(View):
    """With how many training faces the candidates were compared."""

    faces: int = Field(description="Faces that were looked at.", examples=[125])
    of: int = Field(description="Faces that the model learned from.", examples=[125])


class UncertaintyView(View):
    """Where the candidates differ."""

    url: str = Field(description="A picture; bright where they do.", examples=[FILES + "uncertainty.png"])
    white: float = Field(
        description="The standard deviation that is drawn white, a share of all grey levels.", examples=[0.25]
    )
    mean: float | None = Field(
        default=None, description="Of the covered pixels, a share of all grey levels.", examples=[0.04]
    )
    outside_covering: float = Field(description="The most elsewhere: exactly 0.", examples=[0.0])


class IntervalView(View):
    """Between which values the covered ones lie, at the model's size."""

    level: float = Field(description="The share of them that do.", examples=[0.9])
    low: str = Field(description="The lower ends, as a picture.", examples=[FILES + "interval-low.png"])
    high: str = Field(description="The upper ends, as a picture.", examples=[FILES + "interval-high.png"])
    mean_width: float = Field(description="A share of all grey levels.", examples=[0.11])


class SeamView(View):
    """How far colours differ across the covering's rim, of the best candidate at the model's size (CIEDE2000)."""

    de00_before: float | None = Field(description="As drawn.", examples=[6.4])
    de00_after: float | None = Field(description="As blended.", examples=[1.1])
    url: str | None = Field(
        default=None, description="A picture: left as drawn, right as blended.", examples=[FILES + "seam.png"]
    )
    brightest: float | None = Field(default=None, description="What is drawn brightest.", examples=[10.0])


class ResultView(View):
    """What came of a re-imaging, as far as it went: `until` ends it after the covering, or after the selection."""

    statement: str
    synthetic: Literal[True]
    faces: list[FaceView] = Field(description="Those in the picture, from the left.")
    face: int = Field(default=0, description="Which of them it is, from 0.", examples=[0])
    covering: FoundCoveringView = Field(description="What was taken as covered.")
    photo: PhotoView | None = Field(default=None, description="Where a photograph was sent.")
    selection: SelectionView | None = Field(default=None, description="Which model, and why.")
    visible: list[VisibleAttributeView] | None = Field(
        default=None, description="What can be seen of the face; empty when the attributes were not asked."
    )
    provenance: ProvenanceView | None = Field(default=None, description="What it was made from.")
    steps: StepsView | None = Field(default=None, description="How the best candidate came about.")
    engine: Literal["R", "A", "B", "C"] | None = Field(default=None, description="What has filled the face.")
    is_fallback: bool | None = Field(
        default=None, description="Whether engine R answered because the model's GAN is no good."
    )
    combinations: CombinationsView | None = Field(default=None, description="How many answers there are.")
    candidates: list[CandidateView] | None = Field(default=None, description="Plausible faces, best first.")
    near_copies: NearCopiesView | None = Field(
        default=None,
        description="What the candidates were compared with; null: with nothing, the model's card says why.",
    )
    uncertainty: UncertaintyView | None = Field(default=None, description="Where the candidates differ.")
    interval: IntervalView | None = Field(
        default=None, description="Between which values nine in ten covered ones lie; null where that is not known."
    )
    seam: SeamView | None = Field(default=None, description="How well the best candidate fits at the rim.")
    proof: ProofView | None = Field(default=None, description="That visible pixels stayed as they were.")
    labelled: str | None = Field(
        default=None, description="The best candidate with the statement below it.",
        examples=[FILES + "labelled.png"],
    )  # fmt: skip
    contact_sheet: str | None = Field(
        default=None, description="All of it in one picture.", examples=[FILES + "contact-sheet.png"]
    )
    array: str | None = Field(
        default=None, description="The faces as drawn, float32 (k, size, size, 3) in [-1, 1].",
        examples=[FILES + "generated.npy"],
    )  # fmt: skip
    duration_ms: int | None = Field(default=None, description="How long it took on its worker.", examples=[143])
    phases_ms: dict[str, float] | None = Field(
        default=None, description="The same by phase.", examples=[{"reading": 4.1, "generating": 96.0}]
    )

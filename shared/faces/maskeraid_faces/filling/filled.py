"""What a fill gives: ranked candidates with their stages, and what is known about them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from maskeraid_faces.face_model import UsedEngine
from maskeraid_faces.images import Floats, Image


@dataclass(frozen=True)
class Stages:
    """The steps of one candidate, uint8 (H, W, 3). Source: Desentz 2021, sections 4.1 and 7.4, Fig. 29."""

    generated: Image  # the whole face, as the model drew it
    smoothed: Image  # the same in few colours; equal to `generated` where smoothing is off
    clipped: Image  # the pixels of the input that will be replaced, the rest white
    final: Image


@dataclass(frozen=True)
class Starts:
    """How often a search from many starts came to one fill."""

    ended_here: int  # starts whose fill differs from this one by less than 4 grey levels, root mean square
    of: int  # starts in all


@dataclass(frozen=True)
class Candidate:
    """One answer. `final` equals the input bit for bit outside the covering."""

    final: Image
    weight: float  # share of belief, of all candidates 1
    fit: float  # RMSE to the visible pixels before blending, grey levels
    stages: Stages | None
    is_approximate: bool  # few draws of the model agree with the visible pixels
    is_near_copy: bool | None = None  # of a training face; None: not looked for, which needs the training faces
    attributes: Mapping[str, str] = field(default_factory=dict)  # as the model tells them of `final`
    near_copy_of: str | None = None  # the training image, for the model's owner alone
    starts: Starts | None = None  # None: no search was made

    def to_dict(self) -> dict[str, object]:
        """Plain values, the images apart."""
        return {
            "weight": self.weight,
            "fit": self.fit,
            "approximate": self.is_approximate,
            "near_copy": self.is_near_copy,
            "attributes": dict(self.attributes),
            "starts": None if self.starts is None else asdict(self.starts),
        }


@dataclass(frozen=True)
class Filled:
    """All candidates of one face, best first."""

    candidates: tuple[Candidate, ...]
    uncertainty: Floats  # (H, W), standard deviation as a share of 255; exactly 0 outside the covering
    interval: tuple[Image, Image] | None  # (H, W, 3) each: nine in ten covered values lie between; None: not known
    engine: UsedEngine
    outcomes: int | None  # distinct answers that the model finds for a drawn face, None for photographs
    seed: int
    visible_sha256_of_input: str
    visible_sha256: str  # of every candidate
    faces_compared: tuple[int, int] | None = None  # training faces that copies were looked for among, of how many

    def to_dict(self) -> dict[str, object]:
        """Plain JSON values, the arrays apart."""
        return {
            "candidates": [candidate.to_dict() for candidate in self.candidates],
            "engine": self.engine,
            "outcomes": self.outcomes,
            "seed": self.seed,
            "visible_sha256_of_input": self.visible_sha256_of_input,
            "visible_sha256": self.visible_sha256,
            "mean_uncertainty": float(self.uncertainty[self.uncertainty > 0].mean()) if self.uncertainty.any() else 0.0,
        }

"""What a re-imaging is asked for; its state is a job."""

from typing import Literal

from pydantic import Field

from maskeraid_core.documents.coverings import CoveringFile
from maskeraid_core.documents.datasets import StoredFile
from maskeraid_core.documents.document import Part

STATEMENT = "A plausible face, not a reconstruction. Not evidence of identity."
MOST_CANDIDATES = 64  # as `fill` allows, which core must not import
LARGEST_BUNDLE = 256 * 2**20  # bytes, of a result with all its files: what is taken to be verified


class ImageSource(Part):
    """Exactly one of: an image of a dataset (its stored PNG), or bytes that came in and are not yet sanitised."""

    image_id: str | None = None
    key: str | None = None
    sha256: str | None = None
    upload: StoredFile | None = None


class CoveringChoice(Part):
    """Where the covering comes from: an uploaded map (white = covered) or a stored one wins, else a method.

    `learned` asks the models' detectors. `colour` looks for the given colours; without any it looks for a flat colour
    that no model's faces have there.
    """

    upload: StoredFile | None = None
    covering_id: str | None = None  # of the stored map
    stored: CoveringFile | None = None  # where that one lies
    method: Literal["learned", "colour"] = "colour"  # what documents of release 0.1 mean that do not say
    colours: list[tuple[int, int, int]] = Field(default_factory=list)
    tolerance: int = 24
    clean: bool = False  # without specks and small holes, before it grows
    grow: int | None = None  # pixels; None = by the image's size, of a map 0
    feather: int = 0  # pixels inside the rim over which the filling fades into the visible colours


class ModelChoice(Part):
    """The model that the user chose instead of Selection."""

    model_id: str
    version: int


class Reuse(Part):
    """An earlier re-imaging of the tenant's whose drawn faces are smoothed and blended anew."""

    reimaging_id: str
    candidate: int | None = None  # by its index; None = all


class ReimagingSpec(Part):
    image: ImageSource
    covering: CoveringChoice
    detect_faces: bool | None = None  # None: if the picture is not square, or larger than any model
    face: int | None = None  # of a photograph with several, from left to right
    model: ModelChoice | None = None
    selector: Literal["attributes", "cnn"] = "attributes"  # what chooses when no model is named
    selector_id: str | None = None  # the network that is asked, or explained: the current one at the order
    explain: bool = False
    until: Literal["covering", "selection", "final"] = "final"
    engine: Literal["auto", "R", "A", "B", "C"] = "auto"
    pick: Literal["spread", "sample", "random"] = "spread"
    candidates: int = 8
    attributes: dict[str, str] = Field(default_factory=dict)  # values that every candidate must have
    smoothing_k: int | None = None  # None = by the model's kind
    tone_match: Literal["auto", "off"] = "auto"
    seed: int = 0
    purpose: str | None = None
    case_reference: str | None = None
    retention_days: int | None = None  # after its end; None: as the service keeps them
    reuse: Reuse | None = None  # then smoothing and tone alone are new, all else is that of the earlier one
    requested_by: str | None = None  # the name of the key that asked
    software: str

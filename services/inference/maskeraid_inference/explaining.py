"""Why a model was chosen, as pictures: which pixels drove it, and what the selector's convolutions find in the face."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from maskeraid_core.documents.models import ModelVersion
from maskeraid_faces.images import Covering, Image
from maskeraid_faces.selection.face_colours import kind_of
from maskeraid_faces.selection.map_sheet import draw_maps
from maskeraid_faces.selection.network import FIRST, LAST, SelectorNetwork, feature_maps
from maskeraid_faces.selection.why import draw_heat, pixels_of_attributes, pixels_of_network
from maskeraid_faces.sizes import fit_covering, fit_image
from maskeraid_inference.choosing import Choice, side_for_choosing

WHY = "why.png"
FEATURES = {"features-first.png": FIRST, "features-last.png": LAST}  # Desentz 2021, Fig. 21 and 22


@dataclass(frozen=True)
class Explained:
    """Pictures by their names, and what is said of them; plain JSON values."""

    pictures: dict[str, Image] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


def explain(
    image: Image, covering: Covering, choice: Choice, versions: Sequence[ModelVersion], network: SelectorNetwork | None
) -> Explained:
    """Explain a choice. One that the user made has no reasons here; the feature maps need a selector alone."""
    pictures: dict[str, Image] = {}
    facts: dict[str, Any] = {}
    if choice.by == "cnn" and network is not None:
        heat = pixels_of_network(network, image, choice.version.model_id)
        pictures[WHY] = draw_heat(image, heat)
        facts = {"why": WHY, "method": "occlusion"}
    elif choice.by in ("attributes", "default"):
        side = side_for_choosing(image, versions)
        face, hidden = fit_image(image, side), fit_covering(covering, side)
        parts = {name: round(part, 4) for name, part in choice.parts.items()}
        pictures[WHY] = draw_heat(image, pixels_of_attributes(face, hidden, kind_of(face, hidden), parts))
        facts = {"why": WHY, "method": "attributes", "parts": parts}
    if network is not None:
        pictures |= {name: draw_maps(image, feature_maps(network, image, layer)) for name, layer in FEATURES.items()}
        facts["features"] = list(FEATURES)
    return Explained(pictures, facts)

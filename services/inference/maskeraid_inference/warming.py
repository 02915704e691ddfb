"""Makes the first request as fast as the later ones: models, libraries, fonts, and lazy paths are loaded before it."""

import numpy as np
import structlog

from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.reimagings import CoveringChoice, ImageSource, ReimagingSpec
from maskeraid_core.errors import MaskeraidError
from maskeraid_core.portal import PortalStores
from maskeraid_core.repositories.models import newest_versions
from maskeraid_faces.coverings.shapes import lower_face
from maskeraid_faces.errors import FacesError
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import to_pixels
from maskeraid_inference.answer import write_answer
from maskeraid_inference.loaded_models import LoadedModels
from maskeraid_inference.reimaging import reimage

log = structlog.get_logger()


def warm(port: PortalStores, models: LoadedModels, number: int) -> None:
    """Load the newest models of all tenants and fill a face with each; what fails is left to the job that needs it."""
    for version in port.call(newest_versions, port.stores.database, number):
        try:
            practise(version, models.get(version))
        except (MaskeraidError, FacesError) as error:
            log.warning("model not warmed", model=version.id, error=str(error))


def practise(version: ModelVersion, model: FaceModel) -> None:
    """Re-image the model's mean face, and throw the answer away."""
    mean = to_pixels(model.basis.mean).reshape(model.size, model.size, 3)
    spec = ReimagingSpec(image=ImageSource(), covering=CoveringChoice(), software=__name__)
    covering_map = np.repeat(lower_face(model.size)[..., None], 3, axis=2).astype(np.uint8) * np.uint8(255)
    write_answer(reimage(mean, spec, [version], lambda _: model, covering_map=covering_map), spec, "rim_0")

"""How well a model explains what is visible of a face."""

import cv2
import numpy as np

from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.engines import ridge_pool
from maskeraid_faces.images import Covering, Image


def visible_fit(image: Image, covering: Covering, model: FaceModel) -> float:
    """RMSE of the model's ridge to the visible pixels, grey levels; the face is brought to the model's size."""
    side = model.size
    if image.shape[0] != side:
        image = np.asarray(cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
        # A pixel that is partly covered counts as covered.
        share = cv2.resize(covering.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
        covering = np.asarray(share > 0)
    return float(ridge_pool(image, covering, model).fits[0])

"""The probe: a covered face of the owner's, re-imaged by the model of the moment. No database; the child's side."""

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from PIL import Image as PillowImage
from threadpoolctl import threadpool_limits

from maskeraid_core.blobs import Blobs, sha256_hex
from maskeraid_core.documents.datasets import StoredFile
from maskeraid_core.documents.reimagings import CoveringChoice, ImageSource
from maskeraid_core.documents.trainings import Probe
from maskeraid_core.errors import ArtifactCorrupt, InputGone
from maskeraid_core.image_sanitiser import ImageSanitiser
from maskeraid_core.portal import PortalStores
from maskeraid_faces.coverings.colour_guess import guess_covering
from maskeraid_faces.coverings.colour_rule import covered_by_colour
from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.errors import NothingCovered
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.images import SMALLEST_SIDE, Covering, Image, check_covering
from maskeraid_faces.sanitising_sides import Sides
from maskeraid_faces.sizes import fit_covering, fit_image, fit_map

CANDIDATES = 3  # beside the probe itself: a sheet of four
LARGEST_SIDE = 2048
FACE_SIDES = Sides(LARGEST_SIDE, SMALLEST_SIDE, is_square=True)
MAP_SIDES = Sides(LARGEST_SIDE)  # of any size: it is brought to the face's


@dataclass(frozen=True)
class ReadProbe:
    """Pixels, sanitised. `covering_map` is white where covered, of any size and the image's shape."""

    image: Image
    choice: CoveringChoice
    covering_map: Image | None

    def covering_at(self, model: FaceModel) -> Covering:
        """What is covered, at the model's size: by the map, else by colours, else by a guess of the model's."""
        image, choice = self.image, self.choice
        if self.covering_map is not None:
            covering = fit_map(self.covering_map, image)
            covering = grow(covering, choice.grow) if choice.grow else covering
        elif choice.colours:
            covering = grow(covered_by_colour(image, choice.colours, choice.tolerance), choice.grow)
        else:
            covering = grow(guess_covering(image, [model], tolerance=choice.tolerance).covering, choice.grow)
        if not covering.any():
            raise NothingCovered
        check_covering(covering, image)
        return fit_covering(covering, model.size)

    def reimage(self, model: FaceModel, seed: int) -> Sequence[Image]:
        """The probe at the model's size, and up to three answers. Raises: FacesError, for a covering or an image."""
        face = fit_image(self.image, model.size)
        # Small matrices: beside a training's threads those of BLAS would wait for one another (0.3 s, not 0.01 s).
        with threadpool_limits(limits=1):
            filled = fill(face, self.covering_at(model), model, k=CANDIDATES, seed=seed, stages=False)
        return [face, *(candidate.final for candidate in filled.candidates)]


def read_probe(port: PortalStores, probe: Probe) -> ReadProbe:
    """Read the pictures; those that came in are sanitised first. Raises: InputGone, ArtifactCorrupt, ImageRejected."""
    drawn = probe.covering.upload
    with ImageSanitiser() as sanitiser:
        image = _read_image(port, sanitiser, probe.image)
        covering_map = _sanitised(port, sanitiser, drawn, MAP_SIDES) if drawn else None
    return ReadProbe(image, probe.covering, covering_map)


def _read_image(port: PortalStores, sanitiser: ImageSanitiser, source: ImageSource) -> Image:
    if source.upload is not None:
        return _sanitised(port, sanitiser, source.upload, FACE_SIDES)
    if source.key is None:
        raise InputGone
    png = port.call(port.stores.blobs.get, source.key, source.sha256)
    return np.asarray(PillowImage.open(io.BytesIO(png), formats=("PNG",)).convert("RGB"))


def _sanitised(port: PortalStores, sanitiser: ImageSanitiser, upload: StoredFile, sides: Sides) -> Image:
    clean = sanitiser.sanitise(port.call(_read_parts, port.stores.blobs, upload), asdict(sides))
    return np.frombuffer(clean.pixels, np.uint8).reshape(clean.height, clean.width, 3)


async def _read_parts(blobs: Blobs, upload: StoredFile) -> bytes:
    content = b"".join([await blobs.get(key) for key in upload.keys])
    if upload.sha256 not in (None, sha256_hex(content)):
        raise ArtifactCorrupt(f"the uploaded file {upload.name!r} does not have its digest")
    return content

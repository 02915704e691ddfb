"""A re-imaging with the faces that an earlier one has drawn: smoothing and blending alone are done anew."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.reimagings import ModelChoice, ReimagingSpec
from maskeraid_core.errors import ArtifactCorrupt, InputGone
from maskeraid_core.jobs import Job, JobStatus
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_faces.alignment import Aligned, face_from
from maskeraid_faces.blending.composite import visible_sha256
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.fill import WHITE
from maskeraid_faces.filling.filled import Candidate, Filled, Stages
from maskeraid_faces.filling.finish import finish
from maskeraid_faces.images import Covering, Image
from maskeraid_faces.sizes import fit_covering, fit_image
from maskeraid_inference.answer import BRIGHTEST_UNCERTAINTY
from maskeraid_inference.choosing import Choice
from maskeraid_inference.cutting import Photo
from maskeraid_inference.reimaging import FoundCovering, Reimaged, put_all_back

Facts = Mapping[str, Any]  # plain JSON values


@dataclass(frozen=True)
class Earlier:
    """A finished re-imaging: what was asked, what it answered, and its pictures."""

    spec: ReimagingSpec
    result: Facts
    pictures: Mapping[str, bytes]

    def picture(self, name: str) -> NDArray[np.uint8]:
        """Pixels (H, W, 3), or (H, W) of a grey one."""
        return np.asarray(Pictures.open(io.BytesIO(self.pictures[name]), formats=("PNG",)))

    @property
    def model(self) -> ModelChoice:
        """The version that filled the face."""
        selection = self.result["selection"]
        return ModelChoice(model_id=selection["model_id"], version=selection["version"])


def read_earlier(port: PortalStores, job: Job, spec: ReimagingSpec) -> Earlier:
    """Raises: InputGone, when the earlier re-imaging or its files are there no more; ArtifactCorrupt."""
    assert spec.reuse
    earlier = port.call(_find, port.stores, job.tenant, spec.reuse.reimaging_id)
    result = earlier.result
    assert result
    return Earlier(ReimagingSpec.model_validate(earlier.spec), result, port.call(_read, port.stores, result["files"]))


async def _find(stores: Stores, tenant: str, reimaging_id: str) -> Job:
    earlier = await JobRepository(stores.database, tenant).get(reimaging_id)
    if earlier is None or earlier.status is not JobStatus.SUCCEEDED or "candidates" not in (earlier.result or {}):
        raise InputGone(f"the re-imaging {reimaging_id} is gone, or has no candidates")
    return earlier


async def _read(stores: Stores, files: Facts) -> dict[str, bytes]:
    """The pictures, which lie one behind the other in one object or two. Raises: InputGone, ArtifactCorrupt."""
    wanted = {name: file for name, file in files.items() if "offset" in file}
    albums = {key: await stores.blobs.get(key) for key in {file["key"] for file in wanted.values()}}
    found = {
        name: albums[file["key"]][file["offset"] : file["offset"] + file["bytes"]] for name, file in wanted.items()
    }
    for name, content in found.items():
        if sha256_hex(content) != wanted[name]["sha256"]:
            raise ArtifactCorrupt(f"the file {name} of the earlier re-imaging does not have its digest")
    return found


def reimage_again(earlier: Earlier, spec: ReimagingSpec, version: ModelVersion, model: FaceModel) -> Reimaged:
    """Smooth and blend the earlier faces by the new `spec`; weights, fits, and doubt stay what they were.

    Raises: InputGone, when there is no such candidate.
    """
    image, covered, result = earlier.picture("input.png"), earlier.picture("covering.png") > 0, earlier.result
    brightness = earlier.picture("uncertainty.png").astype(np.float32)
    uncertainty = brightness * np.float32(BRIGHTEST_UNCERTAINTY / 255)
    small, hole = fit_image(image, model.size), fit_covering(covered, model.size)
    visible = visible_sha256(small, hole)  # the candidates' too, for `finish` superimposes; `put_all_back` proves it
    filled = Filled(
        _candidates(earlier, spec, small, hole, model), uncertainty, _interval(earlier), result["engine"],
        result["combinations"]["possible"], earlier.spec.seed, visible, visible, _compared(result.get("near_copies")),
    )  # fmt: skip
    said = result["covering"]
    by = said.get("by", said["kind"])  # release 0.1 called it so
    colours = tuple(tuple(colour) for colour in said["colours"])
    found = FoundCovering(covered, by, colours, said["kind"] if "by" in said else None, said.get("confidence"))
    selection = result["selection"]
    choice = Choice(version, selection["by"], tuple(selection["distribution"]), tuple(result["visible"]))
    is_fallback = result.get("is_fallback", False)
    filling = put_all_back(filled, image, covered, model, uncertainty, is_fallback, earlier.spec.covering.feather)
    return Reimaged(image, found, choice, filling, _photo(earlier, image))


def _compared(said: Facts | None) -> tuple[int, int] | None:
    return (said["faces"], said["of"]) if said else None


def _interval(earlier: Earlier) -> tuple[Image, Image] | None:
    if earlier.result.get("interval") is None:  # release 0.1 stated none
        return None
    return earlier.picture("interval-low.png"), earlier.picture("interval-high.png")


def _photo(earlier: Earlier, crop: Image) -> Photo | None:
    said = earlier.result.get("photo")
    if said is None:
        return None
    faces = tuple(face_from(face) for face in earlier.result["faces"])
    aligned = Aligned(crop, np.array(said["matrix"], np.float64), said["alignment"])
    return Photo(earlier.picture("photo-input.png"), faces, earlier.result["face"], aligned)


def _candidates(
    earlier: Earlier, spec: ReimagingSpec, image: Image, hole: Covering, model: FaceModel
) -> tuple[Candidate, ...]:
    said = list(enumerate(earlier.result["candidates"]))
    if spec.reuse and spec.reuse.candidate is not None:
        said = said[spec.reuse.candidate :][:1]
    if not said:
        raise InputGone(f"the earlier re-imaging has {len(earlier.result['candidates'])} candidates, no such one")
    generated = np.stack([earlier.picture(f"{index}-generated.png") for index, _ in said])
    smoothed, final = finish(
        generated, image, hole, model,
        smoothing_k=spec.smoothing_k, pick=earlier.spec.pick, seed=earlier.spec.seed, tone_match=spec.tone_match,
    )  # fmt: skip
    clipped = np.where(hole[..., None], image, WHITE)
    return tuple(
        Candidate(
            final[place], one["weight"], one["fit"] * 255,
            Stages(generated[place], smoothed[place], clipped, final[place]),
            "approximate" in one["flags"], one["near_copy"], one["attributes"], one.get("near_copy_of"),
        )
        for place, (_, one) in enumerate(said)
    )  # fmt: skip

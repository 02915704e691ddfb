"""A re-imaging with the faces that an earlier one has drawn: smoothing and blending alone are done anew."""

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures

from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.reimagings import ModelChoice, ReimagingSpec
from maskeraid_core.errors import InputGone
from maskeraid_core.jobs import Job, JobStatus
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_faces.alignment import Aligned, face_from
from maskeraid_faces.blending.composite import clip, visible_sha256
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.filled import Candidate, Filled, Stages, Starts
from maskeraid_faces.filling.finish import finish
from maskeraid_faces.images import Covering, Image
from maskeraid_faces.sizes import fit_covering, fit_image
from maskeraid_inference.answer import BRIGHTEST_UNCERTAINTY
from maskeraid_inference.choosing import Choice
from maskeraid_inference.cutting import Photo
from maskeraid_inference.reimaging import FoundCovering, Reimaged, put_all_back

Facts = Mapping[str, Any]  # plain JSON values
LOOKED_AT = (
    "input.png", "photo-input.png", "covering.png", "photo-covering.png", "uncertainty.png", "interval-low.png",
    "interval-high.png",
)  # fmt: skip


@dataclass(frozen=True)
class Earlier:
    """A finished re-imaging: what was asked, what it answered, and those of its pictures that are needed again."""

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
    pictures = port.call(_read, port.stores, _needed(result, spec.reuse.candidate))
    return Earlier(ReimagingSpec.model_validate(earlier.spec), result, pictures)


def _needed(result: Facts, candidate: int | None) -> dict[str, Facts]:
    """The files that are looked at again; of the others there are three for each candidate, at the input's own size."""
    candidates = range(len(result["candidates"])) if candidate is None else (candidate,)
    names = {*LOOKED_AT, *(f"{index}-generated.png" for index in candidates)}
    return {name: file for name, file in result["files"].items() if name in names}


async def _find(stores: Stores, tenant: str, reimaging_id: str) -> Job:
    earlier = await JobRepository(stores.database, tenant).get(reimaging_id)
    if earlier is None or earlier.status is not JobStatus.SUCCEEDED or "candidates" not in (earlier.result or {}):
        raise InputGone(f"the re-imaging {reimaging_id} is gone, or has no candidates")
    return earlier


async def _read(stores: Stores, files: Mapping[str, Facts]) -> dict[str, bytes]:
    """The pictures, each a part of an object or one. Raises: InputGone, ArtifactCorrupt."""
    return dict(zip(files, await asyncio.gather(*(_read_one(stores, file) for file in files.values())), strict=True))


async def _read_one(stores: Stores, file: Facts) -> bytes:
    begin = file.get("offset", 0)
    return await stores.blobs.get_range(file["key"], begin, begin + file["bytes"], file["sha256"])


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
    filling = replace(filling, mean_uncertainty=result["uncertainty"].get("mean"))
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
    covered = earlier.picture("photo-covering.png") > 0
    return Photo(earlier.picture("photo-input.png"), faces, earlier.result["face"], aligned, covered)


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
    clipped = clip(image, hole)
    return tuple(
        Candidate(
            final[place], one["weight"], one["fit"] * 255,
            Stages(generated[place], smoothed[place], clipped, final[place]),
            "approximate" in one["flags"], one["near_copy"], one["attributes"], one.get("near_copy_of"),
            Starts(**one["starts"]) if one.get("starts") else None,
        )
        for place, (_, one) in enumerate(said)
    )  # fmt: skip

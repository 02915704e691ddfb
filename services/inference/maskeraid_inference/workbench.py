"""Joins the story of a re-imaging with the stores: pictures and versions in, files and the job's result out."""

import asyncio
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import accumulate
from pathlib import PurePath
from typing import Any

import numpy as np
from PIL import Image as Pictures

from maskeraid_core.blobs import Blobs, sha256_hex
from maskeraid_core.documents.coverings import MAP_FILE, CoveringSpec
from maskeraid_core.documents.datasets import StoredFile
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.reimagings import CoveringChoice, ImageSource, ModelChoice, ReimagingSpec
from maskeraid_core.errors import ArtifactCorrupt, InputGone
from maskeraid_core.held import Held, Parked
from maskeraid_core.image_sanitiser import ImageRejected, ImageSanitiser
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.default_models import DefaultModelRepository
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.shares import SharedModelRepository
from maskeraid_faces.images import SMALLEST_SIDE, Image
from maskeraid_faces.png import encode_png
from maskeraid_faces.sanitising_sides import Sides
from maskeraid_faces.selection.network import SelectorNetwork
from maskeraid_inference.answer import Answer, write_answer
from maskeraid_inference.batching import add_items
from maskeraid_inference.covering_maps import open_map, read_map
from maskeraid_inference.cutting import reaches_rim
from maskeraid_inference.known_versions import KnownVersions
from maskeraid_inference.loaded_models import LoadedModels
from maskeraid_inference.loaded_selectors import LoadedSelectors
from maskeraid_inference.phases import Phases
from maskeraid_inference.photos import Frames, reimage_picture
from maskeraid_inference.registering import Register, outputs_of
from maskeraid_inference.reimaging import LARGEST_SIDE, Reimaged
from maskeraid_inference.reusing import read_earlier, reimage_again

BEYOND_FRAME = (
    "The covering reaches the rim of the face's frame, and may go on beyond it: there the photo stays as it is. "
    "A photo that shows eyes and mouth more clearly helps to place the frame."
)
MUCH_COVERED = 0.6  # of a face: of the drawn scarves, the widest thing worn, none takes more than 0.54
MOSTLY_COVERED = (
    "{:.0%} of the face was found to be covered, more than a mask or a scarf takes: look at covering.png. If it is too "
    "much, paint the covering yourself and send it as a map (`covering`, white = covered)."
)
LARGEST_PHOTO_SIDE = 4_096  # pixels: what telephones take
PHOTO_SIDES = Sides(LARGEST_PHOTO_SIDE, SMALLEST_SIDE)  # or of a face alone
FACE_SIDES = Sides(LARGEST_SIDE, SMALLEST_SIDE, is_square=True)
MAP_SIDES = Sides(LARGEST_PHOTO_SIDE)  # of any size: it is brought to the image's
FALLBACK = (
    "The GAN of this model repeats itself, so the ridge answer was given, of which there is one. `engine` A shows what "
    "the GAN draws."
)
INPUTS = ("input.png", "photo-input.png")
MEDIA_TYPES = {".png": "image/png", ".npy": "application/octet-stream"}


@dataclass(frozen=True)
class Picture:
    """A sanitised picture: its pixels uint8 (h, w, 3), and the PNG that holds them."""

    pixels: Image
    png: bytes


@dataclass(frozen=True)
class Workbench:
    """Carries re-imagings out, and reads maps of coverings; shared by the worker's threads."""

    port: PortalStores
    models: LoadedModels
    versions: KnownVersions
    sanitiser: ImageSanitiser
    selectors: LoadedSelectors
    register: Register
    frames: Frames = field(default_factory=Frames)

    def carry_out(self, held: Held) -> dict[str, Any]:
        """Do what a claimed job asks for; its files lie under this attempt when this returns.

        Raises: Parked, of a batch whose items have been made: they carry it on.
        """
        if held.job.kind is JobKind.BATCH:
            add_items(self.port, held)
            raise Parked
        phases = Phases(held.enter)
        phases.enter("reading")
        if held.job.kind is JobKind.COVERING:
            return self._read_covering(held)
        spec = ReimagingSpec.model_validate(held.job.spec)
        if spec.reuse:
            return self._carry_out_again(held, spec, phases)
        picture = self._read_source(spec.image, FACE_SIDES if spec.detect_faces is False else PHOTO_SIDES)
        covering_map = self._covering_map(spec.covering)
        versions = [self._chosen(held.job, spec.model)] if spec.model else self.versions.of(held.job)
        default = None if versions else self.port.call(find_default, self.port.stores, held.job.tenant)
        reimaged = reimage_picture(
            picture.pixels, spec, [default] if default else versions, self.models.get, frames=self.frames,
            covering_map=covering_map, is_default=default is not None, network=self._network(held.job, spec),
            enter=phases.enter,
        )  # fmt: skip
        if reimaged.found.by != "map" and (share := reimaged.found.covering.mean()) > MUCH_COVERED:
            held.warn("much_covered", MOSTLY_COVERED.format(share))
        if reimaged.filling and reimaged.filling.is_fallback:
            held.warn("fallback_engine", FALLBACK)
        if reimaged.photo and reimaged.filling and reaches_rim(reimaged.found.covering):
            held.warn("covering_goes_on", BEYOND_FRAME)
        return self._save(held, reimaged, spec, _inputs(reimaged, picture.png), phases)

    def _read_covering(self, held: Held) -> dict[str, Any]:
        """Read a map that somebody sent, and keep it clean. Raises: ImageRejected, NothingCovered, TooMuchCovered."""
        sent = CoveringSpec.model_validate(held.job.spec).covering.upload
        png, facts = read_map(self._sanitised(sent, MAP_SIDES).pixels)
        held.check()
        described = self.port.call(put_files, held.stores.blobs, held.job.attempt_prefix, {MAP_FILE: png})
        return {"covering": facts, "files": described}

    def _covering_map(self, wanted: CoveringChoice) -> Image | None:
        """The map that wins over every method, if there is one. Raises: ImageRejected, InputGone, ArtifactCorrupt."""
        if wanted.upload is not None:
            return self._sanitised(wanted.upload, MAP_SIDES).pixels
        if (file := wanted.stored) is None:
            return None
        end = file.offset + file.bytes
        try:
            png = self.port.call(self.port.stores.blobs.get_range, file.key, file.offset, end, file.sha256)
        except InputGone as error:
            raise InputGone(f"the covering {wanted.covering_id} is gone") from error
        return open_map(png)

    def _carry_out_again(self, held: Held, spec: ReimagingSpec, phases: Phases) -> dict[str, Any]:
        earlier = read_earlier(self.port, held.job, spec)
        phases.enter("generating")
        version = self._chosen(held.job, earlier.model)
        reimaged = reimage_again(earlier, spec, version, self.models.get(version))
        as_asked = earlier.spec.model_copy(
            update={"smoothing_k": spec.smoothing_k, "tone_match": spec.tone_match, "software": spec.software,
                    "purpose": spec.purpose, "case_reference": spec.case_reference}
        )  # fmt: skip
        inputs = {name: content for name, content in earlier.pictures.items() if name in INPUTS}
        return self._save(held, reimaged, as_asked, inputs, phases)

    def _save(
        self, held: Held, reimaged: Reimaged, spec: ReimagingSpec, inputs: Mapping[str, bytes], phases: Phases
    ) -> dict[str, Any]:
        phases.enter("saving")
        held.check()
        is_for_owner = reimaged.choice is not None and reimaged.choice.version.tenant == held.job.tenant
        answer = write_answer(reimaged, spec, held.job.id, is_for_owner=is_for_owner)
        files = {**inputs, **answer.files}
        if answer.composites:
            held.afterwards.append(partial(self._register, held.job, answer))
        described = self.port.call(put_files, held.stores.blobs, held.job.attempt_prefix, files)
        duration_ms = phases.end()
        return answer.result | {"files": described, "duration_ms": round(duration_ms), "phases_ms": phases.milliseconds}

    def _register(self, job: Job, answer: Answer) -> None:
        self.port.portal.start_task_soon(self.register.add, outputs_of(job, answer.composites, answer.steps))

    def _network(self, job: Job, spec: ReimagingSpec) -> SelectorNetwork | None:
        """The selector of the order. Raises: InputGone, ArtifactCorrupt, BadModelFile."""
        return self.selectors.get(job.tenant, spec.selector_id) if spec.selector_id else None

    def _chosen(self, job: Job, wanted: ModelChoice) -> ModelVersion:
        """The version that the user chose. Raises: InputGone when it does not exist any more."""
        version = self.port.call(find_version, self.port.stores, job.tenant, wanted)
        if version is None:
            raise InputGone(f"the model {wanted.model_id}, version {wanted.version}, is gone")
        return version

    def _read_source(self, source: ImageSource, sides: Sides) -> Picture:
        """The picture, packed as a verification of its bundle unpacks it.

        An image of a dataset is clean since its import, but drawn ones lie there as another library packs them; bytes
        that came in are cleaned here.
        """
        if source.upload is not None:
            return self._sanitised(source.upload, sides)
        if source.key is None:
            raise InputGone()
        png = self.port.call(self.port.stores.blobs.get, source.key, source.sha256)
        pixels = np.asarray(Pictures.open(io.BytesIO(png), formats=("PNG",)).convert("RGB"))
        return Picture(pixels, encode_png(pixels, has_repeats=True))

    def _sanitised(self, upload: StoredFile, sides: Sides) -> Picture:
        """Raises: ImageRejected, whose code becomes the job's."""
        content = self.port.call(read_parts, self.port.stores.blobs, upload)
        try:
            clean = self.sanitiser.sanitise(content, asdict(sides))
        except ImageRejected as refusal:  # of an image and a map, or many images, it says which
            raise ImageRejected(refusal.code, f"{upload.name}: {refusal}") from refusal
        pixels = np.frombuffer(clean.pixels, np.uint8).reshape(clean.height, clean.width, 3)
        return Picture(pixels, clean.png)


def _inputs(reimaged: Reimaged, png: bytes) -> dict[str, bytes]:
    """The face that was filled, and the photograph that it was cut out of, as they came."""
    if reimaged.photo is None:
        return {"input.png": png}
    return {"input.png": encode_png(reimaged.image), "photo-input.png": png}


async def find_version(stores: Stores, tenant: str, wanted: ModelChoice) -> ModelVersion | None:
    """A version of a model of the tenant's, or of one that is shared with it now."""
    models, versions = ModelRepository(stores.database, tenant), ModelVersionRepository(stores.database, tenant)
    model, version = await asyncio.gather(
        models.get(wanted.model_id), versions.of_model(wanted.model_id, wanted.version)
    )
    if model:
        return version
    shares = SharedModelRepository(stores.database, tenant)
    shared = await shares.get(wanted.model_id)
    return await shares.version(shared, wanted.version) if shared else None


async def find_default(stores: Stores, tenant: str) -> ModelVersion | None:
    """The service's default model, for a tenant that has no model; None when there is none, or it is public no more."""
    model_id = await DefaultModelRepository(stores.database).model_id()
    return await SharedModelRepository(stores.database, tenant).public_version(model_id) if model_id else None


async def read_parts(blobs: Blobs, upload: StoredFile) -> bytes:
    """The bytes of a file that came in, its parts joined. Raises: InputGone, ArtifactCorrupt."""
    content = b"".join(await asyncio.gather(*(blobs.get(key) for key in upload.keys)))
    if upload.sha256 not in (None, sha256_hex(content)):
        raise ArtifactCorrupt(f"the uploaded file {upload.name!r} does not have its digest")
    return content


async def put_files(blobs: Blobs, prefix: str, files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """Write all files under the attempt; what the result says of each.

    The pictures, three dozen small ones, lie one behind the other in one object: each write costs as much as a picture.
    """
    pictures = {name: content for name, content in files.items() if PurePath(name).suffix == ".png"}
    others = {name: content for name, content in files.items() if name not in pictures}
    album = prefix + "pictures"
    await blobs.put_all(
        [(album, b"".join(pictures.values())), *((prefix + name, data) for name, data in others.items())]
    )
    offsets = dict(zip(pictures, accumulate(map(len, pictures.values()), initial=0), strict=False))
    described = {name: _described(name, data, album) | {"offset": offsets[name]} for name, data in pictures.items()}
    return described | {name: _described(name, data, prefix + name) for name, data in others.items()}


def _described(name: str, data: bytes, key: str) -> dict[str, Any]:
    media_type = MEDIA_TYPES[PurePath(name).suffix]
    return {"key": key, "bytes": len(data), "sha256": sha256_hex(data), "media_type": media_type}

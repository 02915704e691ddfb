"""What a re-imaging is made from: its image, its covering, and the model that the user chose, found and put away."""

import base64
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from maskeraid_api.access import Caller
from maskeraid_api.covering_access import stored_covering
from maskeraid_api.dataset_access import Library
from maskeraid_api.forms import files_of, only_file
from maskeraid_api.inbox import store_bytes
from maskeraid_api.job_access import job_of
from maskeraid_api.model_access import Registry
from maskeraid_api.picture_heads import check_head
from maskeraid_api.purposes import check_purpose
from maskeraid_api.schemas.reimaging_requests import (
    DATA_URL,
    IMAGE_BYTES,
    CoveringOptions,
    ImageChoice,
    ModelOption,
    ReimagingOptions,
    ReimagingRequest,
    ReuseOption,
)
from maskeraid_core import VERSION
from maskeraid_core.blobs import Blobs, image_key
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.datasets import StoredFile
from maskeraid_core.documents.reimagings import CoveringChoice, ImageSource, ModelChoice, ReimagingSpec, Reuse
from maskeraid_core.errors import Expired, JobStateConflict, NotFound, ValidationFailed
from maskeraid_core.jobs import JobKind
from maskeraid_core.repositories.coverings import CoveringRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.selectors import SelectorRepository

NO_SELECTOR = "There is no selector yet: train one first, by a training of the kind selector, or leave this out."


@contextmanager
def named_at(pointer: str) -> Iterator[None]:
    """Say where the body names what is not found, or not whole any more."""
    try:
        yield
    except (NotFound, Expired) as error:
        raise type(error)(str(error), pointer=pointer) from error


@dataclass(frozen=True)
class Inputs:
    """Where the inputs of one caller are found and put."""

    blobs: Blobs
    caller: Caller
    library: Library
    registry: Registry
    selectors: SelectorRepository

    async def chosen_image(self, choice: ImageChoice) -> ImageSource:
        """An image of a dataset, also of a shared one, or one inside the JSON. Raises: NotFound, ScopeMissing."""
        if choice.image_id is not None:
            self.caller.need(Scope.DATASETS_READ)
            with named_at("/image/image_id"):
                version, row = await self.library.image(choice.image_id)
            digest = str(row["sha256"])
            return ImageSource(image_id=choice.image_id, key=image_key(version.tenant, digest), sha256=digest)
        found = DATA_URL.fullmatch(choice.data_url or "")
        assert found  # by the schema
        data = base64.b64decode(found[1])
        return ImageSource(upload=await store_bytes(self.blobs, self.caller.tenant, "image", data))

    async def sent_image(self, request: Request) -> ImageSource:
        upload = await self.sent_file(request, "image")
        if upload is None:
            raise ValidationFailed("The part `image` is needed.", parameter="image")
        return ImageSource(upload=upload)

    async def sent_file(self, request: Request, name: str) -> StoredFile | None:
        """Put the picture of a part away as it came; None when there is none. Raises: UnsupportedMedia, TooLarge."""
        file = only_file(request, name, IMAGE_BYTES)
        if file is None:
            return None
        content = await file.read()
        check_head(content, name)
        return await store_bytes(self.blobs, self.caller.tenant, file.filename or name, content)

    async def chosen_selector(self, options: ReimagingOptions) -> str | None:
        """The network that chooses, or that is explained. Raises: NotFound."""
        if options.selector != "cnn" and not options.explain:
            return None
        found = await self.selectors.current()
        if found is None and options.selector == "cnn":
            raise NotFound(NO_SELECTOR, pointer="/selector")
        return found.id if found else None

    async def chosen_model(self, option: ModelOption | None) -> ModelChoice | None:
        """The version that is meant now: an alias may lead elsewhere later. Raises: NotFound, Expired."""
        if option is None:
            return None
        with named_at("/model/model_id"):
            model = await self.registry.require(option.model_id)
        with named_at("/model/version"):
            version = await self.registry.whole_version(model, option.version)
        return ModelChoice(model_id=model.id, version=version.version)

    async def check_drawer(self, selection: Mapping[str, Any]) -> None:
        """Whether the model that drew the faces of an earlier re-imaging can still be used. Raises: Expired."""
        model = await self.registry.get(selection["model_id"])
        version = await self.registry.numbered(model, selection["version"]) if model else None
        if version is None or version.pruned_at is not None:
            raise Expired(
                "The model that drew its faces is gone: re-image the picture itself, by another model.",
                pointer="/reuse/reimaging_id",
            )


async def spec_of(options: ReimagingOptions, request: Request, inputs: Inputs, jobs: JobRepository) -> ReimagingSpec:
    """The complete specification; bytes are put away last, when nothing else can be refused any more."""
    if isinstance(options, ReimagingRequest) and options.reuse:
        earlier = await _reused(options.reuse, inputs, jobs)
        await check_purpose(request, options.purpose or earlier.purpose)
        return _again(options, options.reuse, earlier, inputs.caller.name)
    await check_purpose(request, options.purpose, options.until)
    model = await inputs.chosen_model(options.model)
    covering = await chosen_covering(options.covering, CoveringRepository(jobs))
    selector_id = await inputs.chosen_selector(options)
    if isinstance(options, ReimagingRequest):
        assert options.image  # by the schema
        image = await inputs.chosen_image(options.image)
    else:
        if covering.stored and files_of(request, "covering"):
            raise ValidationFailed(
                "A map came, and `covering_id` names another: send one of the two.", parameter="covering"
            )
        image = await inputs.sent_image(request)
        covering = covering.model_copy(update={"upload": await inputs.sent_file(request, "covering")})
    return spec_by(options, image, covering, model, selector_id, inputs.caller.name)


def spec_by(
    options: ReimagingOptions,
    image: ImageSource,
    covering: CoveringChoice,
    model: ModelChoice | None,
    selector_id: str | None,
    asked_by: str,
) -> ReimagingSpec:
    """What is asked for by these options; a seed is drawn where none is given."""
    return ReimagingSpec(
        image=image, covering=covering, model=model, until=options.until, detect_faces=options.detect_faces,
        face=options.face, selector=options.selector, selector_id=selector_id, explain=options.explain,
        engine=options.engine, pick=options.pick, candidates=options.candidates, attributes=options.attributes,
        smoothing_k=options.smoothing.k,
        tone_match=options.tone_match, seed=secrets.randbelow(2**31) if options.seed is None else options.seed,
        purpose=options.purpose, case_reference=options.case_reference, requested_by=asked_by,
        retention_days=options.retention_days,
        software=VERSION,
    )  # fmt: skip


async def chosen_covering(options: CoveringOptions, coverings: CoveringRepository) -> CoveringChoice:
    """How it is found, or the stored map. Raises: NotFound, JobStateConflict."""
    found_by = options.model_dump(include={"colours", "tolerance", "clean", "grow"})
    method = options.method or ("colour" if options.colours else "learned")
    choice = CoveringChoice(method=method, feather=options.feather or 0, **found_by)
    if options.covering_id is None:
        return choice
    stored, file = await stored_covering(coverings, options.covering_id)
    grow = stored.grow if options.grow is None else options.grow
    feather = stored.feather if options.feather is None else options.feather
    return choice.model_copy(update={"covering_id": stored.id, "stored": file, "grow": grow, "feather": feather})


async def _reused(option: ReuseOption, inputs: Inputs, jobs: JobRepository) -> ReimagingSpec:
    """What the earlier re-imaging was asked for.

    Raises: NotFound, Expired, ScopeMissing, JobStateConflict, ValidationFailed.
    """
    with named_at("/reuse/reimaging_id"):
        earlier = await job_of(jobs, inputs.caller, option.reimaging_id, JobKind.REIMAGING)
    candidates = len((earlier.result or {}).get("candidates", ()))
    if not candidates:
        detail = "It has no candidates: only a re-imaging that succeeded, to its end, can be used again."
        place = {"pointer": "/reuse/reimaging_id"}
        raise JobStateConflict(detail, current_status=earlier.status.value, allowed_actions=[], **place)
    if option.candidate is not None and option.candidate >= candidates:
        raise ValidationFailed(f"It has {candidates} candidates, 0 to {candidates - 1}.", pointer="/reuse/candidate")
    await inputs.check_drawer((earlier.result or {})["selection"])
    return ReimagingSpec.model_validate(earlier.spec)


def _again(options: ReimagingRequest, reuse: ReuseOption, earlier: ReimagingSpec, requested_by: str) -> ReimagingSpec:
    """What is shown of the earlier one stays true of this one, also when it is used again; it was given no bytes."""
    return earlier.model_copy(
        update={
            "image": ImageSource(image_id=earlier.image.image_id),
            "covering": earlier.covering.model_copy(update={"upload": None, "stored": None}),
            "explain": False,  # nothing is chosen anew
            "reuse": Reuse(**reuse.model_dump()),
            "smoothing_k": options.smoothing.k,
            "tone_match": options.tone_match,
            "software": VERSION,
            "purpose": options.purpose or earlier.purpose,
            "case_reference": options.case_reference or earlier.case_reference,
            "retention_days": options.retention_days,
            "requested_by": requested_by,
        }
    )

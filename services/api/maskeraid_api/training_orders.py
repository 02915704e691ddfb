"""Orders of trainings: what a model or a selector is made from, checked as far as it can be known now."""

import secrets
from functools import partial

from anyio import to_thread
from pydantic import TypeAdapter

from maskeraid_api.accepting import Order
from maskeraid_api.dataset_access import Library, TrainingData, choose_training_data
from maskeraid_api.reimaging_inputs import Inputs
from maskeraid_api.reports.axes import axes_of
from maskeraid_api.reports.confounds import find_confounds
from maskeraid_api.schemas.hyperparameters import Architecture
from maskeraid_api.schemas.training_requests import FEW_IMAGES, LARGEST_SEED, ProbeChoice, TrainingRequest
from maskeraid_api.training_beginnings import Beginning, find_beginning, put_probe_away
from maskeraid_core import VERSION
from maskeraid_core.documents.selectors import SelectorSpec
from maskeraid_core.documents.trainings import TrainingSpec
from maskeraid_core.errors import CheckpointGone, NotFound, TooFewModels
from maskeraid_core.ids import new_id, twin_id
from maskeraid_core.jobs import JobKind, Notify
from maskeraid_core.mongo import Database
from maskeraid_core.repositories.events import EventRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.models import ModelRepository
from maskeraid_core.repositories.needs import input_keys
from maskeraid_core.repositories.selectors import usable_versions

FEWEST_MODELS = 2  # that a selector can choose among
MOST_LOOKED_AT, MOST_CONFOUNDS = 20_000, 5  # images of each part, warnings
QUIET = Notify(email=False, webhooks=False)


async def model_order(
    body: TrainingRequest, inputs: Inputs, jobs: JobRepository, models: ModelRepository, events: EventRepository
) -> Order:
    """A model, or a version of one.

    Raises: NotFound, ScopeMissing, CheckpointGone, Expired, UnknownField, BadSettings, ResolutionNotSupported,
    ValidationFailed, and what `choose_training_data` raises.
    """
    beginning = await find_beginning(body.start_from, inputs, jobs, events) if body.start_from else None
    architecture = architecture_of(body, beginning)
    body.check_hyperparameters(architecture)
    if body.model_id is not None and await models.get(body.model_id) is None:
        raise NotFound("There is no such model.", pointer="/model_id")
    data = await choose_training_data(inputs.library, body.data)
    if beginning:
        beginning.check(data.resolution, architecture, body.hyperparameters.loop)
    job_id = new_id(JobKind.TRAINING.id_prefix)
    spec = spec_of(body, data, architecture, job_id)
    return Order(
        JobKind.TRAINING, spec, job_id, put_away=partial(put_away, spec, body.probe, beginning, inputs),
        notify=QUIET if body.dry_run else body.notify.to_document(), metadata=body.metadata,
        client_reference_id=body.client_reference_id, deadline_seconds=body.deadline_seconds,
        warnings=[*warnings_of(data), *(await confound_warnings(inputs.library, data) if body.dry_run else ())],
    )  # fmt: skip


async def selector_order(body: TrainingRequest, database: Database, tenant: str) -> Order:
    """A selector of all models that there will be when it runs. Raises: TooFewModels."""
    versions = await usable_versions(database, tenant)
    if len(versions) < FEWEST_MODELS:
        raise TooFewModels(found=len(versions))
    return Order(
        JobKind.TRAINING, SelectorSpec(name=body.name, seed=seed_of(body), software=VERSION),
        notify=body.notify.to_document(), metadata=body.metadata, client_reference_id=body.client_reference_id,
        deadline_seconds=body.deadline_seconds,
    )  # fmt: skip


def architecture_of(body: TrainingRequest, beginning: Beginning | None) -> Architecture:
    """The one asked for; where that is left open, the one that it begins with."""
    architecture = body.effective_architecture
    if beginning and beginning.architecture and architecture == "auto":
        return TypeAdapter(Architecture).validate_python(beginning.architecture)
    return architecture


def spec_of(body: TrainingRequest, data: TrainingData, architecture: Architecture, job_id: str) -> TrainingSpec:
    return TrainingSpec(
        name=body.name, data=data.parts, architecture=architecture, preset=body.preset,
        hyperparameters=body.hyperparameters.for_trainer(), seed=seed_of(body), resolution=data.resolution,
        image_count=data.image_count, model_id=body.model_id or twin_id("mdl", job_id), software=VERSION,
        dry_run=body.dry_run,
    )  # fmt: skip


def seed_of(body: TrainingRequest) -> int:
    return secrets.randbelow(LARGEST_SEED) if body.seed is None else body.seed


def warnings_of(data: TrainingData) -> list[dict[str, str]]:
    if data.image_count >= FEW_IMAGES:
        return []
    return [{"code": "few_images", "detail": f"Only {data.image_count} images: expect memorisation."}]


async def confound_warnings(library: Library, data: TrainingData) -> list[dict[str, str]]:
    """What travels together in the images of a training, the strongest first; of very many some are looked at."""
    frames = [frame.sample(min(frame.height, MOST_LOOKED_AT), seed=0) for frame in data.attributes]
    elsewhere = await library.named_values()
    found = await to_thread.run_sync(lambda: find_confounds(axes_of(frames), elsewhere))
    return [{"code": "confounded", "detail": one.sentence} for one in found.confounds[:MOST_CONFOUNDS]]


async def put_away(
    spec: TrainingSpec, probe: ProbeChoice | None, beginning: Beginning | None, inputs: Inputs
) -> TrainingSpec:
    """Copy what the training looks at and begins with; the specification that names the copies.

    Raises: CheckpointGone, and nothing is left.
    """
    filled = spec.model_copy(update={"probe": await put_probe_away(probe, inputs)})
    if beginning is None:
        return filled
    try:
        start = await beginning.to_document(inputs.blobs, inputs.caller.tenant)
    except CheckpointGone:
        await inputs.blobs.delete(input_keys(filled.model_dump()))
        raise
    return filled.model_copy(update={"start_from": start})

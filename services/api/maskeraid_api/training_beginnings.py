"""What a training begins with and looks at on its way: a model, a copy of a checkpoint, a probe; found and put away."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from maskeraid_api.access import Caller
from maskeraid_api.inbox import inbox_key, store_bytes
from maskeraid_api.job_access import job_of
from maskeraid_api.reimaging_inputs import Inputs
from maskeraid_api.schemas.hyperparameters import Architecture
from maskeraid_api.schemas.jobs import SAMPLE
from maskeraid_api.schemas.reimaging_requests import DATA_URL
from maskeraid_api.schemas.training_requests import ProbeChoice, StartChoice
from maskeraid_core.blobs import Blobs
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.datasets import StoredFile
from maskeraid_core.documents.models import parts_of
from maskeraid_core.documents.reimagings import CoveringChoice
from maskeraid_core.documents.trainings import Probe, StartFrom, TrainingSpec
from maskeraid_core.errors import (
    BadSettings,
    CheckpointGone,
    InputGone,
    NotFound,
    ResolutionNotSupported,
    ValidationFailed,
)
from maskeraid_core.jobs import CHECKPOINT_FILES, STATE, CheckpointEntry, Job, JobKind
from maskeraid_core.repositories.events import EventRepository
from maskeraid_core.repositories.jobs import JobRepository

CHECKPOINT = "job.checkpoint"


@dataclass(frozen=True)
class Beginning:
    """Where a training begins, checked; `architecture` is that of the model, None where only the trainer knows it."""

    resolution: int
    architecture: str | None
    model: StartFrom | None = None
    checkpoint: tuple[Job, CheckpointEntry] | None = None

    def check(self, resolution: int, asked: Architecture, loop: str | None = None) -> None:
        """Raise unless it fits the images, the network asked for, and the thesis's loop.

        Raises: ResolutionNotSupported, BadSettings, ValidationFailed.
        """
        if self.resolution != resolution:
            raise ResolutionNotSupported(
                f"What it starts from has images of {self.resolution} pixels, the data of {resolution}: choose data of "
                "that size, or begin afresh.",
                pointer="/start_from",
            )
        if self.architecture is not None and asked not in ("auto", self.architecture):
            raise BadSettings(
                f"What it starts from is `{self.architecture}`, not `{asked}`: leave the architecture out.",
                pointer="/start_from",
            )
        if self.checkpoint is not None and loop == "plain":
            raise ValidationFailed(
                "The plain loop cannot begin with a checkpoint, whose discriminator is kept in part for a while: "
                "choose another loop, or begin with a model.",
                pointer="/hyperparameters/loop",
            )

    async def to_document(self, blobs: Blobs, tenant: str) -> StartFrom | None:
        """A checkpoint is copied now: the training that it is of may drop it at any time. Raises: CheckpointGone."""
        if self.checkpoint is None:
            return self.model
        job, entry = self.checkpoint
        start = await start_of(blobs, tenant, job, entry)
        before = {"data": job.spec["data"], "ancestors": [part.model_dump() for part in start.data]}
        return start.model_copy(update={"data": parts_of(before, "data", "ancestors")})


async def find_beginning(
    choice: StartChoice, inputs: Inputs, jobs: JobRepository, events: EventRepository
) -> Beginning:
    """Raises: NotFound, ScopeMissing, CheckpointGone, Expired."""
    if choice.model_id is not None:
        inputs.caller.need(Scope.MODELS_READ)
        model = await inputs.registry.require(choice.model_id)  # one's own, or one that is shared
        if not inputs.registry.may_have_weights(model):  # what comes of them is the caller's to fetch
            raise NotFound(
                f"The weights of {model.name} are not yours to begin with: ask its owner to allow downloads, or begin "
                "with a model of your own.",
                pointer="/start_from",
            )
        version = await inputs.registry.whole_version(model, choice.version)
        start = StartFrom(model_id=version.model_id, version=version.version, owner=version.tenant)
        if inputs.registry.is_own(model):  # what another's learned from is its owner's to know
            data = parts_of(version.lineage, "data", "ancestors")
            start = start.model_copy(update={"data": data, "is_whole": version.knows_ancestors})
        return Beginning(version.resolution, version.architecture, model=start)
    job, entry = await find_checkpoint(
        events, jobs, inputs.caller, choice.training_id or "", choice.step or 0, pointer="/start_from/step"
    )
    spec = TrainingSpec.model_validate(job.spec)
    named = None if spec.architecture == "auto" else spec.architecture
    return Beginning(spec.resolution or 0, named, checkpoint=(job, entry))


async def find_checkpoint(events: EventRepository, jobs: JobRepository, caller: Caller, training_id: str, step: int,
                          **place: str) -> tuple[Job, CheckpointEntry]:  # fmt: skip
    """`place` is where the request names the step.

    Raises: NotFound for a step that never was, CheckpointGone for one whose state is not kept any more.
    """
    job = await job_of(jobs, caller, training_id, JobKind.TRAINING)
    try:
        return job, entry_of(job, step)
    except CheckpointGone as gone:
        told = await events.told(job.id, SAMPLE, CHECKPOINT)
        if all(int(event.data["step"]) != step for event in told):
            kept = _in_words(job.checkpoints)
            raise NotFound(f"Step {step:,} was never kept; kept are: {kept}.", **gone.facts, **place) from None
        gone.facts.update(place)
        raise


def entry_of(job: Job, step: int) -> CheckpointEntry:
    """The newest entry of a step. Raises: CheckpointGone."""
    for entry in job.checkpoints:
        if entry.step == step:
            return entry
    kept = _in_words(job.checkpoints)
    raise CheckpointGone(f"The state of step {step:,} is not kept; kept are: {kept}.", kept=_steps(job.checkpoints))


async def steps_kept(blobs: Blobs, job: Job) -> set[int]:
    """The steps whose state is still there; an hour after a training's end it is swept."""
    return {entry.step for entry in job.checkpoints if await blobs.exists(f"{entry.key}/{STATE}")}


async def start_of(blobs: Blobs, tenant: str, job: Job, entry: CheckpointEntry) -> StartFrom:
    """A copy of the checkpoint that is the new training's own, with what its training began with.

    Raises: CheckpointGone.
    """
    key = inbox_key(tenant)
    try:
        for name in CHECKPOINT_FILES:
            await blobs.copy(f"{entry.key}/{name}", f"{key}/{name}")
    except InputGone:
        await blobs.delete([f"{key}/{name}" for name in CHECKPOINT_FILES])
        raise CheckpointGone(f"The state of step {entry.step:,} was deleted after the training's end.") from None
    before = TrainingSpec.model_validate(job.spec).start_from or StartFrom(is_whole=True)
    return StartFrom(
        training_id=job.id, step=entry.step, key=key, sha256=entry.sha256, spec_digest=job.spec_digest,
        data=before.data, is_whole=before.is_whole,
    )  # fmt: skip


async def put_probe_away(choice: ProbeChoice | None, inputs: Inputs) -> Probe | None:
    """Bytes go to the store unread. Raises: NotFound, ScopeMissing."""
    if choice is None:
        return None
    image = await inputs.chosen_image(choice)
    covering = choice.covering
    upload = await _put_map(covering.map, inputs) if covering.map else None
    found_by = covering.model_dump(include={"colours", "tolerance", "grow"})
    return Probe(image=image, covering=CoveringChoice(upload=upload, **found_by))


async def _put_map(data_url: str, inputs: Inputs) -> StoredFile:
    found = DATA_URL.fullmatch(data_url)
    assert found  # by the schema
    return await store_bytes(inputs.blobs, inputs.caller.tenant, "covering", base64.b64decode(found[1]))


def _in_words(entries: Sequence[CheckpointEntry]) -> str:
    return ", ".join(f"{step:,}" for step in _steps(entries)) or "none"


def _steps(entries: Sequence[CheckpointEntry]) -> list[int]:
    return [entry.step for entry in entries]

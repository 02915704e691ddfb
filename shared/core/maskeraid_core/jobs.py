"""The job: its document, its statuses, and which may follow which; status_machine.py says when."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from maskeraid_core.documents.document import Document, Part
from maskeraid_core.documents.ratings import ResultRating


class JobStatus(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"  # recorded, waits for a worker
    RUNNING = "running"  # leased to one worker
    PAUSED = "paused"  # stopped at a checkpoint, waits for its owner
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # `error` says why
    CANCELLED = "cancelled"  # by its owner or its deadline, before or during the run

    @property
    def is_terminal(self) -> bool:
        return not NEXT_STATUSES[self]


NEXT_STATUSES: Mapping[JobStatus, frozenset[JobStatus]] = {
    JobStatus.QUEUED: frozenset({JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.CANCELLED}),
    JobStatus.RUNNING: frozenset(JobStatus) - {JobStatus.RUNNING},  # back to QUEUED when its lease ran out
    JobStatus.PAUSED: frozenset({JobStatus.QUEUED, JobStatus.CANCELLED}),
    JobStatus.SUCCEEDED: frozenset(),
    JobStatus.FAILED: frozenset(),
    JobStatus.CANCELLED: frozenset(),
}


class QueueName(StrEnum):
    """Queue, worker, folder, and container share one name."""

    CURATOR = "curator"
    TRAINER = "trainer"
    INFERENCE = "inference"
    NOTIFIER = "notifier"


class JobKind(StrEnum):
    """What a job does."""

    IMPORT = "import"
    TRAINING = "training"
    REIMAGING = "reimaging"
    EVALUATION = "evaluation"
    EXPORT = "export"
    DELETION = "deletion"
    BATCH = "batch"
    COVERING = "covering"

    @property
    def id_prefix(self) -> str:
        return _PREFIXES[self]

    @property
    def queue(self) -> QueueName:
        return _QUEUES[self]

    @property
    def collection(self) -> str:
        """Its place in URLs."""
        return "batches" if self is JobKind.BATCH else f"{self}s"


_PREFIXES = {
    JobKind.IMPORT: "imp", JobKind.TRAINING: "trn", JobKind.REIMAGING: "rim", JobKind.EVALUATION: "evl",
    JobKind.EXPORT: "exp", JobKind.DELETION: "dlt", JobKind.BATCH: "bat",
    JobKind.COVERING: "cov",
}  # fmt: skip
_QUEUES = {
    JobKind.IMPORT: QueueName.CURATOR, JobKind.EXPORT: QueueName.CURATOR, JobKind.DELETION: QueueName.CURATOR,
    JobKind.TRAINING: QueueName.TRAINER, JobKind.EVALUATION: QueueName.TRAINER,
    JobKind.REIMAGING: QueueName.INFERENCE, JobKind.BATCH: QueueName.INFERENCE,
    JobKind.COVERING: QueueName.INFERENCE,
}  # fmt: skip


class FileProgress(Part):
    """Which of several files is being read, and how far."""

    name: str
    number: int  # from 1
    count: int  # files in all
    current: int = 0  # of its images
    total: int | None = None


class Progress(Part):
    """How far a job is: an estimate for people."""

    current: float
    total: float | None = None
    unit: str
    percent: float | None = None
    eta_seconds: float | None = None
    file: FileProgress | None = None  # of an import that reads several
    updated_at: datetime | None = None


class Phase(Part):
    """What a job does for a while; for people."""

    name: str
    started_at: datetime
    ended_at: datetime | None = None


class JobError(Part):
    """Why a job failed: a stable code, a sentence, and facts that help to mend it."""

    code: str
    message: str
    retryable: bool = False
    facts: dict[str, Any] = Field(default_factory=dict)


WEIGHTS, OPTIMISER, STATE = "weights.safetensors", "optimizer.safetensors", "state.json"
CHECKPOINT_FILES = (WEIGHTS, OPTIMISER, STATE)


class CheckpointEntry(Part):
    """A checkpoint that may be resumed from: its key prefix and the digest of its state.json."""

    key: str
    sha256: str
    step: int
    fence: int
    created_at: datetime


class OutboxEntry(Part):
    """Something that must follow a move: an event line, a notice to the owner, or an effect on another document."""

    key: str
    kind: str  # event, notice, effect
    type: str
    data: dict[str, Any] = Field(default_factory=dict)


class Notify(Part):
    """What the owner wants to be told of."""

    email: bool = False
    webhooks: bool = True


PRIORITIES = (1, 0, -1)  # an owner's
BRIEF = 1  # of what takes seconds among jobs that take minutes or hours
OF_BATCH = -2  # below them all: what somebody waits for comes before the items of the same tenant's batches


class BatchPlace(Part):
    """Which input of which batch a re-imaging is for."""

    batch_id: str
    index: int


def _result_of(kept: object) -> object:
    return json.loads(kept) if isinstance(kept, str) else kept


class Job(Document):
    """What imports, trainings, re-imagings, and other long actions share."""

    tenant: str
    kind: JobKind
    queue: QueueName
    spec: dict[str, Any]  # what was asked; never changes
    spec_digest: str
    status: JobStatus = JobStatus.QUEUED
    phase: str | None = None  # informs people; never branched on
    phases: list[Phase] = Field(default_factory=list)
    cancel_requested: bool = False
    pause_requested: bool = False
    stop_requested: bool = False
    fence: int = 0  # +1 on each claim; also the attempt's number
    lease_until: datetime | None = None
    worker: str | None = None
    ran_seconds: float = 0.0  # in all attempts, as heartbeats counted them
    heartbeat_at: datetime | None = None
    not_before: datetime
    deadline: datetime | None = None
    paused_at: datetime | None = None  # when it last came to stand still, or was asked to
    crashes: int = 0  # since the last new checkpoint
    last_crash: JobError | None = None  # what is known of the last one whose worker lived to tell
    checkpoints: list[CheckpointEntry] = Field(default_factory=list)  # newest first, at most 2
    progress: Progress | None = None
    latest_metrics: dict[str, float] = Field(default_factory=dict)
    result: Annotated[dict[str, Any] | None, BeforeValidator(_result_of)] = None  # in the database as JSON
    rating: ResultRating | None = None  # of a re-imaging, by its owner
    error: JobError | None = None
    warnings: list[dict[str, Any]] = Field(default_factory=list)
    outbox: list[OutboxEntry] = Field(default_factory=list)
    has_outbox: bool = False  # indexed, so that what was left behind is found
    outbox_at: datetime | None = None  # when it last got an entry; None: with the job
    cancel_reason: str | None = None  # a code, when the owner did not ask for it
    rang_at: datetime | None = None
    priority: int = 0
    batch: BatchPlace | None = None  # of a re-imaging that a batch has made
    idempotency_key: str | None = None
    request_digest: str | None = None  # of the request that came with the key
    retry_of: str | None = None
    notify: Notify = Field(default_factory=Notify)
    metadata: dict[str, str] = Field(default_factory=dict)
    client_reference_id: str | None = None
    request_id: str | None = None
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    deleted_at: datetime | None = None  # hidden from its owner until it is erased

    @property
    def attempt_prefix(self) -> str:
        """Where this attempt's objects lie; they count only once a document names them."""
        return f"t/{self.tenant}/jobs/{self.id}/attempt-{self.fence}/"

    def log_context(self) -> dict[str, Any]:
        return {"job_id": self.id, "attempt": self.fence, "tenant": self.tenant}


NOTICES = frozenset(
    {
        "training.succeeded", "training.failed", "training.cancelled", "training.paused", "training.needs_attention",
        "import.succeeded", "import.failed", "reimaging.succeeded", "reimaging.failed",
        "batch.completed", "evaluation.completed", "export.completed", "deletion.completed",
    }
)  # fmt: skip
"""What owners are told of jobs by e-mail and webhook."""


def notice_of(kind: JobKind, to: JobStatus) -> str | None:
    """The event that the owner is told of when a job comes to a status; None when nobody needs to know."""
    has_ended = to in (JobStatus.SUCCEEDED, JobStatus.FAILED)
    events = (f"{kind}.{to}", *([f"{kind}.completed"] if has_ended else []))
    return next((event for event in events if event in NOTICES), None)


DEADLINE_EXCEEDED = JobError(code="deadline_exceeded", message="The job's deadline has passed.")
POISONED = JobError(code="poisoned", message="The job's worker died again and again without progress.")


def poisoned_unseen(job: Job) -> JobError:
    """What a job says whose last worker died without a word: the words of the crash before, if there are any."""
    if job.last_crash is None:
        return POISONED
    message = f"{POISONED.message} The last time its worker was gone; the log is of the crash before."
    return POISONED.model_copy(update={"message": message, "facts": job.last_crash.facts})


def reason_of_cancel(job: Job) -> JobError | None:
    """Why a job is cancelled: its deadline, or (None) its owner."""
    return DEADLINE_EXCEEDED if job.cancel_reason == DEADLINE_EXCEEDED.code else None

"""Jobs: the fields that every kind shares, events, and what may be asked of a job."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import ConfigDict, Field

from maskeraid_api.estimates import Wait
from maskeraid_api.problems import sentence_of
from maskeraid_api.remedies import REMEDIES
from maskeraid_api.schemas.parts import Body, View
from maskeraid_core.documents.events import FeedLine, JobEvent
from maskeraid_core.ids import ULID_PATTERN, number_of, numbered_id
from maskeraid_core.jobs import Job, JobError, JobKind, JobStatus, Notify, Phase, Progress
from maskeraid_core.status_machine import JobAction, allowed_actions

SAMPLE = "job.sample"  # the event of a sheet of drawn faces
SAMPLES_FILE, PROBE_FILE = "samples.png", "probe.png"
LAST_PLACE = 2**48  # behind it digests begin, which ids of events once had
_EVENT_ID = re.compile(rf"evt_({ULID_PATTERN})")


class NotifyChoice(Body):
    """Mail goes to the account's verified address and to no other."""

    email: bool = False
    webhooks: bool = True

    def to_document(self) -> Notify:
        return Notify(email=self.email, webhooks=self.webhooks)


class TrainingNotifyChoice(NotifyChoice):
    """Of trainings mail is sent unless it is refused: they take hours."""

    email: bool = True


class JobErrorView(View):
    """Why a job failed; further fields depend on the code."""

    model_config = ConfigDict(frozen=True, extra="allow")

    code: str
    title: str = Field(description="What the code means; the same for every job that fails so.")
    message: str
    remedy: str | None = Field(
        description="What to do about it, where that is known.", examples=["Send the input again, in a new order."]
    )
    retryable: bool

    @classmethod
    def of(cls, error: JobError) -> "JobErrorView":
        """With the facts that help to mend it."""
        title = (sentence_of(error.code) or error.code.replace("_", " ").capitalize()).rstrip(".")
        own = {"code": error.code, "title": title, "message": error.message, "remedy": REMEDIES.get(error.code)}
        return cls(**{**error.facts, **own, "retryable": error.retryable})


class Warning(View):
    """What the owner of a job should know."""

    model_config = ConfigDict(frozen=True, extra="allow")

    code: str
    detail: str


class JobFields(View):
    """What jobs of every kind show."""

    id: str
    kind: JobKind
    status: JobStatus
    phase: str | None = Field(description="Informs people; do not branch on it.")
    phases: list[Phase]
    progress: Progress | None
    queue_position: int | None = Field(default=None, description="An estimate.")
    estimated_finish: datetime | None = Field(default=None, description="An estimate.")
    cancel_requested: bool
    pause_requested: bool
    stop_requested: bool
    allowed_actions: list[JobAction] = Field(description="What `POST /v1/jobs/{id}/{action}` would accept now.")
    stopped_early: bool = Field(description="It succeeded with what it had, because its owner stopped it.")
    attempt: int = Field(description="+1 each time a worker claims the job.")
    error: JobErrorView | None
    warnings: list[Warning]
    retry_of: str | None
    deadline_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    updated_at: datetime
    duration_ms: int | None = Field(default=None, description="From the first start to the end.")
    metadata: dict[str, str]
    client_reference_id: str | None
    urls: dict[str, str]


class AboutView(View):
    """A dataset or a model that a job is about."""

    id: str
    name: str = Field(description="As it is called now; its id when it is gone, or not yours to read.")


class JobView(JobFields):
    """What every job shares; its resource shows everything."""

    object: Literal["job"] = "job"
    name: str | None = Field(
        description="A training's name; an import's file, drawn set, or kind; what is evaluated; the picture re-imaged."
    )
    about: list[AboutView] = Field(
        description="The datasets and models that it is about: what it changes first, then what it reads."
    )
    dry_run: bool = Field(description="It only measures, checks, or looks: an estimate, which makes nothing.")

    @classmethod
    def of(cls, job: Job, wait: Wait | None = None, about: Sequence[AboutView] = ()) -> "JobView":
        files = job.spec.get("files") or [{}]
        names = (job.spec.get("name"), job.spec.get("generator"), files[0].get("name"), job.spec.get("kind"))
        name = next(filter(None, (*names, job.spec.get("source"), picture_name(job))), None)
        is_dry = bool(job.spec.get("dry_run"))
        return cls(**shared_fields(job, wait), name=name, about=list(about), dry_run=is_dry)


def picture_name(job: Job) -> str | None:
    """Of a re-imaging, what was sent: the file's name, or the id of an image of a dataset."""
    image = job.spec.get("image") or {}
    name: str | None = (image.get("upload") or {}).get("name") or image.get("image_id")
    return name


def shared_fields(job: Job, wait: Wait | None = None) -> dict[str, Any]:
    """A job's shared fields, for the constructor of a view."""
    return {
        "id": job.id, "kind": job.kind, "status": job.status, "phase": job.phase, "phases": job.phases,
        "progress": _progress(job), "queue_position": wait.position if wait else None,
        "estimated_finish": wait.finish if wait else _estimated_finish(job),
        "cancel_requested": job.cancel_requested, "pause_requested": job.pause_requested,
        "stop_requested": job.stop_requested, "stopped_early": bool((job.result or {}).get("stopped_early")),
        "allowed_actions": allowed_actions(job), "attempt": job.fence,
        "error": JobErrorView.of(job.error) if job.error else None,
        "warnings": job.warnings, "retry_of": job.retry_of, "deadline_at": job.deadline,
        "created_at": job.created_at, "started_at": job.started_at, "finished_at": job.finished_at,
        "updated_at": job.updated_at, "duration_ms": _duration_ms(job), "metadata": job.metadata,
        "client_reference_id": job.client_reference_id,
        "urls": {
            "self": f"/v1/{job.kind.collection}/{job.id}", "job": f"/v1/jobs/{job.id}",
            "events": f"/v1/jobs/{job.id}/events", "cancel": f"/v1/jobs/{job.id}/cancel",
        },
    }  # fmt: skip


def _progress(job: Job) -> Progress | None:
    """Of one that does not run nothing remains to be waited for; of one that succeeded, what was done is all."""
    if job.progress is None or job.status is JobStatus.RUNNING:
        return job.progress
    whole = {"total": job.progress.current, "percent": 100.0} if job.status is JobStatus.SUCCEEDED else {}
    return job.progress.model_copy(update={"eta_seconds": None, **whole})


def _estimated_finish(job: Job) -> datetime | None:
    progress = job.progress
    if job.status is not JobStatus.RUNNING or progress is None:
        return None
    if progress.eta_seconds is None or progress.updated_at is None:
        return None
    return progress.updated_at + timedelta(seconds=progress.eta_seconds)


def _duration_ms(job: Job) -> int | None:
    if job.started_at is None or job.finished_at is None:
        return None
    return round((job.finished_at - job.started_at).total_seconds() * 1000)


class EventView(View):
    """A line of a job's history. Within a job `id` grows by one; over all jobs it is an `evt_…`."""

    object: Literal["event"] = "event"
    id: int
    type: str
    at: datetime
    attempt: int
    job_id: str
    data: dict[str, Any]

    @classmethod
    def of(cls, event: JobEvent) -> "EventView":
        return cls(id=event.seq, type=event.type, at=event.at, attempt=event.fence, job_id=event.job, data=told(event))


def told(event: JobEvent) -> dict[str, Any]:
    """What an event tells; where an object lies in the store stays inside, and becomes where it is served."""
    if event.type != SAMPLE:
        return event.data
    step, name = event.data["step"], picture_of(event)
    return {"step": step, "name": name, "url": sheet_url(event.job, step, name)}


def picture_of(event: JobEvent) -> str:
    """Which picture of its step an event tells of; before there were probes, all were samples."""
    return str(event.data.get("name", SAMPLES_FILE))


def sheet_url(training_id: str, step: int, name: str = SAMPLES_FILE) -> str:
    return f"/v1/trainings/{training_id}/checkpoints/{step}/files/{name}"


class EventPage(View):
    """Events of one job in their order; `last_id` is the `after` of the next page."""

    object: Literal["list"] = "list"
    data: list[EventView]
    has_more: bool
    last_id: int | None


class TenantEventView(View):
    """A line of the history of all jobs."""

    object: Literal["event"] = "event"
    id: str
    type: str
    at: datetime
    job_id: str
    data: dict[str, Any]

    @classmethod
    def of(cls, line: FeedLine, event: JobEvent) -> "TenantEventView":
        return cls(id=event_id(line), type=event.type, at=event.at, job_id=event.job, data=told(event))


def event_id(line: FeedLine) -> str:
    """An identifier over all jobs, `evt_ULID`: when the event got its place, and that place."""
    return numbered_id("evt", line.at, line.place)


def place_of(value: str) -> int | None:
    """The place that an identifier of an event tells; None when it is not one.

    One of release 0.1 tells none: 0, from where everything comes once more rather than something never.
    """
    if not _EVENT_ID.fullmatch(value):
        return None
    place = number_of(value)
    return place if place <= LAST_PLACE else 0

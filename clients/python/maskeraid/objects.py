"""What the service answers, typed. Fields that this version does not know are kept, not refused."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr

from maskeraid.errors import JobFailed

if TYPE_CHECKING:
    from maskeraid.client import Client

BUNDLE = "bundle.zip"  # the file of a re-imaging that holds all the others
TERMINAL = frozenset({"succeeded", "failed", "cancelled"})


class ApiObject(BaseModel):
    """One object of the service, and the client it came from."""

    model_config = ConfigDict(extra="allow")

    id: str = ""
    object: str = ""
    created_at: datetime | None = None
    urls: dict[str, str] = {}
    _client: "Client" = PrivateAttr()

    @classmethod
    def of(cls, data: dict[str, Any], client: "Client") -> Self:
        made = cls.model_validate(data)
        made._client = client
        return made

    def to_dict(self) -> dict[str, Any]:
        """As the service sent it: plain JSON values."""
        return self.model_dump(mode="json", exclude_unset=True)


class Event(BaseModel):
    """One line of a job's history; `id` grows by one."""

    id: int
    type: str
    data: dict[str, Any]


class Job(ApiObject):
    """What imports, trainings, and re-imagings share."""

    kind: str = ""
    status: str
    phase: str | None = None
    progress: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    warnings: list[dict[str, Any]] = []
    allowed_actions: list[str] = []
    queue_position: int | None = None
    estimated_finish: datetime | None = None
    retry_of: str | None = None
    stopped_early: bool = False
    attempt: int = 0

    @property
    def is_terminal(self) -> bool:
        return self.status in TERMINAL

    def events(self, after: int = 0) -> Iterator[Event]:
        """Follow the job's history live until it ends; a broken connection is continued without a gap."""
        return self._client.jobs.events(self.id, after=after)

    def refresh(self) -> Self:
        """The job as it is now."""
        return type(self).of(self._client.get_json(self.urls["self"]), self._client)

    def cancel(self) -> "Job":
        return self._client.jobs.cancel(self.id)

    def pause(self) -> "Job":
        return self._client.jobs.pause(self.id)

    def resume(self) -> "Job":
        return self._client.jobs.resume(self.id)

    def stop(self) -> "Job":
        return self._client.jobs.stop(self.id)

    def retry(self) -> "Job":
        return self._client.jobs.retry(self.id)

    def wait(self, show: Callable[[Event], None] | None = None) -> Self:
        """Wait for the end by events; `show` is told of each.

        Raises JobFailed unless the job succeeded.
        """
        job = self
        if not job.is_terminal:
            for event in self.events():
                if show:
                    show(event)
            job = self.refresh()
        if job.status != "succeeded":
            raise JobFailed(job)
        return job


class Dataset(ApiObject):
    name: str
    role: str
    latest_version: int = 0
    image_count: int = 0
    attributes: dict[str, Any] = {}


class Upload(ApiObject):
    """A file on its way in, part by part."""

    status: str
    part_bytes: int
    part_count: int
    missing_parts: list[int]


class Image(ApiObject):
    file: str = ""
    width: int = 0
    height: int = 0
    attributes: dict[str, Any] = {}
    models: list[dict[str, Any]] = []  # `model_id` and `version` of those that learned from it


class Import(Job):
    """A change of a dataset; its result counts what was imported and rejected."""

    dataset_id: str = ""
    rejected_rows: list[dict[str, Any]] = []


class Training(Job):
    name: str = ""
    model: dict[str, Any] | None = None  # `model_id` and `version`, once it has succeeded
    latest_metrics: dict[str, float] = {}
    dry_run: bool = False
    estimate: dict[str, Any] | None = None  # of a dry run: `seconds`, `memory_mb`, `disk_mb`, `queue_position`, …
    makes: str = "model"  # or `selector`
    selector_id: str | None = None  # of the selector that it has made

    @property
    def outcome(self) -> str:
        """What comes of it: `model`, `selector`, or of a dry run an estimate alone."""
        return "estimate" if self.dry_run else self.makes


class Checkpoint(ApiObject):
    """A step at which a training was kept or looked at."""

    training_id: str
    step: int
    is_resumable: bool = False  # its state is still kept: it can be promoted, or begun with
    files: list[dict[str, str]] = []

    def file(self, name: str = "samples.png") -> bytes:
        """The bytes of one of its pictures: `samples.png`, or `probe.png` where the training has a probe."""
        return self._client.get_bytes(f"/v1/trainings/{self.training_id}/checkpoints/{self.step}/files/{name}")

    def promote(self) -> Training:
        """Make a model of it, as it is."""
        return self._client.trainings.promote(self.training_id, self.step)


class Model(ApiObject):
    """One of yours (`access` is `owner`), or one that `owner` shares with you."""

    name: str
    access: str = "owner"
    owner: str | None = None
    is_adopted: bool = False
    is_default: bool = False
    latest_version: int = 0
    aliases: dict[str, int] = {}
    tags: list[str] = []
    visibility: str = "private"
    licence: str | None = None
    shared_with: list[str] = []
    download: bool = False
    rating_count: int = 0
    rating_mean: float | None = None
    flags: list[dict[str, Any]] = []


class Rating(ApiObject):
    """What an account thinks of a model."""

    model_id: str = ""
    author: str | None = None
    stars: int = 0
    note: str | None = None
    is_yours: bool = False


class ModelVersion(ApiObject):
    model_id: str = ""
    version: int = 0
    digest: str = ""
    architecture: str = ""
    resolution: int = 0
    card: dict[str, Any] = {}
    files: list[dict[str, Any]] = []
    pruned_at: datetime | None = None  # since then only its card and pictures are kept


class JobWithFiles(Job):
    """A job whose result has files."""

    files: dict[str, str] = {}

    def file(self, name: str) -> bytes:
        """The bytes of one of the result's files, e.g. `final.png`."""
        return self._client.get_bytes(f"/v1/{self.kind}s/{self.id}/files/{name}")

    def save(self, name: str, folder: str | Path = ".") -> Path:
        """Write one of the result's files into a folder, which is made if there is none; where it lies."""
        content = self.file(name)
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


class Covering(ApiObject):
    """A map of what is covered: one that was sent, or the one that a re-imaging used."""

    status: str
    error: dict[str, Any] | None = None
    name: str | None = None
    is_found: bool = False
    reimaging_id: str | None = None  # with which a found one is deleted
    found_by: str | None = None
    share: float | None = None
    width: int | None = None
    height: int | None = None
    grow: int = 0
    feather: int = 0

    def wait(self) -> Self:
        """Wait until its map is read. Raises JobFailed when it cannot be."""
        covering = self
        if self.status not in TERMINAL:
            for _ in self._client.jobs.events(self.id):
                pass
            covering = type(self).of(self._client.get_json(self.urls["self"]), self._client)
        if covering.status != "succeeded":
            raise JobFailed(self._client.jobs.get(self.id))
        return covering

    def content(self) -> bytes:
        """The map as a PNG, black and white."""
        return self._client.coverings.content(self.id)

    def save(self, path: str | Path) -> Path:
        """Write the map into a file; where it lies."""
        content, path = self.content(), Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


class Reimaging(JobWithFiles):
    """Plausible faces, not reconstructions, and no evidence of identity."""

    statement: str = ""
    client_reference_id: str | None = None
    rating: dict[str, Any] | None = None  # `stars`, `note`, and `rated_at`, once you have rated it
    batch_id: str | None = None
    batch_index: int | None = None  # which image of its batch, counted from 0
    name: str | None = None  # of the picture that was sent, or the id of the dataset's image

    @property
    def model(self) -> str | None:
        """The model that was chosen: its name and version, or its id, as results of 0.1 have it; None before."""
        chosen = (self.result or {}).get("selection")
        if not chosen:
            return None
        version = f":{chosen['version']}" if "version" in chosen else ""
        return f"{chosen.get('model') or chosen['model_id']}{version}"

    @property
    def place(self) -> str:
        """Which image of its batch it is for, as people find it: `0017 photo.png`."""
        called = self.client_reference_id or self.name or ""
        return f"{self.batch_index or 0:04d} {called}".rstrip()

    @property
    def why_not(self) -> str:
        """Why it has no result: the error's own words, or how it ended."""
        return f"{self.error['message']} [{self.error['code']}]" if self.error else self.status

    def rate(self, stars: int, note: str | None = None) -> Self:
        """Say what you think of it, 1 to 5, in place of what you said before; the re-imaging as it is then."""
        rated = self._client.reimagings.rate(self.id, stars, note)
        return type(self).of(rated.to_dict(), self._client)

    def save_bundle(self, path: str | Path) -> Path:
        """Write everything that belongs to the result, signed, into one zip; where it lies."""
        content, path = self.file(BUNDLE), Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


class Batch(Job):
    """One set of options over many images; each becomes a re-imaging of its own."""

    counts: dict[str, int] = {}  # queued, running, succeeded, failed, cancelled, total
    errors: dict[str, int] = {}  # how many failed, by code

    def items(self, status: str | None = None) -> Iterator[Reimaging]:
        """Its re-imagings in the order of the images; with `status` only those in it."""
        return self._client.reimagings.list(batch_id=self.id, **({"status": status} if status else {}))

    def download(self, folder: str | Path, name: str = "final.png") -> Iterator[Path]:
        """Write one file of each item that has succeeded into a folder; where each lies, as it is there.

        Named by the image's place and by what it was called: `0017-photo-3.png`.
        """
        for item in self.items("succeeded"):
            content, called = item.file(name), Path(re.sub(r"[^\w.-]+", "-", item.client_reference_id or "")).stem
            path = Path(folder) / f"{item.batch_index or 0:04d}{'-' if called else ''}{called}{Path(name).suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            yield path


class Check(BaseModel):
    """One thing that a bundle was checked for; `outcome` is `passed`, `failed`, or `skipped`."""

    name: str
    outcome: str
    detail: str


class Verification(ApiObject):
    """What a bundle was found to be; what the server did not sign has neither `reimaging_id` nor `manifest`."""

    valid: bool
    checks: list[Check]
    statement: str = ""
    reimaging_id: str | None = None
    manifest: dict[str, Any] | None = None


class Evaluation(JobWithFiles):
    """What was measured of a model's version; `result` has the figures."""

    measures: str = ""
    model: dict[str, Any] = {}
    score: float | None = None  # of `quality`: higher is better, 1 at the best


class Selector(ApiObject):
    """The thesis's network that chooses a model for a face, and how well it does that."""

    name: str = ""
    is_current: bool = False
    is_stale: bool = False
    stale_because: list[str] = []
    models: list[dict[str, Any]] = []
    left_out: list[dict[str, Any]] = []
    curves: list[dict[str, Any]] = []
    report: dict[str, Any] = {}
    confusion: list[list[int]] = []
    layers: dict[str, Any] = {}
    files: list[dict[str, Any]] = []


class WebhookEndpoint(ApiObject):
    url: str
    secret: str | None = None  # only in the answer that made it
    event_types: list[str] = []
    is_enabled: bool = True
    disabled_reason: str | None = None


class Delivery(ApiObject):
    """One thing told by one webhook or e-mail, with every attempt."""

    event: str = ""
    subject: str = ""
    status: str = ""
    attempts: list[dict[str, Any]] = []

    @property
    def outcome(self) -> str:
        """The status in words: one that waits because it failed says so, and how it failed last."""
        if self.status == "delivered" or not self.attempts:
            return self.status
        last = self.attempts[-1]
        why = last.get("error") or f"answered {last.get('status_code')}"
        state = "failing" if self.status == "pending" else self.status.replace("_", " ")
        return f"{state} after {len(self.attempts)} {'try' if len(self.attempts) == 1 else 'tries'}: {why}"


class Account(ApiObject):
    """Notices go to `email` once it is verified; `pending_email` waits for that."""

    email: str | None = None
    is_email_verified: bool = False
    pending_email: str | None = None


class ApiKey(ApiObject):
    name: str = ""
    scopes: list[str] = []
    key: str | None = None  # only in the answer that made it


class Worker(ApiObject):
    """A process that carries out the jobs of one queue."""

    queue: str = ""
    host: str | None = None
    device: str | None = None
    memory_bytes: int | None = None
    running_jobs: int = 0
    job_ids: list[str] = []
    is_draining: bool = False
    seen_at: datetime | None = None

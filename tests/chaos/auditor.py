"""What became of accepted jobs, found from outside: by the HTTP API, the receiver's log, and the store's folder."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from maskeraid import ApiError, Client
from maskeraid.objects import TERMINAL
from tests.chaos.environment import Environment
from tests.chaos.findings import JobFacts, doubled_in, holes_in
from tests.chaos.nemesis import wait_until

READERS = 4
PAGE = 100
NOTICES = {"training.succeeded", "training.failed", "training.cancelled", "import.succeeded", "import.failed",
           "reimaging.succeeded", "reimaging.failed"}  # fmt: skip
SWEEPING_SECONDS = 20.0
TELLING_SECONDS = 30.0


@dataclass(frozen=True)
class Audit:
    """What was found. Everything but `accepted`, `statuses`, and `reruns` should be empty."""

    accepted: int
    statuses: Counter[str]
    reruns: int  # attempts behind the first of each job
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    holes: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)

    @property
    def faults(self) -> dict[str, list[str]]:
        """By kind, only those kinds of which there are any; at most ten of each are shown."""
        kinds = ("lost", "doubled", "holes", "untold", "orphans", "strays")
        return {kind: found[:10] for kind in kinds if (found := getattr(self, kind))}

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {status}" for status, count in sorted(self.statuses.items()))
        return (
            f"{self.accepted} accepted ({counts}), {len(self.lost)} lost, {len(self.doubled)} doubled, "
            f"{len(self.holes)} with holes, {len(self.untold)} untold, {len(self.orphans)} orphan objects, "
            f"{len(self.strays)} processes left, {self.reruns} attempts run again"
        )


class Auditor:
    """Looks at an environment after an attack; knows neither its database nor its Redis."""

    def __init__(self, environment: Environment, client: Client) -> None:
        self._environment = environment
        self._client = client

    def settle(self, limit_seconds: float) -> float:
        """Wait until no job of the tenant is queued or running; the seconds that it took."""
        return wait_until(lambda: not self._is_busy(), limit_seconds, "every job has ended")

    def progress(self, of: int) -> Callable[[], float]:
        """Tells the share of so many coming jobs that has written objects, 0 to 1."""
        jobs = self._environment.blobs
        before = sum(1 for _ in jobs.glob("t/*/jobs/*"))
        return lambda: (sum(1 for _ in jobs.glob("t/*/jobs/*")) - before) / of

    def audit(self, accepted: Iterable[str], *, is_told: bool = True) -> Audit:
        """Read everything about the accepted jobs; call it once they have settled. `is_told`: they want webhooks."""
        ids = list(dict.fromkeys(accepted))
        with ThreadPoolExecutor(READERS) as pool:
            jobs = [job for job in pool.map(self._job, ids) if job]
            histories = dict(zip(ids, pool.map(self._history, ids), strict=True))
        by_id = {job["id"]: job for job in jobs}
        found = Audit(len(ids), Counter(job["status"] for job in jobs), sum(max(0, job["attempt"] - 1) for job in jobs))
        found.lost.extend(name for name in ids if name not in by_id or by_id[name]["status"] not in TERMINAL)
        for job in jobs:
            found.doubled.extend(doubled_in(job, histories[job["id"]]))
            found.holes.extend(holes_in(job, histories[job["id"]]))
        found.untold.extend(f"{what} of {subject}" for what, subject in self._untold(jobs if is_told else []))
        found.doubled.extend((*self._told_twice(), *self._results_twice(jobs)))
        found.orphans.extend(self.orphans(jobs))
        found.strays.extend(self._environment.strays())
        return found

    def orphans(self, jobs: Sequence[JobFacts]) -> list[str]:
        """Objects of these ended jobs that nothing names, once the sweeper has had its time."""
        served = {job["id"]: self._served(job) for job in jobs if job["kind"] == "training"}
        with suppress(AssertionError):  # what is left after the time is the answer
            wait_until(lambda: not any(self._unnamed(jobs, served)), SWEEPING_SECONDS, "no orphan objects")
        return list(self._unnamed(jobs, served))

    def _unnamed(self, jobs: Sequence[JobFacts], served: Mapping[str, set[str]]) -> Iterator[str]:
        """A training hands its objects over, so they are known by their digests; others name their last attempt."""
        for job in jobs:
            is_success = job["status"] == "succeeded"
            for path in self._environment.blobs.glob(f"t/*/jobs/{job['id']}/attempt-*/**/*"):
                if not path.is_file():
                    continue
                if job["id"] in served:
                    is_named = sha256(path.read_bytes()).hexdigest() in served[job["id"]]
                else:
                    is_named = is_success and f"/attempt-{job['attempt']}/" in path.as_posix()
                if not is_named:
                    yield str(path.relative_to(self._environment.blobs))

    def _served(self, job: JobFacts) -> set[str]:
        """SHA-256 of what the API serves of a training: the sheets of its history, the files of its model."""
        sheets = {event["data"]["url"] for event in self._history(job["id"]) if event["type"] == "job.sample"}
        digests = {sha256(self._client.get_bytes(url)).hexdigest() for url in sheets}
        if job["status"] == "succeeded":
            model = self._client.models.version(self._client.get_json(job["urls"]["self"])["model"]["model_id"])
            digests |= {file["digest"].removeprefix("sha256:") for file in model.files}
        return digests

    def _results_twice(self, jobs: Sequence[JobFacts]) -> Iterator[str]:
        """Models and dataset versions beyond one for each success."""
        wholes = [self._client.get_json(job["urls"]["self"]) for job in jobs if job["kind"] in ("training", "import")]
        imports = Counter(whole["dataset_id"] for whole in wholes if whole["kind"] == "import" and whole["result"])
        for dataset_id, count in imports.items():
            if (version := self._client.datasets.get(dataset_id).latest_version) != count:
                yield f"{dataset_id}: version {version} after {count} imports"
        for whole in wholes:
            if whole.get("model") and self._client.models.get(whole["model"]["model_id"]).latest_version != 1:
                yield f"{whole['id']}: more than one version of its model"

    def _untold(self, jobs: Sequence[JobFacts]) -> set[tuple[str, str]]:
        """Ends of jobs of which no webhook came, though they are among the events that are told."""
        told = {(f"{job['kind']}.{job['status']}", job["id"]) for job in jobs}
        return self._environment.receiver.wait_for({what for what in told if what[0] in NOTICES}, TELLING_SECONDS)

    def _told_twice(self) -> list[str]:
        """Ends that were told under more than one webhook id."""
        told = self._environment.receiver.ids()
        return [f"{what}: {ids}" for what, ids in told.items() if what[0] in NOTICES and len(ids) > 1]

    def _is_busy(self) -> bool:
        live = ("queued", "running")
        return any(self._client.get_json("/v1/jobs", status=status, limit=1)["data"] for status in live)

    def _job(self, job_id: str) -> JobFacts | None:
        try:
            return self._client.get_json(f"/v1/jobs/{job_id}")
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def _history(self, job_id: str) -> list[dict[str, Any]]:
        return history(self._client, job_id)


def history(client: Client, job_id: str) -> list[dict[str, Any]]:
    """All events of a job, in the order of the API."""
    events: list[dict[str, Any]] = []
    while True:
        page = client.get_json(f"/v1/jobs/{job_id}/events", after=len(events), limit=PAGE)
        events += page["data"]
        if not page["has_more"]:
            return events

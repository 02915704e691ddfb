"""What became of accepted jobs, found from outside: by the HTTP API, the receiver's log, and the store's folder."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from maskeraid import Client
from maskeraid.objects import TERMINAL
from tests.chaos.environment import Environment
from tests.chaos.findings import Audit, JobFacts, doubled_in, holes_in
from tests.chaos.nemesis import wait_until
from tests.chaos.objects import Objects
from tests.chaos.reading import found_at, history

READERS = 4
NOTICES = {"training.succeeded", "training.failed", "training.cancelled", "import.succeeded", "import.failed",
           "reimaging.succeeded", "reimaging.failed"}  # fmt: skip
TELLING_SECONDS = 30.0


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
        found.orphans.extend(Objects(self._environment.blobs, self._client).orphans(jobs))
        found.strays.extend(self._environment.strays())
        return found

    def _results_twice(self, jobs: Sequence[JobFacts]) -> Iterator[str]:
        """Models and dataset versions beyond one for each success."""
        wholes = [self._client.get_json(job["urls"]["self"]) for job in jobs if job["kind"] in ("training", "import")]
        made = Counter(
            f"datasets/{whole['dataset_id']}" for whole in wholes if "dataset_id" in whole and whole["result"]
        )
        made.update(f"models/{whole['model']['model_id']}" for whole in wholes if whole.get("model"))
        for path, count in made.items():
            found = found_at(self._client, f"/v1/{path}")  # or deleted since
            if found and found["latest_version"] != count:
                yield f"{path}: version {found['latest_version']} after {count} successes"

    def _untold(self, jobs: Sequence[JobFacts]) -> set[tuple[str, str]]:
        """Ends of jobs of which no webhook came, though they are among the events that are told."""
        told = {(f"{job['kind']}.{job['status']}", job["id"]) for job in jobs}
        return self._environment.receiver.wait_for({what for what in told if what[0] in NOTICES}, TELLING_SECONDS)

    def _told_twice(self) -> list[str]:
        """Ends that were told under more than one webhook id."""
        told = self._environment.receiver.ids()
        return [f"{what}: {ids}" for what, ids in told.items() if what[0] in NOTICES and len(ids) > 1]

    def _is_busy(self) -> bool:
        live = ("queued", "running") * 2  # twice: a job that is taken over between two looks is in neither
        return any(self._client.get_json("/v1/jobs", status=status, limit=1)["data"] for status in live)

    def _job(self, job_id: str) -> JobFacts | None:
        return found_at(self._client, f"/v1/jobs/{job_id}")

    def _history(self, job_id: str) -> list[dict[str, Any]]:
        return history(self._client, job_id)

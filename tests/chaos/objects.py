"""Objects in the store's folder that nothing names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from maskeraid import Client
from tests.chaos.findings import JobFacts
from tests.chaos.nemesis import wait_until
from tests.chaos.reading import found_at, history

SWEEPING_SECONDS = 20.0


class Objects:
    """The store's folder, beside what the API serves of it."""

    def __init__(self, blobs: Path, client: Client) -> None:
        self._blobs = blobs
        self._client = client

    def orphans(self, jobs: Sequence[JobFacts]) -> list[str]:
        """Objects of these ended jobs that nothing names, once the sweeper has had its time."""
        served = {job["id"]: self._served(job) for job in jobs if job["kind"] == "training"}
        with suppress(AssertionError):  # what is left after the time is the answer
            wait_until(lambda: not any(self._unnamed(jobs, served)), SWEEPING_SECONDS, "no orphan objects")
        return list(self._unnamed(jobs, served))

    def leftover(self, deleted: Iterable[str]) -> list[str]:
        """Objects of jobs that were deleted, and bytes that came in and were never taken up."""
        found = [path for job_id in deleted for path in self._blobs.glob(f"t/*/jobs/{job_id}/**/*")]
        return [self._name(path) for path in (*found, *self._blobs.glob("t/*/inbox/**/*")) if path.is_file()]

    def _unnamed(self, jobs: Sequence[JobFacts], served: Mapping[str, set[str]]) -> Iterator[str]:
        """A training hands its objects over, so they are known by their digests; others name their last attempt."""
        for job in jobs:
            for path in self._blobs.glob(f"t/*/jobs/{job['id']}/attempt-*/**/*"):
                if path.is_file() and not _is_named(job, path, served):
                    yield self._name(path)

    def _served(self, job: JobFacts) -> set[str]:
        """SHA-256 of what the API serves of a training: the sheets of its history, the files of its model."""
        sheets = {event["data"]["url"] for event in history(self._client, job["id"]) if event["type"] == "job.sample"}
        digests = {sha256(self._client.get_bytes(url)).hexdigest() for url in sheets}
        model = self._client.get_json(job["urls"]["self"])["model"]
        version = found_at(self._client, f"/v1/models/{model['model_id']}/versions/latest") if model else None
        return digests | {file["digest"].removeprefix("sha256:") for file in (version or {"files": []})["files"]}

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._blobs))


def _is_named(job: JobFacts, path: Path, served: Mapping[str, set[str]]) -> bool:
    if job["id"] in served:
        return sha256(path.read_bytes()).hexdigest() in served[job["id"]]
    has_left = job["status"] == "succeeded" or job["kind"] == "import"  # whose rows are told also when none was good
    return has_left and f"/attempt-{job['attempt']}/" in path.as_posix()

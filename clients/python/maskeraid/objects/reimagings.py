"""Re-imagings, one by one or in batches, and the coverings that they use."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from maskeraid.errors import JobFailed
from maskeraid.objects.api_object import ApiObject
from maskeraid.objects.jobs import TERMINAL, Job, JobWithFiles
from maskeraid.objects.saving import write

BUNDLE = "bundle.zip"  # the file of a re-imaging that holds all the others


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
        return write(Path(path), self.content())


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
        return write(Path(path), self.file(BUNDLE))


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
            place = f"{item.batch_index or 0:04d}{'-' if called else ''}{called}{Path(name).suffix}"
            yield write(Path(folder) / place, content)

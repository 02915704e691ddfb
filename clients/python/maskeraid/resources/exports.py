"""Exports: images with their attributes, as one zip."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from maskeraid.objects import Export
from maskeraid.resources.resource import Resource


class Exports(Resource[Export]):
    path, kind = "/v1/exports", Export

    def create(
        self,
        dataset_id: str,
        *,
        version: int | str = "latest",
        where: Sequence[str] = (),
        format: Literal["folder", "tensors"] = "folder",  # the API's name
        **facts: Any,  # noqa: ANN401 fields of the API
    ) -> Export:
        """Order a zip of a dataset's images; `wait().save(path)` fetches it.

        Args:
            version: a number, or `latest`.
            where: conditions on the images, like `mouth:2`.
            format: `folder` for PNGs with tables that an import, and Hugging Face's `imagefolder`, read; `tensors` for
                NumPy arrays in [-1, 1].
        """
        return self._create(dataset_id=dataset_id, version=version, where=list(where), format=format, **facts)

    def list(self, **query: Any) -> Iterator[Export]:  # noqa: ANN401 query values are of any plain type
        """Every export, newest first, as a job: `refresh()` fetches what is its own."""
        for job in self._client.jobs.list(kind="export", **query):
            yield Export.of(job.to_dict(), self._client)

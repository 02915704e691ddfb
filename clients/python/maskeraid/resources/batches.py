"""Batches: one set of options over many covered faces."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from maskeraid.objects import Batch
from maskeraid.resources.contents import Source, data_url, name_of, picture_of
from maskeraid.resources.resource import Resource


@dataclass(frozen=True)
class BatchImage:
    """One image of a batch, and what you call it; of a file its name, when you say nothing.

    Raises: ValueError unless exactly one of `image`, a file or its bytes, and `image_id`, of a dataset, is given.
    """

    image: Source | None = None
    image_id: str | None = None
    client_reference_id: str | None = None

    def __post_init__(self) -> None:
        if (self.image is None) == (self.image_id is None):
            raise ValueError("give exactly one of image and image_id")

    def to_json(self) -> dict[str, Any]:
        called = self.client_reference_id or (None if self.image is None else name_of(self.image))
        what = {"image_id": self.image_id} if self.image is None else {"data_url": data_url(self.image)}
        return {**what, **({"client_reference_id": called} if called else {})}


class Batches(Resource[Batch]):
    path, kind = "/v1/batches", Batch

    def create(
        self,
        images: Sequence[Source | BatchImage] = (),
        *,
        image_ids: Sequence[str] = (),
        dataset_id: str | None = None,
        version: int | str | None = None,
        where: Sequence[str] = (),
        **options: Any,  # noqa: ANN401 options of the API
    ) -> Batch:
        """Ask for the covered part of many faces to be filled; `wait`, `items`, and `download` give what comes of it.

        Args:
            images: up to 1,000 files, 100 MB; a `BatchImage` may stand among them, which has a name of yours or is of a
                dataset: all travel inside JSON then, each file up to 1 MB and 16 MB together.
            image_ids: images of datasets; behind `images` when both are given.
            dataset_id: in their place a dataset, whose images under `where` are taken (at most 1,000), of its latest
                `version` or the one named.
            options: `candidates`, `seed`, `model`, `covering`, `deadline_seconds` … as in the HTTP API.

        Raises:
            NotUsable: a file is no picture.
            ValueError: neither images nor a dataset is given, or both are, or `version` or `where` without a dataset.
        """
        listed = [*images, *(BatchImage(image_id=one) for one in image_ids)]
        if bool(listed) == (dataset_id is not None):
            raise ValueError("give images, or a dataset_id, and not both")
        if dataset_id is None and (where or version is not None):
            raise ValueError("version and where choose among the images of a dataset: give its dataset_id")
        if dataset_id is not None:
            chosen = {"dataset_id": dataset_id, "version": version or "latest", "where": list(where)}
            return self._create(dataset=chosen, **options)
        sources = [one for one in listed if not isinstance(one, BatchImage)]
        if len(sources) == len(listed):
            files: list[tuple[str, Any]] = [("options", (None, json.dumps(options)))]
            files += [("images", (name_of(source), picture_of(source))) for source in sources]
            return Batch.of(self._client.request_json("POST", self.path, files=files), self._client)
        rows = [one if isinstance(one, BatchImage) else BatchImage(one) for one in listed]
        return self._create(images=[one.to_json() for one in rows], **options)

    def list(self, **query: Any) -> Iterator[Batch]:  # noqa: ANN401 query values are of any plain type
        """Every batch, newest first, as a job: `progress` tells how far each is, `refresh()` fetches its `counts`."""
        for job in self._client.jobs.list(kind="batch", **query):
            yield Batch.of(job.to_dict(), self._client)

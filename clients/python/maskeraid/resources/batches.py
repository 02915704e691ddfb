"""Batches: one set of options over many covered faces."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from maskeraid.objects import Batch
from maskeraid.resources.resource import Resource


class Batches(Resource[Batch]):
    path, kind = "/v1/batches", Batch

    def create(
        self,
        images: Sequence[str | Path] = (),
        *,
        image_ids: Sequence[str] = (),
        dataset_id: str | None = None,
        version: int | str = "latest",
        where: Sequence[str] = (),
        **options: Any,  # noqa: ANN401 options of the API
    ) -> Batch:
        """Ask for the covered part of many faces to be filled; `wait`, `items`, and `download` give what comes of it.

        Args:
            images: up to 1,000 files; or `image_ids` of datasets; or a `dataset_id`, whose images under `where` are
                taken (at most 1,000).
            options: `candidates`, `seed`, `model`, `covering`, `deadline_seconds` … as in the HTTP API.
        """
        if images:
            files: list[tuple[str, Any]] = [("options", (None, json.dumps(options)))]
            files += [("images", (Path(image).name, Path(image).read_bytes())) for image in images]
            return Batch.of(self._client.request_json("POST", self.path, files=files), self._client)
        if dataset_id is not None:
            return self._create(dataset={"dataset_id": dataset_id, "version": version, "where": list(where)}, **options)
        return self._create(images=[{"image_id": one} for one in image_ids], **options)

"""Trainings: jobs that make models."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from maskeraid.objects import Checkpoint, Training
from maskeraid.resources.resource import PAGE, Resource


class Trainings(Resource[Training]):
    path, kind = "/v1/trainings", Training

    def create(
        self,
        name: str,
        dataset_ids: Sequence[str | Mapping[str, Any]],
        *,
        architecture: str = "auto",
        preset: str = "quick",
        where: Sequence[str] = (),
        seed: int | None = None,
        model_id: str | None = None,
        email: bool = False,
        dry_run: bool = False,
        start_from: Mapping[str, Any] | None = None,
        probe: Mapping[str, Any] | None = None,
        **facts: Any,  # noqa: ANN401 fields of the API
    ) -> Training:
        """Order a model, or a further version of one of yours, from the latest version of one or several datasets.

        `["all"]` are all that you may train on; `{"dataset_id", "version", "where"}` is a version or a part of one.

        `start_from` is `{"model_id", "version"}` or `{"training_id", "step"}`: its networks are where this one begins.
        `probe` is a covered face, `{"image_id"}` or `{"data_url"}` with a `covering`, filled at each checkpoint.

        With `dry_run` its worker makes the first steps only: `wait().estimate` says what the whole would take.
        """
        parts = [{"dataset_id": part} if isinstance(part, str) else part for part in dataset_ids]
        data = [{"where": list(where), **part} for part in parts]
        return self._create(
            name=name, data=data, architecture=architecture, preset=preset, seed=seed, notify={"email": email},
            dry_run=dry_run, model_id=model_id, start_from=start_from, probe=probe, **facts,
        )  # fmt: skip

    def checkpoints(self, training_id: str) -> Iterator[Checkpoint]:
        """The steps at which a training was kept or looked at, newest first, fetched a page at a time."""
        after: int | None = None
        while True:
            page = self._client.get_json(f"{self.path}/{training_id}/checkpoints", limit=PAGE, after=after)
            yield from (Checkpoint.of(row, self._client) for row in page["data"])
            if not page["has_more"]:
                return
            after = page["last_id"]

    def promote(self, training_id: str, step: int) -> Training:
        """Make a model of a checkpoint that is still kept, as it is; a new training."""
        answer = self._client.post_json(f"{self.path}/{training_id}/checkpoints/{step}/promote", None)
        return Training.of(answer, self._client)

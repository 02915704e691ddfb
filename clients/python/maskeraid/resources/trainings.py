"""Trainings: jobs that make models."""

from collections.abc import Sequence
from typing import Any

from maskeraid.objects import Training
from maskeraid.resources.resource import Resource


class Trainings(Resource[Training]):
    path, kind = "/v1/trainings", Training

    def create(
        self,
        name: str,
        dataset_ids: Sequence[str],
        *,
        architecture: str = "auto",
        preset: str = "quick",
        where: Sequence[str] = (),
        seed: int | None = None,
        model_id: str | None = None,
        email: bool = False,
        dry_run: bool = False,
        **facts: Any,  # noqa: ANN401 fields of the API
    ) -> Training:
        """Order a model, or a further version of one of yours, from the latest version of one or several datasets.

        With `dry_run` its worker makes the first steps only: `wait().estimate` says what the whole would take.
        """
        data = [{"dataset_id": dataset_id, "where": list(where)} for dataset_id in dataset_ids]
        return self._create(
            name=name, data=data, architecture=architecture, preset=preset, seed=seed, notify={"email": email},
            dry_run=dry_run, model_id=model_id, **facts,
        )  # fmt: skip

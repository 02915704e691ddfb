"""Evaluations: what is measured of models."""

from collections.abc import Iterator, Sequence
from typing import Any

from maskeraid.objects import Evaluation
from maskeraid.resources.resource import Resource


class Evaluations(Resource[Evaluation]):
    path, kind = "/v1/evaluations", Evaluation

    def create(
        self,
        kind: str,
        model_id: str,
        *,
        version: int | str = "latest",
        dataset_id: str | None = None,
        where: Sequence[str] = (),
        n: int | None = None,
        seed: int = 0,
        group_by: str | None = None,
        **facts: Any,  # noqa: ANN401 fields of the API
    ) -> Evaluation:
        """Order a measurement of a model's version.

        Args:
            kind: `samples`, `memorisation`, `guarantees`, or `quality`; the last one needs a `dataset_id`.
            version: a number, an alias, or `latest`.
            n: how many samples.
            group_by: of `quality`, an attribute whose values are also judged one by one.
        """
        dataset = {"dataset_id": dataset_id, "where": list(where)} if dataset_id else None
        model = {"model_id": model_id, "version": version}
        return self._create(kind=kind, model=model, dataset=dataset, n=n, seed=seed, group_by=group_by, **facts)

    def ranking(self, dataset_id: str) -> Iterator[Evaluation]:
        """The newest evaluation of quality of each model's version on a dataset, best first."""
        return self.list(dataset_id=dataset_id, sort="score")

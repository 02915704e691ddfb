"""Deletions: a person is erased from data sets, with a receipt."""

from collections.abc import Iterator, Sequence
from typing import Any

from maskeraid.objects import Deletion
from maskeraid.resources.resource import Resource


class Deletions(Resource[Deletion]):
    path, kind = "/v1/deletions", Deletion

    def create(
        self,
        subject: str | None = None,
        *,
        image_ids: Sequence[str] = (),
        dataset_id: str | None = None,
        dry_run: bool = False,
        **facts: Any,  # noqa: ANN401 fields of the API
    ) -> Deletion:
        """Erase a person, or some images, from your data sets; `wait().result` is the receipt. It cannot be undone.

        Deleting pictures does not make a model forget them: the receipt lists the models that learned from them.

        Args:
            subject: the value of the attribute that tells persons apart (`subject`, or the older `person`).
            image_ids: instead, which images, whoever they show.
            dataset_id: only of this data set.
            dry_run: only tell what would go: `wait().impact`.
        """
        which = {"image_ids": list(image_ids)} if image_ids else {"subject": subject, "dataset_id": dataset_id}
        return self._create(**which, dry_run=dry_run, **facts)

    def list(self, **query: Any) -> Iterator[Deletion]:  # noqa: ANN401 query values are of any plain type
        """Every deletion, newest first, as a job: `refresh()` fetches what is its own."""
        for job in self._client.jobs.list(kind="deletion", **query):
            yield Deletion.of(job.to_dict(), self._client)

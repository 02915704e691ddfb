"""Trainings and the steps at which they were kept."""

from typing import Any

from maskeraid.objects.api_object import ApiObject
from maskeraid.objects.jobs import Job


class Training(Job):
    name: str = ""
    model: dict[str, Any] | None = None  # `model_id` and `version`, once it has succeeded
    latest_metrics: dict[str, float] = {}
    estimate: dict[str, Any] | None = None  # of a dry run: `seconds`, `memory_mb`, `disk_mb`, `queue_position`, …
    makes: str = "model"  # or `selector`
    selector_id: str | None = None  # of the selector that it has made

    @property
    def outcome(self) -> str:
        """What comes of it: `model`, `selector`, or of a dry run an estimate alone."""
        return "estimate" if self.dry_run else self.makes


class Checkpoint(ApiObject):
    """A step at which a training was kept or looked at."""

    training_id: str
    step: int
    is_resumable: bool = False  # its state is still kept: it can be promoted, or begun with
    files: list[dict[str, str]] = []

    def file(self, name: str = "samples.png") -> bytes:
        """The bytes of one of its pictures: `samples.png`, or `probe.png` where the training has a probe."""
        return self._client.get_bytes(f"/v1/trainings/{self.training_id}/checkpoints/{self.step}/files/{name}")

    def promote(self) -> Training:
        """Make a model of it, as it is."""
        return self._client.trainings.promote(self.training_id, self.step)

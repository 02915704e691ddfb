"""The windows of a running training: what it shows becomes reports and objects under this attempt. The child's side."""

import math
from collections.abc import Iterable, Mapping

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.documents.models import ModelFile
from maskeraid_core.jobs import Job
from maskeraid_core.portal import PortalStores
from maskeraid_faces.images import Images
from maskeraid_faces.training.loop import Plan
from maskeraid_faces.training.settings import MOST_STEPS, Checkpoint, Watch
from maskeraid_trainer.asked import Asked
from maskeraid_trainer.checkpoints import write_checkpoint
from maskeraid_trainer.pictures import draw_sheet
from maskeraid_trainer.reports import Reports


class Recording:
    """Keeps a training's progress, curves, sample sheets, and checkpoints."""

    def __init__(self, job: Job, port: PortalStores, reports: Reports, plan: Plan, asked: Asked) -> None:
        self.sheets: dict[str, ModelFile] = {}  # by name, also those of earlier attempts
        self._job, self._port, self._reports, self._plan, self._asked = job, port, reports, plan, asked
        self._step_kept = -1

    def recall(self, step: int, sheets: Iterable[Mapping[str, object]]) -> None:
        """Take over the sheets that the checkpoint of a step names."""
        self._step_kept = step
        self.sheets = {sheet.name: sheet for sheet in map(ModelFile.model_validate, sheets)}

    def watch(self, checkpoint_seconds: float) -> Watch:
        return Watch(
            self._progress, self._samples, self._checkpoint, self._is_stop_asked, checkpoint_seconds, self._attention
        )

    def _is_stop_asked(self) -> bool:
        return self._asked.to_leave or self._asked.to_finish

    def _progress(self, step: int, seconds: float, values: Mapping[str, float]) -> None:
        self._asked.has_trained = True
        if self._plan.steps < MOST_STEPS:
            self._reports.say("progress", current=step, total=self._plan.steps, unit="step")
        else:  # quality decides, and at the latest the time
            total = self._plan.max_seconds if math.isfinite(self._plan.max_seconds) else None
            self._reports.say("progress", current=round(seconds, 1), total=total, unit="second")
        finite = {name: value for name, value in values.items() if math.isfinite(value)}
        self._reports.say("metric", point={"step": step, "seconds": round(seconds, 3), **finite})

    def _samples(self, step: int, images: Images) -> None:
        name = f"samples-{step:06d}.png"
        png = draw_sheet(images)
        key = self._job.attempt_prefix + name
        self._port.call(self._port.stores.blobs.put, key, png, create_only=True)
        self.sheets[name] = ModelFile(
            name=name, key=key, bytes=len(png), sha256=sha256_hex(png), media_type="image/png"
        )
        self._reports.say("sample", step=step, key=key)

    def _attention(self, code: str, message: str) -> None:
        self._reports.say("attention", code=code, detail=message)

    def _checkpoint(self, step: int, arrays: Checkpoint) -> None:
        if step != self._step_kept:
            keep = {"sheets": [sheet.model_dump() for sheet in self.sheets.values()]}
            entry = self._port.call(write_checkpoint, self._port.stores.blobs, self._job, step, arrays, keep)
            self._reports.say("checkpoint", entry=entry.model_dump(mode="json"))
            self._step_kept = step
        self._asked.check()

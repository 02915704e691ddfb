"""The windows of a running training: what it shows becomes reports and objects under this attempt. The child's side."""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import numpy as np

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.documents.models import ModelFile
from maskeraid_core.jobs import Job
from maskeraid_core.marks import SourceType
from maskeraid_core.portal import PortalStores
from maskeraid_faces.errors import FacesError
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Images
from maskeraid_faces.training.loop import SAMPLE_STEPS
from maskeraid_faces.training.progress import Plan
from maskeraid_faces.training.settings import MOST_STEPS, Checkpoint, Watch
from maskeraid_trainer.asked import Asked
from maskeraid_trainer.checkpoints import write_checkpoint
from maskeraid_trainer.pictures import caption_of, draw_sheet
from maskeraid_trainer.probe import ReadProbe
from maskeraid_trainer.reports import Reports

PROBE_LEFT_OUT = "probe_left_out"
PROBE_SHARE = 0.02  # of a training's time; with the one that is being drawn it stays below 3 %


class Recording:
    """Keeps a training's progress, curves, sample sheets, and checkpoints.

    Every picture has its event; sheets of the usual steps, all of a promotion's, go with the model's version as well.
    The probe, which may show a person, does not: a version is shared with others.
    """

    def __init__(
        self,
        job: Job,
        port: PortalStores,
        reports: Reports,
        plan: Plan,
        asked: Asked,
        probe: ReadProbe | None = None,
    ) -> None:
        self.sheets: dict[str, ModelFile] = {}  # by name, also those of earlier attempts
        self._job, self._port, self._reports, self._plan, self._asked = job, port, reports, plan, asked
        self._probe = probe
        self._seed, self._is_promotion = job.spec.get("seed", 0), job.spec.get("is_promotion", False)
        self._step_kept = -1
        self._said: set[str] = set()
        self._step_probed = -1
        self._began, self._probe_seconds = time.monotonic(), 0.0

    def recall(self, step: int, sheets: Iterable[Mapping[str, object]], said: Iterable[str] = ()) -> None:
        """Take over the sheets that the checkpoint of a step names, and the codes of what was said before it."""
        self._said.update(said)
        self._step_kept = step
        self.sheets = {sheet.name: sheet for sheet in map(ModelFile.model_validate, sheets)}

    def watch(self, checkpoint_seconds: float) -> Watch:
        return Watch(
            self._progress, self._samples, self._checkpoint, self._is_stop_asked, checkpoint_seconds,
            attention=self.attend, draft=self._draft, warn=self.warn, phase=self._enter,
        )  # fmt: skip

    def _enter(self, phase: str) -> None:
        self._reports.say("phase", phase=phase)

    def warn(self, code: str, sentence: str) -> None:
        """Say something to the owner, once a job."""
        self._say_once("warning", code, sentence)

    def attend(self, code: str, sentence: str) -> None:
        """Say, once a job, what the owner may want to end the training for, or should know before the model is used."""
        self._say_once("attention", code, sentence)

    def _say_once(self, how: Literal["warning", "attention"], code: str, sentence: str) -> None:
        if code not in self._said:
            self._said.add(code)
            self._reports.say(how, code=code, detail=sentence)

    def _is_stop_asked(self) -> bool:
        return self._asked.to_leave or self._asked.to_finish

    def _progress(self, step: int, seconds: float, values: Mapping[str, float]) -> None:
        self._asked.has_trained = True
        if self._plan.steps < MOST_STEPS:
            self._reports.say("progress", current=step, total=self._plan.steps, unit="step")
        else:  # quality decides, and at the latest the time
            total = self._plan.max_seconds if math.isfinite(self._plan.max_seconds) else None
            reached = round(seconds if total is None else min(seconds, total), 1)  # the last call may go beyond it
            self._reports.say("progress", current=reached, total=total, unit="second")
        finite = {name: value for name, value in values.items() if math.isfinite(value)}
        self._reports.say("metric", point={"step": step, "seconds": round(seconds, 3), **finite})

    def _samples(self, step: int, images: Images) -> None:
        self._keep("samples", step, draw_sheet(images, caption=caption_of(step)))

    def _draft(self, step: int, make: Callable[[], FaceModel]) -> None:
        """The probe as the model of this step fills it; one that cannot be filled is left out from now on."""
        began = time.monotonic()
        if self._probe_seconds > PROBE_SHARE * (began - self._began):
            return  # so soon after the last one it would slow the training down
        self._show_probe(step, make)
        self._probe_seconds += time.monotonic() - began

    def show_last(self, step: int, model: FaceModel) -> None:
        """The probe as the finished model fills it, unless that step was shown."""
        if step != self._step_probed:
            self._show_probe(step, lambda: model)

    def _show_probe(self, step: int, make: Callable[[], FaceModel]) -> None:
        if self._probe is None:
            return
        try:
            faces = np.stack(self._probe.reimage(make(), self._seed))
            caption = caption_of(step, "the face itself, then what is made of it")
            png = draw_sheet(faces, caption=caption, source=SourceType.COMPOSITE)
        except FacesError as error:
            self._probe = None
            self.warn(PROBE_LEFT_OUT, f"The probe cannot be re-imaged: {error}")
            return
        self._keep("probe", step, png)
        self._step_probed = step

    def _keep(self, what: Literal["samples", "probe"], step: int, png: bytes) -> None:
        name = f"{what}-{step:06d}.png"
        key = self._job.attempt_prefix + name
        self._port.call(self._port.stores.blobs.put, key, png, create_only=True)
        is_usual = self._is_promotion or step in SAMPLE_STEPS or step == self._plan.steps
        if is_usual and what == "samples":
            self.sheets[name] = ModelFile(
                name=name, key=key, bytes=len(png), sha256=sha256_hex(png), media_type="image/png"
            )
        self._reports.say("sample", step=step, key=key, name=f"{what}.png")

    def _checkpoint(self, step: int, arrays: Checkpoint) -> None:
        if step != self._step_kept:
            keep = {"sheets": [sheet.model_dump() for sheet in self.sheets.values()], "said": sorted(self._said)}
            entry = self._port.call(write_checkpoint, self._port.stores.blobs, self._job, step, arrays, keep)
            self._reports.say("checkpoint", entry=entry.model_dump(mode="json"))
            self._step_kept = step
        self._asked.check()

"""The process that trains or evaluates: `python -m maskeraid_trainer.run <job> <fence> <parent's pid>`.

It reads, trains, and writes objects under its fence; its parent alone writes the job. The story on one screen.
"""

import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from maskeraid_core.documents.selectors import makes_selector
from maskeraid_core.documents.trainings import TrainingSpec
from maskeraid_core.errors import ArtifactCorrupt, InputGone
from maskeraid_core.image_sanitiser import ImageRejected
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.log import configure_log
from maskeraid_core.portal import PortalStores, open_portal
from maskeraid_core.reasons import error_of, is_domain_error
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.settings import read_settings
from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.training.settings import Checkpoint, TrainResult
from maskeraid_faces.training.train import promote, train
from maskeraid_trainer.ancestors import has_taken_over
from maskeraid_trainer.asked import Asked, Leaving
from maskeraid_trainer.beginnings import read_beginning, read_copy
from maskeraid_trainer.checkpoints import BrokenCheckpoint, describe, read_checkpoint
from maskeraid_trainer.child import LEFT, OUT_OF_MEMORY
from maskeraid_trainer.dry_run import report_estimate
from maskeraid_trainer.evaluating import evaluate
from maskeraid_trainer.judging import Judged
from maskeraid_trainer.known_faces import known_faces_of
from maskeraid_trainer.model_version import check_model_is_there, write_version
from maskeraid_trainer.not_counted import warnings_of_parts
from maskeraid_trainer.origins import read_origins
from maskeraid_trainer.preparing import Preparation, prepare_training, settings_of
from maskeraid_trainer.probe import ReadProbe, read_probe
from maskeraid_trainer.recording import PROBE_LEFT_OUT, Recording
from maskeraid_trainer.reports import Reports, tie_to_parent
from maskeraid_trainer.selecting import make_selector
from maskeraid_trainer.settings import TrainerSettings
from maskeraid_trainer.traits import traits_of

log = structlog.get_logger()


def main(job_id: str, fence: int, parent_pid: int) -> int:
    """Carry out one job; the exit code."""
    asked = Asked()
    asked.listen()
    reports = Reports()
    tie_to_parent(parent_pid)
    settings = read_settings(TrainerSettings)
    os.nice(settings.child_niceness)
    configure_log(settings, "training")
    with open_portal(settings) as port, reports.alive(settings.child_alive_seconds):
        job = port.call(JobMoves(port.stores.database).get, job_id)
        if job is None or job.fence != fence:
            raise SystemExit("the job is another worker's")
        asked.to_finish = asked.to_finish or job.stop_requested
        try:
            if job.kind is JobKind.EVALUATION:
                evaluate(job, port, reports, settings)
            elif makes_selector(job.spec):
                make_selector(job, port, reports, settings, asked)
            else:
                make_model(job, port, reports, settings, asked)
        except Leaving:
            return LEFT
        except MemoryError:
            traceback.print_exc()
            return OUT_OF_MEMORY
        except Exception as error:
            if not is_domain_error(error):
                raise
            reports.say("outcome", error=error_of(error).model_dump(mode="json"))
    return 0


def make_model(job: Job, port: PortalStores, reports: Reports, settings: TrainerSettings, asked: Asked) -> None:
    """Carry out a training from its newest good checkpoint to the document of its model, and report that."""
    spec = TrainingSpec.model_validate(job.spec)
    wanted = settings_of(spec)
    port.call(check_model_is_there, port.stores, job, spec)

    ready = prepare_training(job, spec, wanted, port, reports, settings)
    if spec.dry_run:
        measure(job, ready, port, reports, settings, asked)
        return
    recording = Recording(job, port, reports, ready.plan, asked, probe_of(job, spec, port, reports))
    result = train_or_promote(job, ready, port, reports, recording, settings)

    reports.say("phase", phase="evaluating")
    judged = ready.judge(result.model)
    for flag in judged.flags:
        recording.attend(flag["code"], flag["message"])

    port.call(check_model_is_there, port.stores, job, spec)  # again: it may have been deleted meanwhile
    reports.say("phase", phase="saving")
    result = replace(result, model=replace(result.model, traits=judged.traits))
    document = save(job, ready, port, recording, result, judged)
    reports.say("outcome", version=document, stopped_early=result.stopped == "asked")


def measure(
    job: Job, ready: Preparation, port: PortalStores, reports: Reports, settings: TrainerSettings, asked: Asked
) -> None:
    """Carry out a dry run: the first steps, of which an estimate alone is kept."""
    run = partial(train, ready.faces.images, **ready.about, start=beginning_of(job, ready.spec, port))
    for code, detail in warnings_of_parts(ready.face_set, ready.settings, ready.architecture):
        reports.say("warning", code=code, detail=detail)
    report_estimate(run, ready.judge, job, ready.plan, reports, settings, asked)


def train_or_promote(
    job: Job, ready: Preparation, port: PortalStores, reports: Reports, recording: Recording, settings: TrainerSettings
) -> TrainResult:
    """Make the model: of a checkpoint as it is, where that was ordered, else by training."""
    spec, images, watch = ready.spec, ready.faces.images, recording.watch(settings.checkpoint_seconds)
    if spec.is_promotion:
        assert spec.start_from
        reports.say("phase", phase="evaluating")
        arrays = port.call(read_copy, port.stores, spec.start_from)
        return promote(images, arrays, watch=watch, **ready.about)
    run = partial(train, images, **ready.about, watch=watch)
    return resume(run, job, port, reports, recording, begin=lambda: run(start=beginning_of(job, spec, port)))


def save(
    job: Job, ready: Preparation, port: PortalStores, recording: Recording, result: TrainResult, judged: Judged
) -> dict[str, Any]:
    """Write the files of the model; the document of its version, as plain JSON values."""
    traits = traits_of(ready.faces.rows, ready.faces.schema)
    recording.show_last(result.steps, result.model)
    known = known_faces_of(
        result.model, ready.face_set, ready.faces, ready.settings, seed=ready.spec.seed,
        has_begun=has_taken_over(result.model),
    )  # fmt: skip
    write = partial(write_version, port.stores.blobs, job, ready.spec, traits, judged, result, recording.sheets, known)
    origins = port.call(read_origins, port.stores, job.tenant, ready.spec.data)
    version = port.call(write, replace(origins, generated=ready.faces.generated))
    return version.model_dump(mode="json", by_alias=True)


def beginning_of(job: Job, spec: TrainingSpec, port: PortalStores) -> FaceModel | Checkpoint | None:
    """What the training begins with; None when it begins afresh."""
    return port.call(read_beginning, port.stores, job.tenant, spec.start_from) if spec.start_from else None


def probe_of(job: Job, spec: TrainingSpec, port: PortalStores, reports: Reports) -> ReadProbe | None:
    """The probe; one that cannot be read is no reason not to train, but its owner is told, by the first attempt."""
    if spec.probe is None:
        return None
    try:
        return read_probe(port, spec.probe)
    except (ImageRejected, InputGone, ArtifactCorrupt) as error:
        if all(warning["code"] != PROBE_LEFT_OUT for warning in job.warnings):
            reports.say("warning", code=PROBE_LEFT_OUT, detail=f"The probe cannot be read: {error}")
        return None


def resume(
    run: Callable[..., TrainResult],
    job: Job,
    port: PortalStores,
    reports: Reports,
    recording: Recording,
    *,
    begin: Callable[[], TrainResult] | None = None,
) -> TrainResult:
    """Run from the newest checkpoint that is whole and fits; each other one is a warning. At the worst `begin`.

    Whether names, shapes, and types fit is known when the networks are there, before the first step.
    """
    for entry in job.checkpoints:
        try:
            arrays, kept = port.call(read_checkpoint, port.stores.blobs, job, entry)
            recording.recall(entry.step, kept["sheets"], kept.get("said", ()))  # earlier releases kept no words
            return run(resume=arrays)
        except (BrokenCheckpoint, BadModelFile) as error:
            consequence = describe(entry, job.checkpoints)
            log.warning("broken checkpoint", reason=str(error), consequence=consequence)
            reports.say("warning", code="broken_checkpoint", detail=consequence)
            recording.recall(-1, [])
    return (begin or run)()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

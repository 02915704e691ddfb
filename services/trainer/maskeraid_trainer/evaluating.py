"""An evaluation, carried out in the child: read the model, measure, write files, report. The story on one screen."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from maskeraid_core.blobs import Blobs
from maskeraid_core.documents.datasets import DataPart
from maskeraid_core.documents.evaluations import EvaluationKind, EvaluationSpec
from maskeraid_core.documents.models import ModelFile, ModelVersion
from maskeraid_core.documents.reimagings import STATEMENT
from maskeraid_core.errors import InputGone
from maskeraid_core.jobs import Job
from maskeraid_core.manifests import PREFIX
from maskeraid_core.measuring import is_acquittal
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.shares import readable_version
from maskeraid_faces.coverings.shapes import lower_face
from maskeraid_faces.evaluation.fills import measure_fills
from maskeraid_faces.evaluation.guarantees import measure_shares
from maskeraid_faces.evaluation.quality import measure_quality
from maskeraid_faces.evaluation.recognition import measure_recognition
from maskeraid_faces.evaluation.samples import draw_samples
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.images import to_network
from maskeraid_faces.model_description import ARCHITECTURE_FILE
from maskeraid_faces.model_files import load_model
from maskeraid_faces.training.image_set import prepare
from maskeraid_faces.training.settings import TrainSettings
from maskeraid_trainer.ancestors import Ancestors, measure_with, read_ancestors
from maskeraid_trainer.charts import draw_bars, draw_distances
from maskeraid_trainer.judging import flags_with, is_generated, labelled_faces, on_card, promised
from maskeraid_trainer.model_version import describe_file
from maskeraid_trainer.pictures import draw_sheet
from maskeraid_trainer.reports import Reports
from maskeraid_trainer.settings import TrainerSettings
from maskeraid_trainer.training_faces import TrainingFaces, join_rows, read_rows, read_training_faces, with_images
from maskeraid_trainer.traits import traits_of

MOST_CONTRAST = 2000  # images that a model did not learn from, to tell its values by
MOST_LEARNED = 6000  # and of those it learned from
KEPT_IN_RESULT = {"key", "bytes", "sha256", "media_type"}


@dataclass(frozen=True)
class Found:
    """What was found, its files by name, and what is to be written onto the version's card."""

    result: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)
    measured: dict[str, Any] | None = None


@dataclass(frozen=True)
class Subject:
    """What is evaluated, and with which stores."""

    spec: EvaluationSpec
    version: ModelVersion
    model: FaceModel
    port: PortalStores
    tenant: str
    settings: TrainerSettings

    @property
    def learned_from(self) -> list[DataPart]:
        return [DataPart.model_validate(part) for part in self.version.lineage.get("data", ())]

    def read(self, *data: DataPart) -> TrainingFaces:
        return self.port.call(read_training_faces, self.port.stores, self.tenant, data, self.settings)


def evaluate(job: Job, port: PortalStores, reports: Reports, settings: TrainerSettings) -> None:
    """Carry out one evaluation and report it.

    Raises: InputGone, ArtifactCorrupt, BadModelFile, and the errors of the science.
    """
    spec = EvaluationSpec.model_validate(job.spec)
    reports.say("phase", phase="loading_data")
    version, model = port.call(read_model, port.stores, job.tenant, spec)
    reports.say("phase", phase="evaluating")
    with threadpool_limits(limits=1, user_api="blas"):  # small matrices: threads would wait for one another
        found = MEASURES[spec.kind](Subject(spec, version, model, port, job.tenant, settings))
    reports.say("phase", phase="saving")
    facts = {"model_id": spec.model_id, "version": spec.version, "digest": version.digest, "seed": spec.seed}
    result = {"kind": spec.kind, **facts, "samples": spec.n, **found.result, "software": spec.software}
    files = found.files | {f"{spec.kind}.json": json.dumps(result, indent=1, allow_nan=False).encode()}
    stored = port.call(write_files, port.stores.blobs, job, files)
    measured = found.measured and {**facts, **found.measured}
    reports.say("outcome", evaluation={**result, "files": stored}, measured=measured)


def _samples(subject: Subject) -> Found:
    """The sheet, and the same faces as numbers: 8 bits a channel, float32 (n, size, size, 3) in [-1, 1]."""
    images = draw_samples(subject.model, subject.spec.n, subject.spec.seed)
    array = io.BytesIO()
    np.save(array, to_network(images))
    sheet = draw_sheet(images, caption=(f"{len(images)} samples by the seed {subject.spec.seed}", STATEMENT))
    return Found({"size": subject.model.size}, {"samples.png": sheet, "samples.npy": array.getvalue()})


def _memorisation(subject: Subject) -> Found:
    """By the faces that the training held out; faces that somebody names can accuse a model, but not acquit it."""
    spec, faces = subject.spec, subject.read(*subject.learned_from)
    kind = subject.version.kind
    split = prepare(faces.images, TrainSettings(kind=kind), faces.groups, int(subject.version.lineage["seed"]))
    held_out = split.held_out if spec.data is None else subject.port.call(_of_size, subject, spec.data).images
    before = subject.port.call(_before, subject)
    found = measure_with(subject.model, split, before, held_out, n=spec.n, seed=spec.seed)
    everything = [*subject.learned_from, *subject.version.ancestors]
    is_drawn_here = subject.port.call(is_generated, subject.port.stores, subject.tenant, everything)
    card = on_card(found, is_generated=is_drawn_here and before.is_whole)
    flags = flags_with(subject.version.card.get("flags", ()), found)
    on = {"memorisation": card, "flags": flags}
    counts_for_card = spec.data is None or found.verdict == "copying"
    counts_for_card = counts_for_card and not is_acquittal(subject.version.card, on)
    return Found(
        {**card, "is_on_card": counts_for_card},
        {"memorisation.png": draw_distances(found.measured)} if found.measured else {},
        {"card": on} if counts_for_card else None,
    )


def _guarantees(subject: Subject) -> Found:
    """Told apart by all images of the datasets, also those that a filter kept from the training."""
    spec = subject.spec
    faces = subject.port.call(_with_contrast, subject)
    is_training = faces.rows["is_training"].to_numpy()
    step = -(-int(is_training.sum()) // MOST_LEARNED)
    some = np.flatnonzero(~is_training | (np.arange(len(is_training)) % step == 0))
    labelled = labelled_faces(faces, is_training, some)
    shares = measure_shares(subject.model, labelled, n=spec.n, seed=spec.seed)
    traits = traits_of(faces.rows.filter(pl.col("is_training")), faces.schema)
    guarantees = promised(shares)
    known = {row["attribute"] for row in guarantees}
    guarantees += [row for row in traits.guarantees if row["attribute"] not in known]
    measured = {"guarantees": guarantees, "varies": traits.varies, "combinations": traits.combinations}
    rows = [
        (f"{share.attribute}: {share.value}", share.share, share.lower_bound, share.upper_bound) for share in shares
    ]
    files = {"guarantees.png": draw_bars("Samples that have each value", rows)} if rows else {}
    return Found({**measured, "shares": [share.to_dict() for share in shares]}, files, measured)


def _quality(subject: Subject) -> Found:
    """Beside a dataset's images; of drawn test faces, beside the uncovered ones."""
    spec = subject.spec
    assert spec.data is not None
    faces = subject.port.call(_uncovered, subject, spec.data)
    groups = faces.rows[PREFIX + spec.group_by].to_list() if spec.group_by else None
    quality = measure_quality(subject.model, faces.images, groups=groups, seed=spec.seed)
    fills = measure_fills(subject.model, faces.images, groups=groups, seed=spec.seed)
    figures, best = quality.figures.to_dict(), quality.real.to_dict()
    rows = [(name, value, value, value) for name, value in figures.items()]
    rows += [(f"{name} (real images)", value, value, value) for name, value in best.items()]
    learned = {part.dataset_id for part in subject.learned_from}
    result = {
        **quality.to_dict(), "samples": quality.images, "fills": [fill.to_dict() for fill in fills],
        "is_seen_in_training": spec.data.dataset_id in learned,
    }  # fmt: skip
    return Found(result, {"quality.png": draw_bars("Samples beside real images", rows)})


def _recognition(subject: Subject) -> Found:
    """Of persons whose lower face is covered: by a recogniser that learned from other persons of the same dataset."""
    model, spec = subject.model, subject.spec
    assert spec.data is not None
    faces = subject.port.call(_uncovered, subject, spec.data)
    hole = lower_face(model.size)
    found = measure_recognition(
        lambda face: fill(face, hole, model, k=1, seed=spec.seed, stages=False).candidates[0].final,
        faces.images, faces.persons or [], hole, seed=spec.seed,
    )  # fmt: skip
    rows = [
        (state, one["true_match_rate"], *one["true_match_rate_95"]) for state, one in found.to_dict()["states"].items()
    ]
    learned = {part.dataset_id for part in subject.learned_from}
    result = {**found.to_dict(), "covering": "lower face", "is_seen_in_training": spec.data.dataset_id in learned}
    return Found(result, {"recognition.png": draw_bars("True matches at 1 false match in 100", rows)})


MEASURES: Mapping[EvaluationKind, Callable[[Subject], Found]] = {
    EvaluationKind.SAMPLES: _samples,
    EvaluationKind.MEMORISATION: _memorisation,
    EvaluationKind.GUARANTEES: _guarantees,
    EvaluationKind.QUALITY: _quality,
    EvaluationKind.RECOGNITION: _recognition,
}


async def read_model(stores: Stores, tenant: str, spec: EvaluationSpec) -> tuple[ModelVersion, FaceModel]:
    """The version and the model itself, digests checked. Raises: InputGone, ArtifactCorrupt, BadModelFile."""
    version = await readable_version(stores.database, tenant, spec.model_id, spec.version)
    if version is None or version.pruned_at is not None:
        raise InputGone(f"version {spec.version} of the model {spec.model_id} is gone")
    parts = [file for file in version.files if file.name == ARCHITECTURE_FILE or file.name.endswith(".safetensors")]
    return version, load_model({file.name: await stores.blobs.get(file.key, file.sha256) for file in parts})


async def write_files(blobs: Blobs, job: Job, files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """Write files under this attempt; where each lies, for the job's result."""
    await blobs.put_all((job.attempt_prefix + name, data) for name, data in files.items())
    described: list[ModelFile] = [describe_file(job, name, data) for name, data in files.items()]
    return {file.name: file.model_dump(include=KEPT_IN_RESULT) for file in described}


async def _with_contrast(subject: Subject) -> TrainingFaces:
    """The training images, and others of the same datasets; column `is_training` tells them apart."""
    stores, data = subject.port.stores, subject.learned_from
    whole = [part.model_copy(update={"where": []}) for part in data]
    everything, schema = await read_rows(stores, subject.tenant, whole)
    chosen, _ = await read_rows(stores, subject.tenant, data)
    rows = join_rows(chosen)
    others = join_rows(everything).filter(
        ~pl.col("sha256").is_in(rows["sha256"].to_list()), pl.col("width") == subject.model.size
    )
    others = others.sample(min(MOST_CONTRAST, others.height), seed=subject.spec.seed)
    marked = [frame.with_columns(is_training=pl.lit(flag)) for frame, flag in ((rows, True), (others, False))]
    return await with_images(stores, subject.tenant, join_rows(marked), schema, subject.settings)


async def _before(subject: Subject) -> Ancestors:
    """The faces of all that the model began with."""
    version = subject.version
    return await read_ancestors(
        subject.port.stores, subject.tenant, version.ancestors, subject.settings, side=subject.model.size,
        is_known=version.knows_ancestors,
    )  # fmt: skip


async def _uncovered(subject: Subject, part: DataPart) -> TrainingFaces:
    parts, schema = await read_rows(subject.port.stores, subject.tenant, [part])
    rows = join_rows(parts)
    if "twin_sha256" in rows.columns:
        rows = rows.with_columns(sha256=pl.coalesce("twin_sha256", "sha256"))
    return await with_images(subject.port.stores, subject.tenant, rows, schema, subject.settings)


async def _of_size(subject: Subject, part: DataPart) -> TrainingFaces:
    """The faces of the model's size; others say nothing of it."""
    parts, schema = await read_rows(subject.port.stores, subject.tenant, [part])
    rows = join_rows(parts).filter(pl.col("width") == subject.model.size)
    return await with_images(subject.port.stores, subject.tenant, rows, schema, subject.settings)

"""Makes the models that ship with the service: `python -m maskeraid_local.demo_models`, or `make demo-models`.

The same drawn faces, seed, and libraries give the same weights, bit for bit; it takes some minutes.
"""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version as version_of
from pathlib import Path

import polars as pl

from maskeraid_core.cards import card_files
from maskeraid_core.demo_models import SHIPPED, VERSION_FILE
from maskeraid_core.documents.accounts import SYSTEM_TENANT
from maskeraid_core.documents.datasets import GENERATED
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.trainings import TrainingSpec
from maskeraid_core.jobs import Job, JobKind
from maskeraid_core.manifests import PREFIX
from maskeraid_curator.generating import drawn_rows, drawn_schema
from maskeraid_faces.drawn import DrawnSet, draw_faces
from maskeraid_faces.model_files import model_digest, save_model
from maskeraid_faces.training.image_set import prepare
from maskeraid_faces.training.train import train
from maskeraid_trainer.judging import judge_model
from maskeraid_trainer.known_faces import known_faces_of
from maskeraid_trainer.model_version import describe_file, describe_version, draw_files
from maskeraid_trainer.origins import Origins
from maskeraid_trainer.preparing import settings_of
from maskeraid_trainer.training_faces import TrainingFaces
from maskeraid_trainer.traits import traits_of

SETS = ("faces-light", "faces-medium", "faces-dark")
SEED = 7
UNHURRIED = {"max_seconds": 3600.0}  # quality alone decides: how busy the machine is must change nothing
LEFT_OUT = {"model.keras"}  # the same network once more; a third of the size
NOT_YET = "mdl_shipped"  # the install gives it an identifier and a number
Files = dict[str, bytes]


def main() -> None:
    """Replace what ships, one set after the other."""
    for name in SETS:
        sys.stderr.write(f"training a model of {name} …\n")
        version, files = make_version(name)
        write(SHIPPED / f"demo-{name}", version, files)
        sys.stderr.write(f"{version.digest}, {sum(map(len, files.values())):,} bytes\n")


def make_version(name: str) -> tuple[ModelVersion, Files]:
    """A model of a drawn set as a training of the service leaves it, judged likewise, and its files by name."""
    spec = TrainingSpec(
        name=f"demo-{name}", data=[], hyperparameters=UNHURRIED, seed=SEED, model_id=NOT_YET,
        software=version_of("maskeraid-trainer"),
    )  # fmt: skip
    settings, faces = settings_of(spec), faces_of(draw_faces(name))
    face_set = prepare(faces.images, settings, faces.groups, SEED)
    result = train(faces.images, settings=settings, groups=faces.groups, seed=SEED)
    judged = judge_model(result.model, face_set, faces, seed=SEED, is_generated=True)
    result = replace(result, model=replace(result.model, traits=judged.traits))
    known = known_faces_of(result.model, face_set, faces, settings, seed=SEED, has_begun=False)
    origins = Origins(
        sources=[{"licence": None, "legal_basis": None, "attestation": GENERATED.model_dump(mode="json")}]
    )
    model_files, job = save_model(result.model), _job()
    version = describe_version(
        job, spec, traits_of(faces.rows, faces.schema), judged, result, model_digest(model_files), known, origins
    )
    shown = {file: data for file, data in draw_files(result, spec.name).items() if file not in LEFT_OUT}
    files = model_files | shown | card_files(version)
    described = [describe_file(job, *file) for file in sorted(files.items())]
    return version.model_copy(update={"files": described}), files


def faces_of(drawn: DrawnSet) -> TrainingFaces:
    """A drawn set as a training reads it from a dataset."""
    return TrainingFaces(drawn.images, pl.DataFrame(list(_rows(drawn))), drawn_schema(drawn))


def write(folder: Path, version: ModelVersion, files: Files) -> None:
    """In place of what the folder held."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / VERSION_FILE).write_text(version.model_dump_json(by_alias=True, indent=1) + "\n")


def _rows(drawn: DrawnSet) -> Iterator[dict[str, object]]:
    for row, _ in drawn_rows(SYSTEM_TENANT, drawn):
        attributes = {PREFIX + name: value for name, value in row.attributes.items()}
        yield {"row": row.row, "id": row.file, "file": row.file, "sha256": row.sha256, **attributes}


def _job() -> Job:
    """The training that there is none of: its name is that of a place for files, which the install changes."""
    at = GENERATED.at
    return Job(
        id="trn_shipped", tenant=SYSTEM_TENANT, kind=JobKind.TRAINING, queue=JobKind.TRAINING.queue, spec={},
        spec_digest="", not_before=at, created_at=at, updated_at=at,
    )  # fmt: skip


if __name__ == "__main__":
    main()

"""From a finished training to a model's version: its files in the object store, its card, its document."""

import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from maskeraid_core.blobs import Blobs, sha256_hex
from maskeraid_core.cards import FIGURES, card_files
from maskeraid_core.documents.models import ModelFile, ModelVersion
from maskeraid_core.documents.reimagings import STATEMENT
from maskeraid_core.documents.trainings import TrainingSpec
from maskeraid_core.errors import InputGone
from maskeraid_core.ids import twin_id
from maskeraid_core.jobs import Job
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.repository import now
from maskeraid_faces.face_model import FaceModel, Prototype
from maskeraid_faces.known_faces_file import KNOWN_FACES_FILE
from maskeraid_faces.model_files import model_digest, save_model
from maskeraid_faces.networks.generate import generate
from maskeraid_faces.training.settings import TrainResult
from maskeraid_trainer.ancestors import has_taken_over
from maskeraid_trainer.judging import Judged
from maskeraid_trainer.known_faces import KnownFacesFile
from maskeraid_trainer.origins import Origins
from maskeraid_trainer.pictures import caption_of, curves_data, draw_curves, draw_sheet
from maskeraid_trainer.traits import Traits

if TYPE_CHECKING:  # it loads TensorFlow
    from maskeraid_faces.networks.layer_table import LayerTable

FACES_SHOWN = 25
CURVES = {"curves-accuracy.png": ("acc", "Accuracy"), "curves-loss.png": ("loss", "Loss")}
MEDIA_TYPES = {
    ".png": "image/png", ".json": "application/json", ".md": "text/markdown",
    ".safetensors": "application/octet-stream", ".npy": "application/octet-stream", ".keras": "application/zip",
}  # fmt: skip
ORIGIN = ("model_id", "version", "training_id", "step")  # of what a training began with, for its owner


async def check_model_is_there(stores: Stores, job: Job, spec: TrainingSpec) -> None:
    """A further version needs its model, which may have been deleted since the order. Raises: InputGone."""
    if number_of(job, spec) or spec.dry_run:
        return
    if await ModelRepository(stores.database, job.tenant).get(spec.model_id) is None:
        raise InputGone(f"the model {spec.model_id}, which was to get a further version, was deleted")


async def write_version(
    blobs: Blobs,
    job: Job,
    spec: TrainingSpec,
    traits: Traits,
    judged: Judged,
    result: TrainResult,
    sheets: Mapping[str, ModelFile],
    known: KnownFacesFile,
    origins: Origins,
) -> ModelVersion:
    """Write every file under this attempt; the document appears only if the training succeeds."""
    model_files = save_model(result.model)
    version = describe_version(job, spec, traits, judged, result, model_digest(model_files), known, origins)
    files = model_files | draw_files(result, spec.name) | card_files(version)
    inner = {} if known.content is None else {KNOWN_FACES_FILE: known.content}
    await blobs.put_all((f"{job.attempt_prefix}{name}", data) for name, data in (files | inner).items())
    described = [*(describe_file(job, name, data) for name, data in files.items()), *sheets.values()]
    inner_files = [describe_file(job, name, data) for name, data in inner.items()]
    return version.model_copy(update={"files": described, "inner_files": inner_files})


def describe_version(
    job: Job,
    spec: TrainingSpec,
    traits: Traits,
    judged: Judged,
    result: TrainResult,
    digest: str,
    known: KnownFacesFile,
    origins: Origins,
) -> ModelVersion:
    """The document, without its files. A guarantee that was measured takes the place of one that is only expected."""
    model, number = result.model, number_of(job, spec)
    measured = {row["attribute"] for row in judged.guarantees}
    return ModelVersion(
        id=ModelVersionRepository.key(spec.model_id, number),
        tenant=job.tenant,
        model_id=spec.model_id,
        name=spec.name,
        version=number,
        digest=digest,
        architecture=model.architecture,
        kind=model.kind,
        resolution=model.size,
        files=[],
        prototypes=[_plain(prototype) for prototype in model.prototypes],
        guarantees=[*judged.guarantees, *(row for row in traits.guarantees if row["attribute"] not in measured)],
        varies=traits.varies,
        combinations=traits.combinations,
        card={
            **make_card(spec, result),
            "sources": origins.sources,
            "generated_images": origins.generated,
            "flags": judged.flags,
            "memorisation": judged.memorisation,
            "near_copies": known.card,
            **_for_selection(judged),
        },
        layers=make_layers(model),
        lineage={
            "training_id": job.id,
            "data": [part.model_dump() for part in spec.data],
            "owners": origins.owners,
            "start_from": origin_of(spec),
            **ancestry_of(spec, model),
            "seed": spec.seed,
            "software": spec.software,
        },
        created_at=now(),
    )


def _for_selection(judged: Judged) -> dict[str, Any]:
    return {"selection": judged.selection} if judged.selection else {}


def number_of(job: Job, spec: TrainingSpec) -> int:
    """1 for a new model; 0 for a further version, which gets its number when it appears: others may end meanwhile."""
    return 1 if spec.model_id == twin_id("mdl", job.id) else 0


def draw_files(result: TrainResult, model_name: str) -> dict[str, bytes]:
    """What a version shows beside the model's own files."""
    from maskeraid_faces.networks.keras_file import to_keras_file  # here, because it loads TensorFlow

    model = result.model
    return {
        "samples.png": draw_sheet(generate(model, model.bank.latents[:FACES_SHOWN]), caption=caption_of(result.steps)),
        **{
            name: draw_curves(result.history, measure, f"{title} of {model_name}")
            for name, (measure, title) in CURVES.items()
        },
        "curves.json": _to_json(curves_data(result.history)),
        "model.keras": to_keras_file(model),
        "metrics.json": _to_json({"stopped": result.stopped, "steps": result.steps, "history": result.history}),
    }


def make_card(spec: TrainingSpec, result: TrainResult) -> dict[str, Any]:
    """What a reader should know before using the model; plain JSON values."""
    model, facts = result.model, dict(result.model.facts)
    judged = [point for point in result.history if "quality" in point and point["step"] == facts["kept_step"]]
    measures = {name: judged[-1][name] for name in FIGURES if name in judged[-1]} if judged else {}
    steps = "1 step" if result.steps == 1 else f"{result.steps:,} steps"
    return {
        "summary": f"{model.architecture}, {model.size} x {model.size} pixels, learned from {facts['images']} "
        f"{'drawn faces' if model.kind == 'drawn' else 'photographs'} in {steps}.",
        "limits": [STATEMENT],
        "images": facts["images"],
        "held_out": facts["held_out"],
        "engines": list(model.engines),
        "engine_c": facts.get("engine_c"),
        "engine_b": facts.get("engine_b"),
        "covering_detector": facts.get("detector"),
        "quality": measures,
        "tells": [
            {"attribute": trait.attribute, "values": list(trait.values), "accuracy": trait.accuracy}
            for trait in model.traits
        ],
        "reasons": [*result.reasons, f"stopped: {result.stopped}"],
        "start_from": origin_of(spec),
        "transfer": facts["start"],
        "warnings": facts["warnings"],
        "settings": facts["settings"],
        "recipe": facts["recipe"],
        "seed": spec.seed,
        "timings": {"training_seconds": round(result.seconds, 1)},
        "software": {"maskeraid": spec.software, **library_versions()},
    }


def origin_of(spec: TrainingSpec) -> dict[str, Any] | None:
    """What a training began with; None when it began afresh."""
    return spec.start_from.model_dump(include=set(ORIGIN), exclude_none=True) if spec.start_from else None


def ancestry_of(spec: TrainingSpec, model: FaceModel) -> dict[str, Any]:
    """What was learned from before; nothing where the training began afresh after all."""
    start = spec.start_from
    if start is None or not has_taken_over(model):
        return {"ancestors": [], "knows_ancestors": True}
    return {"ancestors": [part.model_dump() for part in start.data], "knows_ancestors": start.is_whole}


def make_layers(model: FaceModel) -> dict[str, Any]:
    """The layers of both networks with their true sums (Desentz 2021, Tables 2 and 3). Loads TensorFlow."""
    from maskeraid_faces.networks import dense, eigen
    from maskeraid_faces.networks.build import build_discriminator, build_generator
    from maskeraid_faces.networks.layer_table import layer_table

    if model.architecture == "thesis":
        networks = dense.build_thesis_generator(model.size), dense.build_thesis_discriminator(model.size)
    elif model.architecture == "eigen":
        shape = eigen.EigenShape.of(model.generator)
        networks = eigen.build_eigen_generator(shape), eigen.build_eigen_discriminator(shape)
    else:
        what = model.architecture, model.size, model.widths
        networks = build_generator(*what), build_discriminator(*what)
    tables = zip(("generator", "discriminator"), map(layer_table, networks), strict=True)
    return {name: plain_layers(table) for name, table in tables}


def plain_layers(table: "LayerTable") -> dict[str, Any]:
    """The rows and sums of a network, as plain JSON values."""
    rows = [{"type": row.type, "output": list(row.output_shape), "parameters": row.parameters} for row in table.rows]
    return {"total": table.total, "trainable": table.trainable, "rows": rows}


def describe_file(job: Job, name: str, data: bytes) -> ModelFile:
    return ModelFile(
        name=name,
        key=job.attempt_prefix + name,
        bytes=len(data),
        sha256=sha256_hex(data),
        media_type=MEDIA_TYPES[PurePath(name).suffix],
    )


def _plain(prototype: Prototype) -> dict[str, Any]:
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in vars(prototype).items()}


def library_versions() -> dict[str, str]:
    """Of what decides the weights."""
    import keras
    import tensorflow

    return {library.__name__: library.__version__ for library in (tensorflow, keras, np)}


def _to_json(value: object) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode()

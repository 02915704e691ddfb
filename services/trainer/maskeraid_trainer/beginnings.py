"""What a training begins with, when it does not begin afresh: a model, or a copy of a checkpoint."""

import asyncio

from maskeraid_core.documents.trainings import StartFrom
from maskeraid_core.errors import ArtifactCorrupt, InputGone
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.model_files import ARCHITECTURE_FILE, load_model
from maskeraid_faces.training.settings import Checkpoint
from maskeraid_trainer.checkpoints import BrokenCheckpoint, read_arrays

ARRAYS = ".safetensors"  # of a version's files only these and the description are the model


async def read_beginning(stores: Stores, tenant: str, start: StartFrom) -> FaceModel | Checkpoint:
    """The model or the arrays. Raises: InputGone, ArtifactCorrupt, BadModelFile."""
    if start.model_id is None:
        return await read_copy(stores, start)
    return await _read_model(stores, start.owner or tenant, start.model_id, start.version or 1)


async def read_copy(stores: Stores, start: StartFrom) -> Checkpoint:
    """The arrays of a checkpoint that was copied when the training was ordered."""
    assert start.key
    assert start.sha256
    assert start.spec_digest
    try:
        arrays, _ = await read_arrays(stores.blobs, start.key, start.sha256, start.spec_digest)
    except BrokenCheckpoint as error:
        raise ArtifactCorrupt(f"the checkpoint of step {start.step} cannot be used: {error}") from error
    return arrays


async def _read_model(stores: Stores, owner: str, model_id: str, number: int) -> FaceModel:
    models, versions = ModelRepository(stores.database, owner), ModelVersionRepository(stores.database, owner)
    model, version = await asyncio.gather(models.get(model_id), versions.of_model(model_id, number))
    if model is None or version is None:
        raise InputGone(f"the model {model_id}, version {number}, is gone")
    files = [file for file in version.files if file.name == ARCHITECTURE_FILE or file.name.endswith(ARRAYS)]
    contents = await asyncio.gather(*(stores.blobs.get(file.key, file.sha256) for file in files))
    return load_model({file.name: content for file, content in zip(files, contents, strict=True)})

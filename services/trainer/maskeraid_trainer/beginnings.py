"""What a training begins with, when it does not begin afresh: a model, or a copy of a checkpoint."""

import asyncio

from maskeraid_core.documents.trainings import StartFrom
from maskeraid_core.errors import ArtifactCorrupt, InputGone
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.shares import readable_version
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.model_description import ARCHITECTURE_FILE
from maskeraid_faces.model_files import load_model
from maskeraid_faces.training.settings import Checkpoint
from maskeraid_trainer.checkpoints import BrokenCheckpoint, read_arrays

ARRAYS = ".safetensors"  # of a version's files only these and the description are the model


async def read_beginning(stores: Stores, tenant: str, start: StartFrom) -> FaceModel | Checkpoint:
    """The model or the arrays. Raises: InputGone, ArtifactCorrupt, BadModelFile."""
    if start.model_id is None:
        return await read_copy(stores, start)
    return await _read_model(stores, tenant, start.model_id, start.version or 1)


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


async def _read_model(stores: Stores, tenant: str, model_id: str, number: int) -> FaceModel:
    """By what the tenant may read now: a share that ended after the order has ended."""
    version = await readable_version(stores.database, tenant, model_id, number)
    if version is None:
        raise InputGone(f"the model {model_id}, version {number}, is gone, or not shared any more")
    files = [file for file in version.files if file.name == ARCHITECTURE_FILE or file.name.endswith(ARRAYS)]
    contents = await asyncio.gather(*(stores.blobs.get(file.key, file.sha256) for file in files))
    return load_model({file.name: content for file, content in zip(files, contents, strict=True)})

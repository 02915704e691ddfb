"""Models kept in memory by digest; every file is checked on its way in."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from maskeraid_core.blobs import Blobs
from maskeraid_core.documents.models import ModelFile, ModelVersion
from maskeraid_core.portal import PortalStores
from maskeraid_faces.face_model import FaceModel, array_bytes
from maskeraid_faces.known_faces_file import KNOWN_FACES_FILE, read_known_faces
from maskeraid_faces.model_description import ARCHITECTURE_FILE
from maskeraid_faces.model_files import load_model
from maskeraid_inference.memory import Memory

ARRAYS = ".safetensors"  # of a version's files only these and the description are the model; the others show it

ReadModel = Callable[[ModelVersion], FaceModel]


class LoadedModels:
    """Models by what they are made of."""

    def __init__(self, read: ReadModel, memory: Memory) -> None:
        self._read, self._memory = read, memory

    def get(self, version: ModelVersion) -> FaceModel:
        """The model of this version.

        Raises: InputGone, ArtifactCorrupt, BadModelFile, to all who waited for it; the next caller tries anew.
        """
        return self._memory.get(_key(version), partial(self._read, version), bytes_of)


@dataclass(frozen=True)
class StoredModels:
    """Reads models from the blobs."""

    port: PortalStores

    def read(self, version: ModelVersion) -> FaceModel:
        """Raises: InputGone, ArtifactCorrupt, BadModelFile."""
        files = [file for file in version.files if file.name == ARCHITECTURE_FILE or file.name.endswith(ARRAYS)]
        beside = [file for file in version.inner_files if file.name == KNOWN_FACES_FILE]  # none of earlier releases
        contents = self.port.call(_read_files, self.port.stores.blobs, [*files, *beside])
        known = contents.pop(KNOWN_FACES_FILE, None)
        model = load_model(contents)
        return model if known is None else replace(model, known_faces=read_known_faces(known, model.basis))


async def _read_files(blobs: Blobs, files: Iterable[ModelFile]) -> dict[str, bytes]:
    named = list(files)
    contents = await asyncio.gather(*(blobs.get(file.key, file.sha256) for file in named))
    return {file.name: content for file, content in zip(named, contents, strict=True)}


def _key(version: ModelVersion) -> str:
    """The same weights may come of the same faces under other names, another tenant's even: these must not mix."""
    return " ".join(["model", version.digest, *(file.sha256 for file in version.inner_files)])


def bytes_of(model: FaceModel) -> int:
    """What it takes when all of it is there: its arrays, and the colours of its draws, which its first fill makes."""
    makes_colours = model.architecture == "eigen" and model.palette is not None and "drawn_colours" not in vars(model)
    return array_bytes(model) + (len(model.bank.draws) * model.size**2 if makes_colours else 0)

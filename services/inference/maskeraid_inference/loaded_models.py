"""Models kept in memory by digest, least recently used dropped first; every file is checked on its way in."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np

from maskeraid_core.blobs import Blobs
from maskeraid_core.documents.models import ModelFile, ModelVersion
from maskeraid_core.portal import PortalStores
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.known_faces_file import KNOWN_FACES_FILE, read_known_faces
from maskeraid_faces.model_files import ARCHITECTURE_FILE, load_model

ARRAYS = ".safetensors"  # of a version's files only these and the description are the model; the others show it

ReadModel = Callable[[ModelVersion], FaceModel]


class LoadedModels:
    """A bounded store of models, shared by threads. The newest one stays, however large."""

    def __init__(self, read: ReadModel, *, most: int, most_bytes: int) -> None:
        self._read = read
        self._most, self._most_bytes = most, most_bytes
        self._lock = Lock()
        self._models: OrderedDict[str, Future[FaceModel]] = OrderedDict()  # least recently used first
        self._bytes: dict[str, int] = {}  # of those that are loaded

    def get(self, version: ModelVersion) -> FaceModel:
        """The model of this version; who asks while it is being loaded waits for that one load.

        Raises: InputGone, ArtifactCorrupt, BadModelFile, to all who waited; the next caller tries anew.
        """
        key = _key(version)
        with self._lock:
            is_asked_for = key in self._models
            loading = self._models.setdefault(key, Future())
            self._models.move_to_end(key)
        if not is_asked_for:
            self._load(key, version, loading)
        return loading.result()

    def _load(self, key: str, version: ModelVersion, loading: "Future[FaceModel]") -> None:
        try:
            model = self._read(version)
        except BaseException as error:
            with self._lock:
                del self._models[key]
            loading.set_exception(error)
            return
        with self._lock:
            self._bytes[key] = bytes_of(model)
            self._shed(key)
        loading.set_result(model)

    def _shed(self, newest: str) -> None:
        for key in list(self._models):
            if len(self._bytes) <= self._most and sum(self._bytes.values()) <= self._most_bytes:
                return
            if key != newest and key in self._bytes:
                del self._models[key], self._bytes[key]


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
    return " ".join([version.digest, *(file.sha256 for file in version.inner_files)])


def bytes_of(model: FaceModel) -> int:
    """What its arrays take, and those of the faces that it learned from."""
    of_engine_c = model.conditional.weights.values() if model.conditional else ()
    of_detector = model.detector.weights.values() if model.detector else ()
    of_known = (model.known_faces.coefficients, model.known_faces.owners) if model.known_faces else ()
    arrays = [
        *of_engine_c, *of_detector, *of_known, model.basis.mean, model.basis.components, model.basis.deviations,
        model.ridge.pixel_sigma, model.bank.latents, model.bank.draws, *model.generator.values(),
    ]  # fmt: skip
    return sum(np.asarray(array).nbytes for array in arrays)

"""Models kept in memory by digest, least recently used dropped first; every file is checked on its way in."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock

import numpy as np

from maskeraid_core.blobs import Blobs
from maskeraid_core.documents.models import ModelFile, ModelVersion
from maskeraid_core.portal import PortalStores
from maskeraid_faces.face_model import FaceModel
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
        with self._lock:
            is_asked_for = version.digest in self._models
            loading = self._models.setdefault(version.digest, Future())
            self._models.move_to_end(version.digest)
        if not is_asked_for:
            self._load(version, loading)
        return loading.result()

    def _load(self, version: ModelVersion, loading: "Future[FaceModel]") -> None:
        try:
            model = self._read(version)
        except BaseException as error:
            with self._lock:
                del self._models[version.digest]
            loading.set_exception(error)
            return
        with self._lock:
            self._bytes[version.digest] = _bytes_of(model)
            self._shed(version.digest)
        loading.set_result(model)

    def _shed(self, newest: str) -> None:
        for digest in list(self._models):
            if len(self._bytes) <= self._most and sum(self._bytes.values()) <= self._most_bytes:
                return
            if digest != newest and digest in self._bytes:
                del self._models[digest], self._bytes[digest]


@dataclass(frozen=True)
class StoredModels:
    """Reads models from the blobs."""

    port: PortalStores

    def read(self, version: ModelVersion) -> FaceModel:
        """Raises: InputGone, ArtifactCorrupt, BadModelFile."""
        files = [file for file in version.files if file.name == ARCHITECTURE_FILE or file.name.endswith(ARRAYS)]
        return load_model(self.port.call(_read_files, self.port.stores.blobs, files))


async def _read_files(blobs: Blobs, files: Iterable[ModelFile]) -> dict[str, bytes]:
    named = list(files)
    contents = await asyncio.gather(*(blobs.get(file.key, file.sha256) for file in named))
    return {file.name: content for file, content in zip(named, contents, strict=True)}


def _bytes_of(model: FaceModel) -> int:
    of_engine_c = model.conditional.weights.values() if model.conditional else ()
    of_detector = model.detector.weights.values() if model.detector else ()
    arrays = [
        *of_engine_c, *of_detector, model.basis.mean, model.basis.components, model.basis.deviations,
        model.ridge.pixel_sigma, model.bank.latents, model.bank.draws, *model.generator.values(),
    ]  # fmt: skip
    return sum(np.asarray(array).nbytes for array in arrays)

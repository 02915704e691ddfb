"""Selectors kept in memory by id, beside the models; every file is checked on its way in."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from maskeraid_core.documents.selectors import DESCRIPTION_FILE, WEIGHTS_FILE
from maskeraid_core.errors import InputGone
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.selectors import SelectorRepository
from maskeraid_faces.selection.network import SelectorNetwork
from maskeraid_faces.selection.network_files import load_selector
from maskeraid_inference.memory import Memory

ReadSelector = Callable[[str, str], SelectorNetwork]


class LoadedSelectors:
    """Selectors by tenant and id; of 143 MB each."""

    def __init__(self, read: ReadSelector, memory: Memory) -> None:
        self._read, self._memory = read, memory

    def get(self, tenant: str, selector_id: str) -> SelectorNetwork:
        """A tenant's selector. Raises: InputGone, ArtifactCorrupt, BadModelFile."""
        key = ("selector", tenant, selector_id)
        return self._memory.get(key, partial(self._read, tenant, selector_id), bytes_of)


@dataclass(frozen=True)
class StoredSelectors:
    """Reads selectors from the blobs."""

    port: PortalStores

    def read(self, tenant: str, selector_id: str) -> SelectorNetwork:
        """Raises: InputGone, ArtifactCorrupt, BadModelFile."""
        return load_selector(self.port.call(_read_files, self.port.stores, tenant, selector_id))


def bytes_of(network: SelectorNetwork) -> int:
    """What its weights take."""
    return sum(array.nbytes for array in network.weights.values())


async def _read_files(stores: Stores, tenant: str, selector_id: str) -> dict[str, bytes]:
    selector = await SelectorRepository(stores.database, tenant).get(selector_id)
    files = [file for name in (WEIGHTS_FILE, DESCRIPTION_FILE) if selector and (file := selector.file(name))]
    if len(files) < 2:
        raise InputGone(f"the selector {selector_id} is gone: order the re-imaging again, the current one will do it")
    contents = await asyncio.gather(*(stores.blobs.get(file.key, file.sha256) for file in files))
    return {file.name: content for file, content in zip(files, contents, strict=True)}

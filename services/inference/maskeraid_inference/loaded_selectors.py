"""Selectors kept in memory by id, the least recently used dropped first; every file is checked on its way in."""

import asyncio
from collections import OrderedDict
from threading import Lock

from maskeraid_core.documents.selectors import DESCRIPTION_FILE, WEIGHTS_FILE
from maskeraid_core.errors import InputGone
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.selectors import SelectorRepository
from maskeraid_faces.selection.network import SelectorNetwork
from maskeraid_faces.selection.network_files import load_selector

KEPT = 2  # each takes 143 MB


class LoadedSelectors:
    """A bounded store, shared by threads; one is loaded at a time."""

    def __init__(self, port: PortalStores) -> None:
        self._port = port
        self._lock = Lock()
        self._networks: OrderedDict[tuple[str, str], SelectorNetwork] = OrderedDict()

    def get(self, tenant: str, selector_id: str) -> SelectorNetwork:
        """A tenant's selector. Raises: InputGone, ArtifactCorrupt, BadModelFile."""
        key = (tenant, selector_id)
        with self._lock:
            if key not in self._networks:
                files = self._port.call(_read_files, self._port.stores, tenant, selector_id)
                self._networks[key] = load_selector(files)
            self._networks.move_to_end(key)
            while len(self._networks) > KEPT:
                self._networks.popitem(last=False)
            return self._networks[key]


async def _read_files(stores: Stores, tenant: str, selector_id: str) -> dict[str, bytes]:
    selector = await SelectorRepository(stores.database, tenant).get(selector_id)
    files = [file for name in (WEIGHTS_FILE, DESCRIPTION_FILE) if selector and (file := selector.file(name))]
    if len(files) < 2:
        raise InputGone(f"the selector {selector_id} is gone: order the re-imaging again, the current one will do it")
    contents = await asyncio.gather(*(stores.blobs.get(file.key, file.sha256) for file in files))
    return {file.name: content for file, content in zip(files, contents, strict=True)}

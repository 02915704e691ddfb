"""Notes what pictures a re-imaging has made, so that they are recognised when they come back as training data."""

from collections.abc import Sequence

import numpy as np
import structlog

from maskeraid_core.documents.own_outputs import FilledPart, OwnOutputs
from maskeraid_core.gathering import Gathering
from maskeraid_core.jobs import Job
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.own_outputs import OwnOutputRepository
from maskeraid_core.repositories.repository import now
from maskeraid_faces.images import Image
from maskeraid_faces.measures import digest_of
from maskeraid_faces.own_outputs import describe_output
from maskeraid_inference.photo_answer import Composite

log = structlog.get_logger()


def outputs_of(job: Job, composites: Sequence[Composite], steps: Sequence[Image] = ()) -> OwnOutputs:
    """The entry of a re-imaging whose pictures these are; its steps are told by their pixels alone."""
    outputs = [describe_output(picture, covering) for picture, covering in composites]
    photographs = [(one, one.phash) for one in outputs if one.phash is not None]
    return OwnOutputs(
        id=job.id, tenant=job.tenant,
        digests=list(dict.fromkeys([*(one.digest for one in outputs), *map(digest_of, steps)])),
        hashes=np.array([phash for _, phash in photographs], ">u8").tobytes(),
        parts=[FilledPart(box=one.box, filled=one.filled, look=one.look) for one, _ in photographs],
        created_at=now(),
    )  # fmt: skip


class Register:
    """Enters what several re-imagings have made by one write, while their worker goes on. Lives on its stores' loop."""

    def __init__(self, stores: Stores) -> None:
        self._entries = OwnOutputRepository(stores.database)
        self._gathered = Gathering(self._enter)

    async def add(self, outputs: OwnOutputs) -> None:
        """Return at once: the entry is lost with this process, and an error changes nothing of the re-imaging."""
        self._gathered.add(outputs)

    async def finish(self) -> None:
        """Return when all that was added has been entered."""
        await self._gathered.finish()

    async def _enter(self, outputs: Sequence[OwnOutputs]) -> None:
        """No entry is left of a re-imaging that was deleted meanwhile."""
        try:
            await self._entries.add(*outputs)
            if gone := await self._entries.without_live_job([one.id for one in outputs]):
                await self._entries.delete(gone)
        except Exception as error:
            log.error("what was made is not entered", jobs=[one.id for one in outputs], exc_info=error)

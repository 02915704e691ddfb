"""Notes what pictures a re-imaging has made, so that they are recognised when they come back as training data."""

from collections.abc import Sequence

import numpy as np

from maskeraid_core.documents.own_outputs import FilledPart, OwnOutputs
from maskeraid_core.jobs import Job
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.own_outputs import OwnOutputRepository
from maskeraid_core.repositories.repository import now
from maskeraid_faces.images import Image
from maskeraid_faces.measures import digest_of
from maskeraid_faces.own_outputs import describe_output
from maskeraid_inference.photo_answer import Composite


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


async def register(stores: Stores, outputs: OwnOutputs) -> None:
    """Write the entry; none is left of a re-imaging that was deleted meanwhile."""
    register = OwnOutputRepository(stores.database)
    await register.add(outputs)
    if await JobRepository(stores.database, outputs.tenant).get(outputs.id) is None:
        await register.delete([outputs.id])

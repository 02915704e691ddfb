"""Finding a stored covering that can be used: its map is read."""

from maskeraid_core.documents.coverings import Covering, CoveringFile
from maskeraid_core.errors import JobStateConflict, NotFound
from maskeraid_core.repositories.coverings import CoveringRepository

POINTER = "/covering/covering_id"


async def stored_covering(coverings: CoveringRepository, covering_id: str) -> tuple[Covering, CoveringFile]:
    """What a re-imaging names. Raises: NotFound, JobStateConflict."""
    found = await coverings.get(covering_id)
    if found is None:
        raise NotFound("There is no such covering: it was deleted, or went with its re-imaging.", pointer=POINTER)
    return found, map_of(found, pointer=POINTER)


def map_of(covering: Covering, **place: str) -> CoveringFile:
    """Where its map lies; `place` says where a request names it.

    Raises: JobStateConflict, when it is not read yet, or cannot be.
    """
    if covering.file is not None:
        return covering.file
    detail = "Its map is not read yet: ask again soon, or send it with `Prefer: wait=10`."
    if covering.status.is_terminal:
        why = covering.error.message if covering.error else "its reading was cancelled"
        detail = f"Its map could not be read ({why}): send another."
    raise JobStateConflict(detail, current_status=covering.status.value, allowed_actions=[], **place)

"""What a limited child does with the images of a surveyed archive: makes clean ones of them, and measures them.

A module for `maskeraid_core.confinement`. The archive comes as an open file descriptor, results leave through the pipe.
"""

import time
from collections.abc import Callable, Iterator

from maskeraid_core.confinement import CPU_SECONDS_TO_RETIRE, Header
from maskeraid_core.errors import BadArchive
from maskeraid_curator.archives import Entry, inflate
from maskeraid_curator.survey_child import Reply, bad_archive
from maskeraid_faces.images import LARGEST_SIDE, SIDE_STEP, SMALLEST_SIDE
from maskeraid_faces.sanitising_child import photograph_reply, sanitised_reply
from maskeraid_faces.sanitising_sides import Sides

LARGEST_IMAGE = 25 * 2**20  # bytes as it came
LEARNABLE = Sides(LARGEST_SIDE, SMALLEST_SIDE, SIDE_STEP, is_square=True)


def answer(request: Header, _: bytes) -> Iterator[Reply]:
    """Sanitise some `entries` of `archive`: a reply each, in order; a bad archive is an answer, not a death.

    With `are_photographs` the replies are pixels of any size, in which the parent looks for faces.
    """
    reply = photograph_reply if request["are_photographs"] else _learnable
    try:
        yield from _sanitise(request["archive"], [Entry(*fields) for fields in request["entries"]], reply)
    except BadArchive as error:
        yield bad_archive(error)


def _learnable(data: bytes) -> Reply:
    return sanitised_reply(data, LEARNABLE, is_measured=True)


def _sanitise(archive: int, entries: list[Entry], reply: Callable[[bytes], Reply]) -> Iterator[Reply]:
    """Ends early when this child has used its share of processor time."""
    for entry in entries:
        if time.process_time() > CPU_SECONDS_TO_RETIRE:
            return
        if entry.size > LARGEST_IMAGE:
            yield {"rejected": "too_large", "detail": f"the image has more than {LARGEST_IMAGE // 2**20} MiB"}, b""
        else:
            yield reply(inflate(archive, entry))

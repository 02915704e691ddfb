"""What a limited child does with an archive at first: checks it, reads its manifest. No image is looked at.

A module for `maskeraid_core.confinement`. The archive comes as an open file descriptor, results leave through the pipe.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from maskeraid_core.confinement import Header
from maskeraid_core.errors import BadArchive
from maskeraid_curator.archives import Entry, inflate, read_entries
from maskeraid_curator.manifests import NAMES, read_manifest

CELLS_A_FRAME = 2_000  # of at most 1 kB

Reply = tuple[Header, bytes]


def answer(request: Header, _: bytes) -> Iterator[Reply]:
    """Survey `archive`: its files, then the manifest's name and columns, then its rows. A bad one is an answer."""
    try:
        yield from _survey(request["archive"])
    except BadArchive as error:
        yield bad_archive(error)


def bad_archive(error: BadArchive) -> Reply:
    """How the parent learns what is wrong with the archive."""
    return {"bad_archive": str(error), "reason": error.facts["reason"]}, b""


def _survey(archive: int) -> Iterator[Reply]:
    entries = read_entries(archive)
    manifest_entry = _find_manifest(entries)
    for batch in _batches(entries, CELLS_A_FRAME):
        yield {"entries": batch}, b""
    if manifest_entry is None:
        return
    manifest = read_manifest(manifest_entry.name, inflate(archive, manifest_entry))
    yield {"manifest": manifest_entry.name, "columns": manifest.columns}, b""
    for rows in _batches(manifest.rows, max(1, CELLS_A_FRAME // len(manifest.columns))):
        yield {"rows": rows}, b""


def _batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _find_manifest(entries: list[Entry]) -> Entry | None:
    """The manifest at the top, or in the one folder that was packed."""
    found = [entry for entry in entries if entry.name.rpartition("/")[2].lower() in NAMES]
    depth = min((entry.name.count("/") for entry in found), default=0)
    highest = [entry for entry in found if entry.name.count("/") == depth]
    if len(highest) > 1:
        raise BadArchive(f"two manifests: {highest[0].name!r} and {highest[1].name!r}", reason="manifest")
    return highest[0] if highest else None

"""What an upload brings: its files fetched into open archives, and the rows that they plan. Nothing is stored yet."""

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from anyio import to_thread

from maskeraid_core.blobs import Blobs
from maskeraid_core.documents.datasets import ImportSpec, StoredFile
from maskeraid_core.errors import ArtifactCorrupt, BadArchive, InputGone
from maskeraid_core.portal import PortalStores
from maskeraid_core.repositories.datasets import UploadRepository
from maskeraid_curator.archives import LARGEST_ENTRY, Entry
from maskeraid_curator.manifests import BESIDE, GENERATED_COLUMN, ORIGINAL_COLUMN, OWN_COLUMNS, TRUTH_COLUMNS
from maskeraid_curator.reading import Survey, survey

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")  # what file managers leave in archives


@dataclass(frozen=True)
class PlannedRow:
    """A row as the manifest has it, or as a lone file makes it. Without an entry its file is not there."""

    number: int  # counted over the whole import, from 1
    file: str
    cells: Mapping[str, str]
    archive: int  # its descriptor
    entry: Entry | None
    truths: Mapping[str, Entry | None] = field(default_factory=dict)  # of a covered face, by column
    is_generated: bool = False  # as the manifest has it, of a picture that says nothing of itself any more


@dataclass(frozen=True)
class Plan:
    """All rows of an import, before any image was looked at."""

    rows: list[PlannedRow]
    columns: list[str]  # of all manifests, without `file`
    unlisted: int  # files that no manifest names
    bare: int  # images of archives without a manifest: they have no attributes
    files: dict[int, str] = field(default_factory=dict)  # archives by descriptor, with their names


def plan_upload(port: PortalStores, tenant: str, spec: ImportSpec, scratch: Path | None, opened: ExitStack) -> Plan:
    """Fetch the upload and read its manifests; the archives stay open as long as `opened`.

    Raises: BadArchive, InputGone, ArtifactCorrupt.
    """
    plan = Plan([], [], 0, 0)
    for archive, name in _archives(port, _stored_files(port, tenant, spec), scratch, opened):
        plan = replace(_add(plan, archive, survey(archive)), files={**plan.files, archive: name})
    return plan


def _stored_files(port: PortalStores, tenant: str, spec: ImportSpec) -> list[StoredFile]:
    files = list(spec.files)
    for upload_id in () if files else spec.upload_ids:
        upload = port.call(UploadRepository(port.stores.database, tenant).get, upload_id)
        if upload is None:
            raise InputGone(f"the upload {upload_id} is gone")
        parts = sorted(upload.parts.values(), key=lambda part: part.number)
        keys = [part.key for part in parts]
        files.append(StoredFile(name=upload.file_name, bytes=upload.bytes, sha256=upload.sha256, keys=keys))
    return files


def _archives(
    port: PortalStores, files: Sequence[StoredFile], scratch: Path | None, opened: ExitStack
) -> Iterator[tuple[int, str]]:
    """Descriptor and name of each zip, and of one that we pack from all other files: one path for both."""
    others: list[tuple[StoredFile, BinaryIO]] = []
    for file in files:
        content = _nameless_file(scratch, opened)
        port.call(_fetch, port.stores.blobs, file, content)
        content.seek(0)
        if content.read(4) in ZIP_MAGIC:
            yield content.fileno(), file.name
        elif file.bytes > LARGEST_ENTRY:
            raise BadArchive(f"{file.name!r} is neither a zip archive nor an image", reason="not_a_zip")
        else:
            others.append((file, content))
    if others:
        packed = _nameless_file(scratch, opened)
        _pack(others, packed)
        yield packed.fileno(), others[0][0].name if len(others) == 1 else f"{len(others)} single files"


def _nameless_file(scratch: Path | None, opened: ExitStack) -> BinaryIO:
    """A file that no folder names: after a kill nothing of it is left."""
    return opened.enter_context(tempfile.TemporaryFile(dir=scratch))


async def _fetch(blobs: Blobs, file: StoredFile, into: BinaryIO) -> None:
    digest = hashlib.sha256()
    for key in file.keys:
        async for chunk in blobs.stream(key):
            digest.update(chunk)
            await to_thread.run_sync(into.write, chunk)
    if file.sha256 not in (None, digest.hexdigest()):
        raise ArtifactCorrupt(f"the uploaded file {file.name!r} does not have its digest")


def _pack(files: Sequence[tuple[StoredFile, BinaryIO]], into: BinaryIO) -> None:
    names = [file.name for file, _ in files]
    if len(set(names)) < len(names):
        raise BadArchive("two files have the same name", reason="duplicate_name")
    with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as archive:
        for file, content in files:
            content.seek(0)
            archive.writestr(zipfile.ZipInfo(file.name), content.read())
    into.flush()


def _add(plan: Plan, archive: int, found: Survey) -> Plan:
    """The plan with another archive's rows behind it."""
    images = [entry for entry in found.entries if entry.name != found.manifest_name and not _is_litter(entry.name)]
    start = len(plan.rows) + 1
    if found.manifest is None:
        rows = [PlannedRow(number, entry.name, {}, archive, entry) for number, entry in enumerate(images, start)]
        return Plan(plan.rows + rows, plan.columns, plan.unlisted, plan.bare + len(rows))
    folder = (found.manifest_name or "").rpartition("/")[0]
    entries = {entry.name: entry for entry in images}
    known = {_path(folder, name) for name in BESIDE}  # of what lies in the archive
    rows = []
    for number, (file, *values) in enumerate(found.manifest.rows, start):
        named = {column: value for column, value in zip(found.manifest.columns[1:], values, strict=True) if value}
        entry = entries.get(_path(folder, file or ""))
        names = {column: _path(folder, named[column]) for column in TRUTH_COLUMNS if column in named}
        known |= set(names.values())
        label = named.get(ORIGINAL_COLUMN, file) if entry else file
        cells = {column: value for column, value in named.items() if column not in OWN_COLUMNS}
        truths = {column: entries.get(name) for column, name in names.items()}
        is_generated = named.get(GENERATED_COLUMN, "").lower() == "true"
        rows.append(PlannedRow(number, label or "", cells, archive, entry, truths, is_generated))
    unlisted = len(entries.keys() - known - {row.entry.name for row in rows if row.entry})
    columns = [column for column in found.manifest.columns[1:] if column not in OWN_COLUMNS]
    new_columns = [column for column in columns if column not in plan.columns]
    return Plan(plan.rows + rows, plan.columns + new_columns, plan.unlisted + unlisted, plan.bare)


def _path(folder: str, file: str) -> str:
    """Of a file that a manifest names, in the archive."""
    return (f"{folder}/{file}" if folder else file).replace("/./", "/")


def _is_litter(name: str) -> bool:
    return name.startswith(LITTER) or name.rpartition("/")[2].startswith(("._", *LITTER))

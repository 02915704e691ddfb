"""Datasets, their images, and how these come in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from maskeraid.downloads import download
from maskeraid.objects.api_object import ApiObject
from maskeraid.objects.jobs import Job


class Dataset(ApiObject):
    name: str
    role: str
    latest_version: int = 0
    image_count: int = 0
    attributes: dict[str, Any] = {}
    attestation: dict[str, Any] | None = None
    visibility: str = "private"
    shared_with: list[str] = []
    owner: str | None = None  # the name of the account that shares it; None: it is yours
    licence: str | None = None
    matching: int | None = None


class Upload(ApiObject):
    """A file on its way in, part by part."""

    status: str
    part_bytes: int
    part_count: int
    missing_parts: list[int]


class Image(ApiObject):
    file: str = ""
    width: int = 0
    height: int = 0
    attributes: dict[str, Any] = {}
    suggestions: dict[str, dict[str, Any]] = {}  # `value` and `confidence` by attribute: not confirmed yet
    models: list[dict[str, Any]] = []  # `model_id` and `version` of those that learned from it
    quality: dict[str, Any] | None = None  # `sharpness`, `exposure`, `face_size`, `warnings`
    near_duplicate_of: str | None = None  # the id of another image


class Report(ApiObject):
    """What a dataset's attributes say before a training, with every sentence in plain words."""

    dataset_id: str
    version: int
    sentence: str
    image_count: int = 0
    confounds: list[dict[str, Any]] = []  # of `confounds`: `attributes`, `kind`, `sentence`, `collect`, `link`
    pairs: list[dict[str, Any]] = []
    whole: dict[str, Any] | None = None  # of `coverage`: all attributes together
    warnings: list[dict[str, Any]] = []  # of `quality`: `warning`, `count`, `share`
    worst: list[str] = []  # of `quality`: ids of images


@dataclass(frozen=True)
class ImageSheet:
    """Thumbnails of one page of images as one WebP, row by row."""

    content: bytes
    tile: int  # pixels of a tile's side
    columns: int
    count: int

    def place(self, number: int) -> tuple[int, int]:
        """Left and top of a tile in pixels; they are numbered from 0 in the order of the page."""
        return number % self.columns * self.tile, number // self.columns * self.tile


class ImportRow(ApiObject):
    """What became of one row of an import: `accepted`, `rejected`, `duplicate`, `edited`, …"""

    id: str = ""  # it has none
    row: int
    outcome: str
    file: str | None = None
    image_id: str | None = None
    code: str | None = None
    pointer: str | None = None
    detail: str | None = None


class Import(Job):
    """A change of a dataset; its result counts what was imported and rejected."""

    dataset_id: str = ""
    dry_run: bool = False  # its result has the `schema` that there would be
    rejected_rows: list[dict[str, Any]] = []

    def rows(self, *outcomes: str) -> Iterator[ImportRow]:
        """What became of every row, or those of some outcomes; once it has ended."""
        return self._client.imports.rows(self.id, *outcomes)

    def save_rows(self, file: str | Path, *outcomes: str) -> Path:
        """Write the same as CSV, for a spreadsheet."""
        file = Path(file)
        file.write_bytes(self._client.imports.rows_csv(self.id, *outcomes))
        return file


class Deletion(Job):
    """A person who is erased; `result` is the receipt."""

    subject: str = ""
    dataset_id: str | None = None
    dry_run: bool = False
    impact: dict[str, Any] | None = None  # of a dry run


class Export(Job):
    """Images of a dataset's version as one zip, which the service keeps for some days."""

    dataset_id: str = ""
    version: int = 0
    format: str = ""
    name: str = ""  # of the zip
    expires_at: datetime | None = None

    def save(self, path: str | Path = ".") -> Path:
        """Write the zip into a file, or into a folder that is there; where it lies. Its digest is checked.

        Of any size: it is never held in memory, and a broken connection is continued where it broke.
        """
        path = Path(path)
        file = path / self.name if path.is_dir() else path
        digest = str((self.result or {})["digest"]).removeprefix("sha256:")
        download(self._client, self.urls["content"], file, digest)
        return file

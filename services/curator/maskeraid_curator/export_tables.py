"""The tables of an export: where each image lies and its attributes, as this service and as Hugging Face read them.

`manifest.csv` is what an import takes. Its columns with a dot are no attributes, whose names have none: what the image
was called, whether a trained generator made it, and for a covered face the files of its true covering and of the same
face uncovered.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from maskeraid_core.cells import guard
from maskeraid_core.documents.datasets import Attribute
from maskeraid_core.manifests import PREFIX, attributes_of
from maskeraid_curator.manifests import (
    COVERING_COLUMN,
    FILE_COLUMN,
    GENERATED_COLUMN,
    ORIGINAL_COLUMN,
    TWIN_COLUMN,
)

IMAGES = "images"
GENERATED = "generated"  # what `datasets` calls the column of that

Row = Mapping[str, Any]  # of a manifest
Schema = Mapping[str, Attribute]


class Truth(NamedTuple):
    """A file beside the image of a covered face."""

    kept: str  # the column of a version's manifest that has its digest
    folder: str
    column: str  # of manifest.csv
    feature: str  # what `datasets` calls it

    @property
    def file_name(self) -> str:
        """Its column of metadata.csv: `datasets` makes an image of what ends so."""
        return f"{self.feature}_file_name"


TRUTHS = (
    Truth("covering_sha256", "coverings", COVERING_COLUMN, "covering_map"),
    Truth("twin_sha256", "twins", TWIN_COLUMN, "twin"),
)
TAKEN = frozenset({"image", "images", GENERATED, *(truth.feature for truth in TRUTHS)})  # by `datasets`, or by us


class ExportedFile(NamedTuple):
    """A stored PNG, and its place in the zip."""

    name: str
    sha256: str


def image_file(row: Row) -> ExportedFile:
    """The image itself; its name is its row's number: nobody's words, and none that `datasets` takes for a split."""
    return ExportedFile(f"{IMAGES}/{row['row']:06d}.png", row["sha256"])


def truth_files(row: Row) -> dict[Truth, ExportedFile]:
    """The true covering and the twin of a covered face; none of any other."""
    return {
        truth: ExportedFile(f"{truth.folder}/{row['row']:06d}.png", row[truth.kept])
        for truth in TRUTHS
        if row.get(truth.kept)
    }


def truths_of(rows: pl.DataFrame) -> list[Truth]:
    """What any of the images has beside it."""
    return [truth for truth in TRUTHS if truth.kept in rows.columns and rows[truth.kept].is_not_null().any()]


def generated_in(rows: pl.DataFrame) -> int:
    """How many of the images a trained generator made, or a part of: here no picture says so of itself any more."""
    return int(rows["generated"].sum()) if "generated" in rows.columns else 0


def manifest_table(rows: pl.DataFrame, schema: Schema) -> bytes:
    """`manifest.csv`, of which an import of this service makes the same images and attributes."""
    attributes, truths, is_mixed = attributes_of(rows), truths_of(rows), generated_in(rows) > 0
    mark = [GENERATED_COLUMN] * is_mixed
    header = [FILE_COLUMN, *attributes, ORIGINAL_COLUMN, *mark, *(truth.column for truth in truths)]
    return _csv(
        header,
        (
            [
                image_file(row).name,
                *_cells(row, attributes, schema),
                guard(row["file"]),
                *_mark(row, is_mixed),
                *_names(row, truths),
            ]
            for row in rows.iter_rows(named=True)
        ),
    )


def metadata_table(rows: pl.DataFrame, schema: Schema) -> bytes:
    """`metadata.csv`, from which `datasets.load_dataset("imagefolder")` takes attributes.

    Source: Hugging Face, Create an image dataset, ImageFolder; `*_file_name` since `datasets` 3.
    """
    attributes, truths, is_mixed = attributes_of(rows), truths_of(rows), generated_in(rows) > 0
    mark = [GENERATED] * is_mixed
    header = ["file_name", *feature_names(attributes).values(), *mark, *(truth.file_name for truth in truths)]
    return _csv(
        header,
        (
            [image_file(row).name, *_cells(row, attributes, schema), *_mark(row, is_mixed), *_names(row, truths)]
            for row in rows.iter_rows(named=True)
        ),
    )


def attribute_table(rows: pl.DataFrame, schema: Schema) -> bytes:
    """`attributes.csv`, beside tensors: a line an image, in their order."""
    attributes = attributes_of(rows)
    lines = ([row["id"], *_cells(row, attributes, schema)] for row in rows.iter_rows(named=True))
    return _csv(["id", *attributes], lines)


def feature_names(attributes: Sequence[str]) -> dict[str, str]:
    """What attributes are called in metadata.csv: with `_` behind what `datasets` would take for a file or an image."""
    found: dict[str, str] = {}
    for attribute in attributes:
        name = attribute
        while name in TAKEN or name.endswith(("file_name", "file_names")) or name in found.values():
            name += "_"
        found[attribute] = name
    return found


def _mark(row: Row, is_mixed: bool) -> list[str]:
    return ["true" if row["generated"] else "false"] if is_mixed else []


def _names(row: Row, truths: Sequence[Truth]) -> list[str]:
    files = truth_files(row)
    return [files[truth].name if truth in files else "" for truth in truths]


def _cells(row: Row, attributes: Sequence[str], schema: Schema) -> Iterator[str]:
    for attribute in attributes:
        value = row[PREFIX + attribute] or ""
        is_number = attribute in schema and schema[attribute].type == "number"
        yield value if is_number else guard(value)  # a number is no formula


def _csv(header: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    written = io.StringIO(newline="")
    table = csv.writer(written, lineterminator="\n")
    table.writerow(header)
    table.writerows(lines)
    return written.getvalue().encode()

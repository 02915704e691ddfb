"""An export as a folder of PNGs with its tables: `images/`, and of covered faces `coverings/` and `twins/`."""

from collections.abc import Iterator

import polars as pl

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.manifests import attributes_of
from maskeraid_curator.croissant import (
    Described,
    column_field,
    file_object,
    key_field,
    picture_field,
    picture_set,
    write_croissant,
)
from maskeraid_curator.export_reading import Reader, Row
from maskeraid_curator.export_tables import (
    GENERATED,
    IMAGES,
    ExportedFile,
    feature_names,
    generated_in,
    image_file,
    manifest_table,
    metadata_table,
    truth_files,
    truths_of,
)
from maskeraid_curator.zip_writing import ZipWriter

CROISSANT, MANIFEST, METADATA = "croissant.json", "manifest.csv", "metadata.csv"


def folder_pieces(of: Described, rows: pl.DataFrame, reader: Reader) -> Iterator[bytes]:
    """The zip, piece by piece: what speaks of the images first, then a piece a batch of them."""
    written = ZipWriter()
    metadata = metadata_table(rows, of.version.attributes)
    yield written.file(CROISSANT, describe_folder(of, rows, metadata))
    yield written.file(MANIFEST, manifest_table(rows, of.version.attributes))
    yield written.file(METADATA, metadata)
    for batch, pngs in reader.batches(rows, lambda row: [file.sha256 for file in _files(row)]):
        yield b"".join(written.file(file.name, pngs[file.sha256]) for row in batch for file in _files(row))
    yield written.end()


def entries_of(rows: pl.DataFrame) -> int:
    """How many entries the zip has."""
    return 3 + rows.height + sum(rows.height - rows[truth.kept].null_count() for truth in truths_of(rows))


def _files(row: Row) -> list[ExportedFile]:
    return [image_file(row), *truth_files(row).values()]


def describe_folder(of: Described, rows: pl.DataFrame, metadata: bytes) -> bytes:
    """`croissant.json`: a record an image, with what `metadata.csv` says of it."""
    schema, attributes, truths = of.version.attributes, attributes_of(rows), truths_of(rows)
    distribution = [
        file_object(METADATA, "text/csv", len(metadata), sha256_hex(metadata)),
        picture_set(IMAGES), *(picture_set(truth.folder) for truth in truths),
    ]  # fmt: skip
    fields = [picture_field(IMAGES), key_field(METADATA, "file_name", IMAGES)]
    fields += [
        column_field(METADATA, column, schema[attribute].type if attribute in schema else "text")
        for attribute, column in feature_names(attributes).items()
    ]
    fields += [column_field(METADATA, GENERATED, "bool")] * (generated_in(rows) > 0)
    fields += [column_field(METADATA, truth.file_name) for truth in truths]
    return write_croissant(of, distribution, fields, rows.height, generated_in(rows))

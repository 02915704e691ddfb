"""An export as arrays that NumPy reads: all images in [-1, 1], and their ids; of covered faces the truth too."""

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.lib import format as npy
from numpy.typing import NDArray
from PIL import Image as Pictures

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.manifests import attributes_of
from maskeraid_curator.croissant import Described, Json, column_field, file_object, write_croissant
from maskeraid_curator.export_folder import CROISSANT
from maskeraid_curator.export_reading import Pngs, Reader, Row
from maskeraid_curator.export_tables import attribute_table, generated_in, truths_of
from maskeraid_curator.zip_writing import ZipWriter
from maskeraid_faces.images import to_network

ATTRIBUTES, IDS = "attributes.csv", "ids.npy"
NPY = "application/octet-stream"  # no other is registered


@dataclass(frozen=True)
class Array:
    """An array of the export: its element type and shape, what of a row it is drawn from, and how."""

    name: str
    dtype: np.dtype[np.generic]
    shape: tuple[int, ...]
    digest_of: Callable[[Row], str | None]
    draw: Callable[[bytes | None], NDArray[np.generic]]

    @property
    def head(self) -> bytes:
        """What a `.npy` begins with. Source: NEP 1, version 1.0 of the format."""
        written = io.BytesIO()
        facts = {"descr": npy.dtype_to_descr(self.dtype), "fortran_order": False, "shape": self.shape}
        npy.write_array_header_1_0(written, facts)
        return written.getvalue()

    @property
    def size(self) -> int:
        """Of the `.npy`, in bytes."""
        return len(self.head) + int(np.prod(self.shape)) * self.dtype.itemsize

    def pieces(self, rows: pl.DataFrame, reader: Reader) -> Iterator[bytes]:
        """The `.npy`, a piece a batch of rows."""
        yield self.head
        for batch, pngs in reader.batches(rows, lambda row: filter(None, [self.digest_of(row)])):
            yield b"".join(self._element(row, pngs).tobytes() for row in batch)

    def _element(self, row: Row, pngs: Pngs) -> NDArray[np.generic]:
        digest = self.digest_of(row)
        return self.draw(pngs[digest] if digest else None)


def arrays_of(rows: pl.DataFrame) -> list[Array]:
    """`images.npy` is float32 (n, h, w, 3) in [-1, 1].

    Where any face is covered and its truth is known, `coverings.npy` is bool (n, h, w), True where covered, and
    `twins.npy` are the same faces uncovered; of an image without that, nothing is covered, and it is its own twin.
    """
    size = (rows.height, int(rows["height"][0]), int(rows["width"][0]))
    pictures, floats = (*size, 3), np.dtype("<f4")
    found = [Array("images.npy", floats, pictures, lambda row: row["sha256"], _pixels)]
    kept = {truth.kept for truth in truths_of(rows)}
    if "covering_sha256" in kept:
        nothing = np.zeros(size[1:], np.bool_)
        draw = lambda png: nothing if png is None else _covering(png)  # noqa: E731
        found.append(Array("coverings.npy", np.dtype("|b1"), size, lambda row: row["covering_sha256"], draw))
    if "twin_sha256" in kept:
        found.append(Array("twins.npy", floats, pictures, lambda row: row["twin_sha256"] or row["sha256"], _pixels))
    return found


def tensor_pieces(of: Described, rows: pl.DataFrame, arrays: Sequence[Array], reader: Reader) -> Iterator[bytes]:
    """The zip, piece by piece; what describes it comes last, with the digests of all."""
    written = ZipWriter()
    ids, attributes = _npy_of(np.array(rows["id"].to_list())), attribute_table(rows, of.version.attributes)
    yield written.file(IDS, ids)
    yield written.file(ATTRIBUTES, attributes)
    told = [
        file_object(IDS, NPY, len(ids), sha256_hex(ids)),
        file_object(ATTRIBUTES, "text/csv", len(attributes), sha256_hex(attributes)),
    ]
    for array in arrays:
        digest = hashlib.sha256()
        yield from written.stream(array.name, array.size, _hashed(array.pieces(rows, reader), digest.update))
        told.append(file_object(array.name, NPY, array.size, digest.hexdigest()))
    yield written.file(CROISSANT, _describe(of, rows, told))
    yield written.end()


def _hashed(pieces: Iterator[bytes], update: Callable[[bytes], None]) -> Iterator[bytes]:
    for piece in pieces:
        update(piece)
        yield piece


def _npy_of(array: NDArray[np.generic]) -> bytes:
    written = io.BytesIO()
    npy.write_array(written, array, version=(1, 0), allow_pickle=False)
    return written.getvalue()


def _pixels(png: bytes | None) -> NDArray[np.generic]:
    return to_network(np.asarray(_opened(png or b"").convert("RGB")))


def _covering(png: bytes) -> NDArray[np.generic]:
    return np.asarray(_opened(png).convert("L")) > 0


def _opened(png: bytes) -> Pictures.Image:
    """Of our own making: it needs no child to be read."""
    return Pictures.open(io.BytesIO(png), formats=("PNG",))


def _describe(of: Described, rows: pl.DataFrame, files: Sequence[Json]) -> bytes:
    """A record an image, with its attributes; its place in the arrays is that of its line."""
    schema = of.version.attributes
    fields = [column_field(ATTRIBUTES, "id")]
    fields += [
        column_field(ATTRIBUTES, name, schema[name].type if name in schema else "text") for name in attributes_of(rows)
    ]
    return write_croissant(of, files, fields, rows.height, generated_in(rows))

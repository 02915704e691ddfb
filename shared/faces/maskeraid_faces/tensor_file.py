"""Reads a safetensors file that must hold exactly the arrays we expect; nothing is read before its header is proven."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from maskeraid_faces.errors import BadModelFile

LENGTH_BYTES = 8  # little endian length of the header, then the header, then the arrays
MOST_HEADER_BYTES = 2**20
DTYPES: Mapping[str, np.dtype[Any]] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "I32": np.dtype("<i4"),
    "U8": np.dtype("u1"),
}

Arrays = Mapping[str, NDArray[Any]]
Shapes = Mapping[str, tuple[str, tuple[int, ...]]]  # name: safetensors type, shape


class _Entry(BaseModel):
    """What a header says of one array."""

    model_config = ConfigDict(extra="forbid", strict=True)

    dtype: str
    shape: list[int]
    data_offsets: list[int]


_HEADER = TypeAdapter(dict[str, _Entry])


def read_arrays(name: str, content: bytes, shapes: Shapes) -> dict[str, NDArray[Any]]:
    """The arrays of a safetensors file, as views of its bytes that cannot be written to.

    Raises:
        BadModelFile: names, types, or shapes are not exactly `shapes`; offsets leave gaps, overlap, or do not end with
            the file; a value is not finite.
    """
    header, start = _read_header(name, content)
    if {key: (entry.dtype, tuple(entry.shape)) for key, entry in header.items()} != dict(shapes):
        raise BadModelFile(f"{name} does not hold exactly the arrays of this architecture")
    _check_offsets(name, header, len(content) - start)
    arrays = {key: _view(content, start, entry) for key, entry in header.items()}
    for key, array in arrays.items():
        if not np.isfinite(array).all():
            raise BadModelFile(f"{name}: {key} has values that are not finite")
    return arrays


def read_shapes(name: str, content: bytes) -> dict[str, tuple[str, tuple[int, ...]]]:
    """What a file says that it holds, not proven: for `read_arrays`, where a shape is the file's own to say.

    Raises: BadModelFile, when it is no safetensors file.
    """
    return {key: (entry.dtype, tuple(entry.shape)) for key, entry in _read_header(name, content)[0].items()}


def _read_header(name: str, content: bytes) -> tuple[dict[str, _Entry], int]:
    """The entries, and where the arrays start."""
    length = int.from_bytes(content[:LENGTH_BYTES], "little")
    if len(content) < LENGTH_BYTES or not 2 <= length <= min(MOST_HEADER_BYTES, len(content) - LENGTH_BYTES):
        raise BadModelFile(f"{name} is no safetensors file")
    start = LENGTH_BYTES + length
    try:
        return _HEADER.validate_json(content[LENGTH_BYTES:start]), start
    except ValidationError as error:
        raise BadModelFile(f"{name}: its header is not of the closed form") from error


def _check_offsets(name: str, header: Mapping[str, _Entry], available: int) -> None:
    end = 0
    for entry in sorted(header.values(), key=lambda entry: entry.data_offsets):
        expected = [end, end + math.prod(entry.shape) * DTYPES[entry.dtype].itemsize]
        if entry.data_offsets != expected:
            raise BadModelFile(f"{name}: its arrays do not follow one another")
        end = expected[1]
    if end != available:
        raise BadModelFile(f"{name} does not end where its arrays do")


def _view(content: bytes, start: int, entry: _Entry) -> NDArray[Any]:
    count = math.prod(entry.shape)
    return np.frombuffer(content, DTYPES[entry.dtype], count, start + entry.data_offsets[0]).reshape(entry.shape)

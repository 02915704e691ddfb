"""Drawn faces as rows of an import: our own pixels, which need no child to be read."""

import io
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from maskeraid_core.blobs import image_key, sha256_hex
from maskeraid_core.documents.datasets import Attribute
from maskeraid_curator.rows import Accepted
from maskeraid_faces.drawn import DrawnSet
from maskeraid_faces.measures import measure

Objects = list[tuple[str, bytes]]  # key and bytes


def drawn_schema(drawn: DrawnSet) -> dict[str, Attribute]:
    """Every attribute an enum of the values that the set has."""
    names = dict.fromkeys(name for attributes in drawn.attributes for name in attributes)
    return {
        name: Attribute(type="enum", values=sorted({attributes[name] for attributes in drawn.attributes}))
        for name in names
    }


def drawn_rows(tenant: str, drawn: DrawnSet) -> Iterator[tuple[Accepted, Objects]]:
    """Each face with the objects to store before it counts: its PNG, and the truth of a test face."""
    for index, (image, name, attributes) in enumerate(zip(drawn.images, drawn.names, drawn.attributes, strict=True)):
        files = [_png(image), *_truth(drawn, index)]
        digests = [sha256_hex(file) for file in files]
        covering, twin = digests[1:] or (None, None)
        height, width = image.shape[:2]
        grey = bool((image == image[..., :1]).all())
        row = Accepted(
            index + 1,
            name,
            dict(attributes),
            digests[0],
            len(files[0]),
            width,
            height,
            grey,
            covering,
            twin,
            measure(image),
        )
        yield row, [(image_key(tenant, digest), file) for digest, file in zip(digests, files, strict=True)]


def _truth(drawn: DrawnSet, index: int) -> Sequence[bytes]:
    if drawn.truth is None:
        return ()
    white_where_covered = drawn.truth.coverings[index].astype(np.uint8) * np.uint8(255)
    return _png(white_where_covered), _png(drawn.truth.twins[index])


def _png(pixels: NDArray[np.uint8]) -> bytes:
    return _packed(pixels.shape, pixels.tobytes())


@lru_cache(maxsize=1024)  # test faces differ mostly under their coverings, and share these and their twins
def _packed(shape: tuple[int, ...], pixels: bytes) -> bytes:
    packed = io.BytesIO()
    Image.fromarray(np.frombuffer(pixels, np.uint8).reshape(shape)).save(packed, "PNG")
    return packed.getvalue()

"""The faces that a model learned from as a file, and back: some coefficients of each, and which image it is.

The file is no part of the model: it is not among what a version's readers may fetch, and not in its digest.
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.face_model import Basis, FaceModel, Floats, KnownFaces
from maskeraid_faces.filling.traits import coefficients
from maskeraid_faces.image_rows import ManyImages, choose, parts_of
from maskeraid_faces.tensor_file import read_arrays, read_shapes

KNOWN_FACES_FILE = "known-faces.safetensors"
MOST_COMPONENTS = 256  # of each face, half a kilobyte
MOST_FACES = 20_000  # of more a sample is kept, about 10 MB


def write_known_faces(
    images: ManyImages,
    ids: Sequence[str],
    owners: Sequence[str] | None,
    model: FaceModel,
    *,
    is_mirrored: bool,
    seed: int,
) -> bytes:
    """The file of a model's training faces.

    Args:
        images: uint8 (n, size, size, 3), those that it learned from.
        ids: of each image, ASCII.
        owners: whom each shows; None: each another one.
        model: what it learned to draw them with.
        is_mirrored: whether it learned from their reflections too.
        seed: of the choice among more than 20,000.
    """
    rows = np.sort(np.random.default_rng(seed).permutation(len(images))[:MOST_FACES])
    number = min(MOST_COMPONENTS, len(model.basis.components))
    some = choose(images, rows)
    found = np.concatenate([coefficients(model, some[part], number) for part in parts_of(some)])
    names = np.array([ids[row] for row in rows], np.bytes_)
    whose = rows if owners is None else np.unique(np.asarray(owners)[rows], return_inverse=True)[1]
    return save(
        {
            "coefficients": found.astype(np.float16),
            "ids": np.ascontiguousarray(names).view(np.uint8).reshape(len(rows), -1),
            "owners": whose.astype(np.int32),
            "total": np.array([len(images)], np.int32),
            "is_mirrored": np.array([is_mirrored], np.uint8),
        }
    )


def read_known_faces(content: bytes, basis: Basis) -> KnownFaces:
    """Read the file that belongs to a model of this basis. Raises: BadModelFile."""
    arrays = read_arrays(KNOWN_FACES_FILE, content, _expected(content, basis))
    found, owners = arrays["coefficients"].astype(np.float32), arrays["owners"]
    if arrays["is_mirrored"].any():
        found = np.concatenate([found, found @ _mirror(basis, found.shape[1])])
        owners = np.concatenate([owners, owners])
    ids = tuple(map(_id_of, arrays["ids"]))
    return KnownFaces(found, owners, ids, int(arrays["total"][0]))


def without_faces(content: bytes, ids: Collection[str]) -> bytes | None:
    """The file without the faces of some images, the same bytes when it has none of them; None when no face is left.

    Raises: BadModelFile.
    """
    arrays = read_arrays(KNOWN_FACES_FILE, content, read_shapes(KNOWN_FACES_FILE, content))
    kept = np.array([_id_of(row) not in ids for row in arrays["ids"]])
    if kept.all():
        return content
    if not kept.any():
        return None
    of_faces = {name: np.ascontiguousarray(arrays[name][kept]) for name in ("coefficients", "ids", "owners")}
    return save({**arrays, **of_faces})


def _id_of(row: NDArray[np.uint8]) -> str:
    return bytes(row).rstrip(b"\0").decode("ascii", "replace")


def _expected(content: bytes, basis: Basis) -> dict[str, tuple[str, tuple[int, ...]]]:
    """What the file must hold: the number of faces is its own to say, up to 20,000."""
    faces, number = (*read_shapes(KNOWN_FACES_FILE, content).get("coefficients", ("", ()))[1], 0, 0)[:2]
    width = (*read_shapes(KNOWN_FACES_FILE, content).get("ids", ("", ()))[1], 0, 0)[1]
    if not (1 <= faces <= MOST_FACES and 1 <= number <= min(MOST_COMPONENTS, len(basis.components)) and width <= 256):
        raise BadModelFile(f"{KNOWN_FACES_FILE} is of another model")
    return {
        "coefficients": ("F16", (faces, number)), "ids": ("U8", (faces, width)), "owners": ("I32", (faces,)),
        "total": ("I32", (1,)), "is_mirrored": ("U8", (1,)),
    }  # fmt: skip


def _mirror(basis: Basis, number: int) -> Floats:
    """The matrix (q, q) that makes the coefficients of a reflection of those of a face, mean and all left apart.

    The basis has seen the reflections too, so its mean is its own reflection.
    """
    side = round((basis.mean.size // 3) ** 0.5)
    components = basis.components[:number]
    reflected = components.reshape(number, side, side, 3)[:, :, ::-1].reshape(number, -1)
    return np.asarray(reflected @ components.T / np.square(basis.deviations[:number]), np.float32)

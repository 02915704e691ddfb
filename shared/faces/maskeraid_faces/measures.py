"""What is measured of each image at import: how sharp, how bright, how large it is, and two short forms of its look.

Only NumPy: it runs in the limited child, 0.15 ms for an image of 64 pixels a side. The limits are those of
docs/science.md, "Photographs in which features cannot be seen".
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.images import Floats, Image

SMALLEST_FACE = 48  # pixels: shrunk to 32, a photograph shows eyes of six pixels (Desentz 2021, figure 2)
LEAST_SHARPNESS = 8.0
DARKEST, BRIGHTEST = 70, 215  # of 255: that 95 of 100 pixels stay below, that 60 of 100 lie above
LEAST_CONTRAST = 32  # of 255, between the darkest and the brightest twentieth
MOST_COLOURS_DRAWN = 64  # more are a photograph's, as in training
MOST_PIXELS_COUNTED = 1024  # spread over the image
LOOK_SIDE = 8
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
FREQUENCIES = 12
WARNINGS = {
    "face_too_small": f"the face is smaller than {SMALLEST_FACE} pixels: eyes, nose, and mouth are a few pixels each",
    "blurred": "the picture is blurred, or was enlarged: there is less in it than its size promises",
    "too_dark": "nearly all of the picture is dark",
    "too_bright": "most of the picture is nearly white",
    "flat": "the picture has hardly any contrast",
}  # what can be wrong, in the order in which it is told


@dataclass(frozen=True)
class Measures:
    """What one image is like."""

    sharpness: float  # 0 and up; photographs of faces have 9 to 25, what is blurred less than 8
    exposure: float  # 0 to 1, mean luma
    face_size: int  # side of the face in pixels
    warnings: tuple[str, ...]
    look: bytes  # 8 x 8 x 3 uint8, area means
    phash: int | None  # 64 bits; None for drawn pictures, which differ by fewer pixels than such a hash sees
    digest: bytes  # SHA-256 of the size and the pixels
    box: str | None = None  # of a face that was cut out: `left,top,right,bottom` in the photograph

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        said = {"look": self.look.hex(), "digest": self.digest.hex()}
        return {**vars(self), **said}  # `asdict` copies each value, which takes six times as long

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> "Measures":
        packed = {name: bytes.fromhex(said[name]) for name in ("look", "digest")}
        return cls(**{**said, **packed, "warnings": tuple(said["warnings"])})


def measure(image: Image, face_size: int | None = None, box: str | None = None) -> Measures:
    """Measure an image uint8 (side, side, 3) whose side is a multiple of 8.

    Args:
        face_size: side in pixels of the face in the photograph that it was cut out of; the image's own when absent.
        box: where it was there.
    """
    luma = image @ LUMA
    size = face_size or image.shape[0]
    is_drawn = has_few_colours(image)
    sharpness = _sharpness(luma)
    return Measures(
        sharpness=round(sharpness, 2),
        exposure=round(float(luma.mean()) / 255, 4),
        face_size=size,
        warnings=tuple(_warnings(luma, size, sharpness, is_drawn=is_drawn)),
        look=_look(image).tobytes(),
        phash=None if is_drawn else _phash(luma),
        digest=digest_of(image),
        box=box,
    )


def _warnings(luma: Floats, size: int, sharpness: float, *, is_drawn: bool) -> list[str]:
    """Drawn faces are made for few pixels and hard rims: their size and sharpness say nothing."""
    levels = np.bincount(luma.astype(np.uint8).ravel(), minlength=256).cumsum() / luma.size
    low, middle, high = np.searchsorted(levels, (0.05, 0.4, 0.95)).tolist()
    holds = {
        "face_too_small": size < SMALLEST_FACE and not is_drawn,
        "blurred": sharpness < LEAST_SHARPNESS and not is_drawn,
        "too_dark": high < DARKEST,
        "too_bright": middle > BRIGHTEST,
        "flat": high - low < LEAST_CONTRAST,
    }
    return [code for code in WARNINGS if holds[code]]


def _sharpness(luma: Floats) -> float:
    """Ten times the root mean square of the second differences over that of the first ones.

    So contrast does not count, and neither does what the picture shows: blurring takes from the second differences
    first. Noise adds to them, and hides blur.
    """
    inner = luma[1:-1, 1:-1]
    second = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * inner
    across, down = (luma[1:-1, 2:] - luma[1:-1, :-2]) / 2, (luma[2:, 1:-1] - luma[:-2, 1:-1]) / 2
    slopes = float(np.vdot(across, across) + np.vdot(down, down))
    return 10 * float(np.sqrt(np.vdot(second, second) / max(slopes, 1.0)))


def digest_of(image: Image) -> bytes:
    """SHA-256 of the size and the pixels of an image uint8 (height, width, 3): whatever file holds them."""
    height, width = image.shape[:2]
    digest = hashlib.sha256(f"{width}x{height}:".encode())
    digest.update(np.ascontiguousarray(image).data)
    return digest.digest()


def has_few_colours(image: Image) -> bool:
    """Whether an image is drawn, and no photograph."""
    step = max(1, int(np.ceil(np.sqrt(image.shape[0] * image.shape[1] / MOST_PIXELS_COUNTED))))
    some = image[::step, ::step].astype(np.uint32)
    colours = (some[..., 0] << 16 | some[..., 1] << 8 | some[..., 2]).ravel()
    colours.sort()  # np.unique takes seven times as long
    return bool(1 + np.count_nonzero(colours[1:] != colours[:-1]) <= MOST_COLOURS_DRAWN)


def _look(image: Image) -> NDArray[np.uint8]:
    """The means of 8 x 8 areas, uint8 (8, 8, 3)."""
    height, width = image.shape[:2]
    rows = _areas(height) @ image.astype(np.float32).reshape(height, -1)
    return np.rint(_areas(width) @ rows.reshape(LOOK_SIDE, width, 3)).astype(np.uint8)


@cache
def _areas(length: int) -> Floats:
    """What takes a line of pixels to the means of 8 equal parts: (8, length)."""
    part = length // LOOK_SIDE
    return np.kron(np.eye(LOOK_SIDE), np.full((1, part), 1 / part)).astype(np.float32)


def phash(image: Image) -> int:
    """The hash of an image uint8 (height, width, 3) of any size, drawn or not."""
    return _phash(image @ LUMA)


def _phash(luma: Floats) -> int:
    """The signs of the 64 lowest frequencies of the discrete cosine transform, without the mean.

    Source: Zauner 2010, "Implementation and benchmarking of perceptual image hash functions", 3.2.1; ours takes signs.
    """
    down, across = (_cosines(length) for length in luma.shape)
    places = _lowest_frequencies()
    return int.from_bytes(np.packbits((down @ luma @ across.T)[places] > 0).tobytes(), "big")


@cache
def _cosines(length: int) -> Floats:
    places = (2 * np.arange(length) + 1) * np.pi / (2 * length)
    return np.cos(np.arange(FREQUENCIES)[:, None] * places).astype(np.float32)


@cache
def _lowest_frequencies() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    rows, columns = np.indices((FREQUENCIES, FREQUENCIES)).reshape(2, -1)
    order = np.lexsort((rows, rows + columns))[1:65]
    return rows[order], columns[order]

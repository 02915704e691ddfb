"""The digest of a picture's visible pixels, as `maskeraid_faces.blending.composite` defines it, made without NumPy."""

import hashlib
import re
import struct

from maskeraid_api.bundles.own_png import NotOurs, Pixels

_VISIBLE = re.compile(rb"\x00+")
_BITS = bytes.maketrans(b"\x00\xff", b"01")


def visible_sha256(picture: Pixels, covering: Pixels) -> str:
    """SHA-256 in hex of the size, the covering as bits, and the RGB of the pixels outside it. Raises: NotOurs."""
    if covering.channels != 1 or covering.data.translate(None, b"\x00\xff"):
        raise NotOurs("the covering is not black and white")
    if picture[:2] != covering[:2]:
        raise NotOurs(f"it has {picture.width} x {picture.height} pixels, the covering others")
    digest = hashlib.sha256(struct.pack(">2I", covering.height, covering.width))
    bits = covering.data.translate(_BITS)
    bits += b"0" * (-len(bits) % 8)
    digest.update(int(bits, 2).to_bytes(len(bits) // 8, "big"))
    pixels = memoryview(picture.as_rgb())
    for run in _VISIBLE.finditer(covering.data):
        digest.update(pixels[3 * run.start() : 3 * run.end()])
    return digest.hexdigest()

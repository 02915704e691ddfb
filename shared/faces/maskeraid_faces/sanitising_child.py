"""What a limited child does with one image of a stranger: the module for `maskeraid_core.confinement`."""

from collections.abc import Iterator
from typing import Any

from maskeraid_faces.errors import BadImage
from maskeraid_faces.measures import measure
from maskeraid_faces.sanitising import clean_pixels, sanitise, says_generated
from maskeraid_faces.sanitising_sides import Sides

CODES = dict.fromkeys(("too_many_bytes", "too_many_pixels", "side_too_long"), "too_large") | {
    "too_small": "too_small", "resolution": "resolution_not_supported",
}  # fmt: skip


def answer(request: dict[str, Any], data: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Sanitise the image `data`, whose size is to be one of `sides`; its RGB values follow the files."""
    yield sanitised_reply(data, Sides(**request["sides"]), with_pixels=True)


def sanitised_reply(
    data: bytes, sides: Sides, *, with_pixels: bool = False, is_measured: bool = False
) -> tuple[dict[str, Any], bytes]:
    """Facts of the sanitised image, and PNG, thumbnail, and pixels one behind the other; or why it was rejected."""
    try:
        image = sanitise(data, sides)
    except (BadImage, MemoryError) as error:
        return _rejection(error), b""
    thumbnail = image.thumbnail or b""
    pixels = image.pixels.tobytes() if with_pixels else b""
    facts: dict[str, Any] = {"width": image.width, "height": image.height, "grey": image.grey}
    if is_measured:
        facts["says_generated"] = says_generated(data)
        facts["measures"] = measure(image.pixels).to_dict()
    return {**facts, "png": len(image.png), "thumbnail": len(thumbnail)}, image.png + thumbnail + pixels


def photograph_reply(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Facts and pixels of a photograph of any size within the general limits, which are all that is kept of it."""
    try:
        pixels = clean_pixels(data)
    except (BadImage, MemoryError) as error:
        return _rejection(error), b""
    height, width = pixels.shape[:2]
    facts = {"width": width, "height": height, "grey": False, "says_generated": says_generated(data)}
    return {**facts, "png": 0, "thumbnail": 0}, pixels.tobytes()


def _rejection(error: BadImage | MemoryError) -> dict[str, Any]:
    if isinstance(error, MemoryError):
        return {"rejected": "too_large", "detail": "the image needs more memory than one image may take"}
    return {"rejected": CODES.get(str(error.facts["reason"]), "unreadable_image"), "detail": str(error)}

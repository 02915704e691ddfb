"""What a limited child does with one image of a stranger: the module for `maskeraid_core.confinement`."""

from collections.abc import Iterator
from typing import Any

from maskeraid_faces.errors import BadImage
from maskeraid_faces.sanitising import sanitise

TOO_LARGE = ("too_many_bytes", "too_many_pixels", "side_too_long")


def answer(request: dict[str, Any], data: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Sanitise the image `data`; with `pixels` in the request, its RGB values follow the files."""
    yield sanitised_reply(data, with_pixels=request.get("pixels") is True)


def sanitised_reply(data: bytes, *, with_pixels: bool = False) -> tuple[dict[str, Any], bytes]:
    """Facts of the sanitised image, and PNG, thumbnail, and pixels one behind the other; or why it was rejected."""
    try:
        image = sanitise(data)
    except BadImage as error:
        code = "too_large" if error.facts["reason"] in TOO_LARGE else "unreadable_image"
        return {"rejected": code, "detail": str(error)}, b""
    except MemoryError:
        return {"rejected": "too_large", "detail": "the image needs more memory than one image may take"}, b""
    thumbnail = image.thumbnail or b""
    pixels = image.pixels.tobytes() if with_pixels else b""
    facts = {"width": image.width, "height": image.height, "grey": image.grey}
    return {**facts, "png": len(image.png), "thumbnail": len(thumbnail)}, image.png + thumbnail + pixels

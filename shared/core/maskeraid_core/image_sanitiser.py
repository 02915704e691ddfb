"""Has single images of strangers sanitised by a limited child, and takes its replies apart. No image is parsed here."""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from maskeraid_core.confinement import Header
from maskeraid_core.limited_child import ChildDied, LimitedChild

IMAGE_SECONDS = 10.0  # of processor time, an image


class ImageRejected(Exception):
    """A sanitising child refused an image; `code` and the message are for the user."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.facts: dict[str, object] = {}  # as every error has that a job may end with


@dataclass(frozen=True, slots=True)
class SanitisedPicture:
    """One image as a sanitising child sent it: nothing of the original bytes is left.

    `pixels` are uint8 RGB, row by row (height x width x 3 bytes); `png` the same pixels; `sha256` that of `png`;
    `measures` what the child measured of them, as plain values, where it was asked to.
    """

    pixels: bytes
    png: bytes
    thumbnail: bytes | None  # WebP
    sha256: str
    width: int
    height: int
    grey: bool
    measures: Mapping[str, Any] | None = None
    says_generated: bool = False  # what came said of itself that a trained generator made it, or a part of it
    made_here: bool = False  # it is a result of this service, by what the curator knows of them


class ImageSanitiser:
    """Keeps one limited child ready to sanitise single images; a dead one is replaced. Threads take turns."""

    def __init__(self, module: str = "maskeraid_faces.sanitising_child") -> None:
        self._module = module
        self._turn = threading.Lock()
        self._child: LimitedChild | None = None

    def sanitise(self, data: bytes, sides: Mapping[str, int]) -> SanitisedPicture:
        """Check and re-encode one image of a stranger; one whose header tells other `sides` is not decoded.

        Raises: ImageRejected, also with the code `unreadable_image` when the child died of it or needed over 10 s.
            ChildDied, when none comes up, which is no fault of the image.
        """
        with self._turn:
            child = self._ready()
            try:
                ((reply, body),) = child.ask({"sides": dict(sides)}, data, seconds=IMAGE_SECONDS)
            except ChildDied as death:
                raise ImageRejected("unreadable_image", "the image could not be read within the limits") from death
        return read_sanitised(reply, body)

    def _ready(self) -> LimitedChild:
        if self._child is None or not self._child.is_fresh:
            self.close()
            self._child = LimitedChild(self._module)
        return self._child

    def close(self) -> None:
        """End the child; the next image starts a new one."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def __enter__(self) -> Self:
        with self._turn:
            self._ready()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def read_sanitised(reply: Header, body: bytes) -> SanitisedPicture:
    """A child's reply to one image, taken apart; ImageRejected when it says so."""
    if "rejected" in reply:
        raise ImageRejected(str(reply["rejected"]), str(reply["detail"]))
    png_size, thumbnail_size = int(reply["png"]), int(reply["thumbnail"])
    png_end = png_size + thumbnail_size
    return SanitisedPicture(
        pixels=body[png_end:],
        png=body[:png_size],
        thumbnail=body[png_size:png_end] or None,
        sha256=hashlib.sha256(body[:png_size]).hexdigest(),
        width=int(reply["width"]),
        height=int(reply["height"]),
        grey=reply["grey"] is True,
        measures=reply.get("measures"),
        says_generated=reply.get("says_generated") is True,
    )

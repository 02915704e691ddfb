"""Which sizes of a stranger's image are wanted: told by the header, before any pixel is decoded."""

from dataclasses import dataclass

from maskeraid_faces.errors import BadImage


@dataclass(frozen=True)
class Sides:
    """The width and height that an image may have, in pixels. A tiny file can hold very many."""

    largest: int
    smallest: int = 1
    step: int = 1  # every side is a multiple of it
    is_square: bool = False

    def check(self, width: int, height: int) -> None:
        """Raise BadImage, `facts["reason"]` too_small or resolution, unless an image of this size is wanted."""
        found = f"{width} x {height} pixels"
        if min(width, height) < self.smallest:
            raise BadImage(f"{found}; a side needs at least {self.smallest}", reason="too_small")
        is_oblong = self.is_square and width != height
        if is_oblong or max(width, height) > self.largest or width % self.step or height % self.step:
            raise BadImage(f"{found}: {self._remedy}", reason="resolution")

    @property
    def _remedy(self) -> str:
        shape = "crop it to a square" if self.is_square else "make its sides"
        steps = f", in steps of {self.step}" if self.step > 1 else ""
        return f"{shape} of {self.smallest} to {self.largest} pixels{steps}"

"""Packs the pictures of a result as PNG and says in XMP what they are; that touches no pixel."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from maskeraid_core.marks import SourceType, xmp_packet
from maskeraid_faces.png import encode_png


@dataclass(frozen=True)
class Mark:
    """What every picture of a result says of itself."""

    model_digest: str
    job_id: str
    software: str

    @cached_property
    def xmp(self) -> str:
        """The XMP packet of a picture with something generated in it."""
        return self._packet(SourceType.COMPOSITE)

    @cached_property
    def xmp_of_facts(self) -> str:
        """That of a picture without: a covering, or the input's own pixels."""
        return self._packet(None)

    def _packet(self, source: SourceType | None) -> str:
        return xmp_packet(self.software, source, {"ModelDigest": self.model_digest, "JobId": self.job_id})

    def to_png(self, pixels: NDArray[np.uint8], *, is_generated: bool = True) -> bytes:
        """A marked PNG of pixels (H, W, 3) RGB or (H, W) grey, uint8; whether anything in it was generated."""
        return encode_png(pixels, has_repeats=True, xmp=self.xmp if is_generated else self.xmp_of_facts)

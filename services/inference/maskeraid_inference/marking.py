"""Packs the pictures of a result as PNG and marks them as synthetic by XMP; the mark touches no pixel."""

from dataclasses import dataclass
from functools import cached_property
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.png import encode_png

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


@dataclass(frozen=True)
class Mark:
    """What every picture of a result says of itself. Source: IPTC Digital Source Type; XMP, part 3 (PNG)."""

    model_digest: str
    job_id: str
    software: str

    @cached_property
    def xmp(self) -> str:
        """The XMP packet; nothing in it is about a person."""
        attributes = {
            "Iptc4xmpExt:DigitalSourceType": SOURCE_TYPE,
            "xmp:CreatorTool": f"MASKERAID {self.software}",
            "maskeraid:ModelDigest": self.model_digest,
            "maskeraid:JobId": self.job_id,
        }
        said = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
        return (
            '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
            '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
            ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
            ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:maskeraid="urn:maskeraid:provenance" '
            f"{said}/></rdf:RDF></x:xmpmeta>"
            '<?xpacket end="r"?>'
        )

    def to_png(self, pixels: NDArray[np.uint8]) -> bytes:
        """A marked PNG of pixels (H, W, 3) RGB or (H, W) grey, uint8."""
        return encode_png(pixels, has_repeats=True, xmp=self.xmp)

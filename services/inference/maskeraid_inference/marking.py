"""Packs the pictures of a result as PNG and says in XMP what they are; that touches no pixel."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from maskeraid_core.documents.reimagings import STATEMENT
from maskeraid_faces.png import encode_png

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


@dataclass(frozen=True)
class Mark:
    """What every picture of a result says of itself.

    Source: IPTC Digital Source Type; XMP, part 1 (a description is a language alternative), part 3 (PNG).
    """

    model_digest: str
    job_id: str
    software: str

    @cached_property
    def xmp(self) -> str:
        """The XMP packet of a picture with something generated in it; nothing in it is about a person."""
        return self._packet({"Iptc4xmpExt:DigitalSourceType": SOURCE_TYPE})

    @cached_property
    def xmp_of_facts(self) -> str:
        """That of a picture without: a covering, or the input's own pixels."""
        return self._packet({})

    def _packet(self, more: Mapping[str, str]) -> str:
        attributes = {
            **more,
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
            ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:maskeraid="urn:maskeraid:provenance"'
            f' xmlns:dc="http://purl.org/dc/elements/1.1/" {said}>'
            f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(STATEMENT)}</rdf:li></rdf:Alt>'
            "</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"
            '<?xpacket end="r"?>'
        )

    def to_png(self, pixels: NDArray[np.uint8], *, is_generated: bool = True) -> bytes:
        """A marked PNG of pixels (H, W, 3) RGB or (H, W) grey, uint8; whether anything in it was generated."""
        return encode_png(pixels, has_repeats=True, xmp=self.xmp if is_generated else self.xmp_of_facts)

"""What a picture says of itself in XMP: that something in it was generated, what made it, and that it is no evidence.

Source: IPTC, NewsCodes, Digital Source Type; XMP, part 1 (a description is a language alternative).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from xml.sax.saxutils import escape, quoteattr

from maskeraid_core.documents.reimagings import STATEMENT

XMP_IN_PNG = "XML:com.adobe.xmp"  # the keyword of its chunk; XMP, part 3, section 1.1.5
NOTHING: Mapping[str, str] = MappingProxyType({})


class SourceType(StrEnum):
    """How a picture came about, as far as something in it was generated."""

    GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"  # all of it
    COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"  # a part of it


def xmp_packet(software: str, source: SourceType | None, facts: Mapping[str, str] = NOTHING) -> str:
    """The packet of a picture; nothing in it is about a person.

    Args:
        software: the version that made it.
        source: None where nothing in it was generated.
        facts: of ours, by name, such as `ModelDigest`.
    """
    attributes = {
        **({"Iptc4xmpExt:DigitalSourceType": source.value} if source else {}),
        "xmp:CreatorTool": f"MASKERAID {software}",
        **{f"maskeraid:{name}": value for name, value in facts.items()},
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

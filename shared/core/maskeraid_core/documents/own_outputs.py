"""What pictures a re-imaging has made, as short as they can be recognised by when they come back as training data."""

from datetime import datetime

from pydantic import Field

from maskeraid_core.documents.document import Document, Part


class FilledPart(Part):
    """Where a picture was filled, and how that looks; `maskeraid_faces.own_outputs.Output` says what each is."""

    box: tuple[float, float, float, float]
    filled: bytes
    look: bytes


class OwnOutputs(Document):
    """The pictures of one re-imaging; `_id` is the job's."""

    tenant: str
    digests: list[bytes]  # of each picture
    hashes: bytes = b""  # 8 bytes, big-endian, of each photograph; of drawn pictures none
    parts: list[FilledPart] = Field(default_factory=list)  # one a hash
    created_at: datetime

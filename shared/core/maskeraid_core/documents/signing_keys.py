"""The key with which this installation signs what it hands out."""

from datetime import datetime

from pydantic import Field

from maskeraid_core.documents.document import Document

OWN_KEY = "own"


class SigningKey(Document):
    """An Ed25519 key; `_id` is OWN_KEY, for there is one. `key_id` is made of the public half and names it for ever."""

    key_id: str
    public_key: str  # 32 bytes in base64
    private_key: str = Field(repr=False)  # signsec_…, 32 bytes in base64; never shown
    created_at: datetime

"""Browsers that have signed in, and the links that sign one in."""

from datetime import datetime

from maskeraid_core.documents.document import Document


class Session(Document):
    """A browser that has signed in. Of its token only a hash is kept, as of a key's secret."""

    tenant: str
    token_sha256: str
    key: str | None = None  # public id of the key that it began with, and ends with; None: a link, for everything
    created_at: datetime
    used_at: datetime
    expires_at: datetime


class LoginLink(Document):
    """Signs a browser in, once, for everything; `_id` is the hash of its token."""

    tenant: str
    expires_at: datetime

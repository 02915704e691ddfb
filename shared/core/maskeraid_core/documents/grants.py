"""Grants: what of one tenant another may use; and adoptions: what a reader makes of that."""

from datetime import datetime

from maskeraid_core.documents.document import Document, Part

EVERYONE = "*"


class Grant(Part):
    """To whom an object is open, and how far. It lies in the object's document: one update shares or revokes.

    Who may read may look at cards and pictures and try the model; nobody but the owner changes anything.
    """

    reader: str  # a tenant, or EVERYONE
    download: bool = False  # whether the files may be fetched
    up_to: int | None = None  # the last version that it opens: those that were judged; None: all, also later ones
    given_at: datetime


class Adoption(Document):
    """A reader's wish that a shared model takes part in its Selection; `_id` is `model:reader`.

    It counts while a grant is there, and is the reader's own: sharing and adopting never write the same document.
    """

    tenant: str  # the reader
    model_id: str
    created_at: datetime

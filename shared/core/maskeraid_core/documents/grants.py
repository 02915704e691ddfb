"""Grants: what of one tenant another may use; and adoptions: what a reader makes of that."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, get_args

from pydantic import Field, field_validator

from maskeraid_core.documents.document import Document, Part
from maskeraid_core.documents.notices import TellingDocument

EVERYONE = "*"
Visibility = Literal["private", "shared", "public"]
VISIBILITIES: tuple[str, ...] = get_args(Visibility)  # each wider than the one before


class Grant(Part):
    """To whom an object is open, and how far. It lies in the object's document: one update shares or revokes.

    Who may read may look at cards and pictures, try the model, and learn from the images or re-image them; nobody but
    the owner changes anything.
    """

    reader: str  # a tenant, or EVERYONE
    download: bool = False  # whether the files may be fetched, or the images copied
    up_to: int | None = None  # the last version that it opens: those that were judged; None: all, also later ones
    given_at: datetime


class SharedDocument(TellingDocument):
    """What an owner may share by grants: models and datasets."""

    tenant: str
    latest_version: int = 0
    licence: str | None = None
    grants: list[Grant] = Field(default_factory=list)
    visibility: Visibility = "private"  # as the grants say; for lists

    @field_validator("visibility", mode="before")
    @classmethod
    def _as_it_is_called_now(cls, known: Any) -> Any:  # noqa: ANN401 any JSON value
        """Models were once shared with `tenants`."""
        return "shared" if known == "tenants" else known

    def grants_for(self, tenant: str) -> list[Grant]:
        """Those that open it to a tenant."""
        return [grant for grant in self.grants if grant.reader in (tenant, EVERYONE)]

    def opened_by(self, grants: Iterable[Grant]) -> int:
        """The latest version that one of these grants opens."""
        return max(self.latest_version if grant.up_to is None else grant.up_to for grant in grants)

    @property
    def public_grant(self) -> Grant | None:
        """The one for everyone, if it has one."""
        return next((grant for grant in self.grants if grant.reader == EVERYONE), None)

    @property
    def may_download(self) -> bool:
        """Whether a grant allows to fetch the files, or copy the images; asked of an object as its reader sees it."""
        return any(grant.download for grant in self.grants)


class Adoption(Document):
    """A reader's wish that a shared model takes part in its Selection; `_id` is `model:reader`.

    It counts while a grant is there, and is the reader's own: sharing and adopting never write the same document.
    """

    tenant: str  # the reader
    model_id: str
    created_at: datetime

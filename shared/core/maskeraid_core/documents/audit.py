"""Entries of an account's audit log: who did what, when, to what, and what for. No image, no secret, no name of a face.

Each is sealed by a hash over itself and the hash before it: one that is changed, dropped, or moved breaks the chain.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict

from maskeraid_core.documents.document import Document, Part

START = "0" * 64  # stands for the hash before the first entry
DONE = "done"  # the outcome of what was not refused
UNSEALED = frozenset({"_id", "tenant", "hash"})  # fields of a stored entry beside what the hash is of


class Action(StrEnum):
    """What is written down. Of what is read often, once an hour for each key and object."""

    UPLOAD_COMPLETED = "upload.completed"
    IMPORT_ORDERED = "import.ordered"
    EXPORT_ORDERED = "export.ordered"
    ERASURE_ORDERED = "erasure.ordered"  # of a person, or of images
    REIMAGING_ORDERED = "reimaging.ordered"  # with a purpose
    BATCH_ORDERED = "batch.ordered"  # likewise
    PURPOSE_REFUSED = "purpose.refused"
    IMAGES_READ = "images.read"  # the object is their dataset
    RESULT_READ = "result.read"
    EXPORT_READ = "export.read"
    DATASET_SHARED = "dataset.shared"  # or its sharing ended
    MODEL_SHARED = "model.shared"
    DELETED = "deleted"  # whatever the id of the object says
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    POLICY_CHANGED = "policy.changed"


class Deed(Part):
    """What was done, before it has a place in the log."""

    actor: str  # the name of the key, `web app`, or `retention`
    key_id: str | None = None  # of the key, or of the browser's session
    action: Action
    object_id: str | None = None
    purpose: str | None = None
    detail: str | None = None
    outcome: str = DONE  # or the code of the refusal
    address_prefix: str | None = None  # of who asked: the first 24 bits, 48 of IPv6


def deleted_by_rule(object_id: str) -> Deed:
    """What the log says when the time of something is over."""
    return Deed(actor="retention", action=Action.DELETED, object_id=object_id)


class AuditEntry(Document):
    """One entry; `_id` tells the account and the number. One that somebody has edited must still be shown."""

    model_config = ConfigDict(extra="ignore")

    tenant: str
    seq: int  # 1, 2, 3, … without holes
    at: datetime
    actor: str
    key_id: str | None = None
    action: str
    object_id: str | None = None
    purpose: str | None = None
    detail: str | None = None
    outcome: str
    address_prefix: str | None = None
    hash: str


def entry_id(tenant: str, seq: int) -> str:
    return f"aud_{tenant.partition('_')[2]}_{seq:06d}"


def sealed(stored: Mapping[str, Any], previous: str) -> str:
    """The hash of an entry as it is stored: SHA-256 of the hash before it and of the entry as JSON.

    Names are sorted, there are no spaces, and times have milliseconds.
    """
    content = {"id": stored["_id"], **{name: value for name, value in stored.items() if name not in UNSEALED}}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return hashlib.sha256(f"{previous}{text}".encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return repr(value)  # nothing that we wrote: whoever did is found out by the hash

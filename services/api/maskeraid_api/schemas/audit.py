"""The audit log: its entries, and what checking their chain has found."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from maskeraid_api.schemas.parts import View
from maskeraid_core.documents.audit import AuditEntry, entry_id
from maskeraid_core.repositories.audit import Verification

HASH = "4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce"
ENTRY_ID = "aud_01KA20GX6C0VVYRYSCJX4K0VJY_000412"


class AuditEntryView(View):
    """What was done under one of the account's keys.

    `hash` is SHA-256, in hex, of the hash of the entry before (of 64 zeros for the first) and of this entry as JSON:
    all fields but `object` and `hash`, names sorted, without spaces, times in milliseconds.
    """

    object: Literal["audit_entry"] = "audit_entry"
    id: str = Field(description="The account's, with the number.", examples=[ENTRY_ID])
    seq: int = Field(description="1, 2, 3, … without holes.", examples=[412])
    at: datetime
    actor: str = Field(description="The name of the key, `web app`, or `retention`.", examples=["night runs"])
    key_id: str | None = Field(description="The key, or the browser's session; null: the service itself.")
    action: str = Field(description="What was done.", examples=["reimaging.ordered"])
    object_id: str | None = Field(
        description="To what; of images their dataset.", examples=["rim_01KAAXZMYHJYS97RBZNB5ZHQ4P"]
    )
    purpose: str | None = Field(description="What for, as it was said.", examples=["training exercise"])
    detail: str | None = Field(description="More of it, for people.", examples=["case 2026-118"])
    outcome: str = Field(description="`done`, or the code of the refusal.", examples=["done"])
    address_prefix: str | None = Field(
        description="The network that the request came from; not who it was.", examples=["192.0.2.0/24"]
    )
    hash: str = Field(description="Seals the entry, and all before it.", examples=[HASH])

    @classmethod
    def of(cls, entry: AuditEntry) -> "AuditEntryView":
        return cls(**entry.model_dump(exclude={"tenant"}))


class BrokenLink(View):
    """The first entry that does not hold."""

    id: str = Field(description="Which entry.", examples=[ENTRY_ID])
    seq: int = Field(description="Its number.", examples=[412])
    reason: Literal["missing", "altered"] = Field(
        description="`altered`: it is not what was written, or does not follow the one before."
    )


class AuditVerificationView(View):
    """Whether the log is as it was written. A hash that you noted elsewhere tells of a log that was written anew."""

    object: Literal["audit_verification"] = "audit_verification"
    is_intact: bool = Field(description="Whether every entry holds.")
    entries: int = Field(description="How many hold, from the first on.", examples=[411])
    head_seq: int = Field(description="The number of the newest entry; 0: there is none.", examples=[520])
    head_hash: str = Field(description="Its hash: note it elsewhere, and compare it later.", examples=[HASH])
    first_broken: BrokenLink | None = Field(description="The first that does not hold; null: all do.")

    @classmethod
    def of(cls, found: Verification, tenant: str) -> "AuditVerificationView":
        broken = None
        if found.first_broken and found.reason:
            seq = found.first_broken
            broken = BrokenLink(id=entry_id(tenant, seq), seq=seq, reason=found.reason)
        return cls(
            is_intact=broken is None, entries=found.entries, head_seq=found.head.seq, head_hash=found.head.hash,
            first_broken=broken,
        )  # fmt: skip

"""Verifications: what a bundle was checked for, and what came of it."""

from typing import Any, Literal

from pydantic import Field

from maskeraid_api.bundles.verifying import Verifier
from maskeraid_api.schemas.parts import View
from maskeraid_core.documents.reimagings import STATEMENT


class CheckView(View):
    """One check of a bundle."""

    name: Literal["archive", "manifest", "signature", "files", "digests", "proof", "pixels"]
    outcome: Literal["passed", "failed", "skipped"]
    detail: str


class VerificationView(View):
    """What was found of a bundle; it is stored nowhere. A candidate stays plausible, not evidence."""

    object: Literal["verification"] = "verification"
    statement: str = STATEMENT
    valid: bool = Field(description="No check has failed.")
    checks: list[CheckView] = Field(description="In their order; one whose ground has failed is skipped.")
    reimaging_id: str | None = Field(description="The re-imaging; null unless this server has signed that.")
    manifest: dict[str, Any] | None = Field(description="The manifest; null unless this server has signed it.")

    @classmethod
    def of(cls, bundle: Verifier) -> "VerificationView":
        signed = bundle.signed
        return cls(
            valid=bundle.is_valid, checks=[CheckView(**check._asdict()) for check in bundle.checks],
            reimaging_id=signed.reimaging_id if signed else None, manifest=signed.model_dump() if signed else None,
        )  # fmt: skip

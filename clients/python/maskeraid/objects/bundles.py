"""What a bundle was found to be."""

from typing import Any

from pydantic import BaseModel

from maskeraid.objects.api_object import ApiObject


class Check(BaseModel):
    """One thing that a bundle was checked for; `outcome` is `passed`, `failed`, or `skipped`."""

    name: str
    outcome: str
    detail: str


class Verification(ApiObject):
    """What a bundle was found to be; what the server did not sign has neither `reimaging_id` nor `manifest`."""

    valid: bool
    checks: list[Check]
    statement: str = ""
    reimaging_id: str | None = None
    manifest: dict[str, Any] | None = None

"""What a change of sharing may say, of models and datasets alike."""

from typing import Annotated

from pydantic import Field, StringConstraints

from maskeraid_api.schemas.parts import Body, id_pattern

TenantId = Annotated[str, StringConstraints(pattern=id_pattern("ten"))]
SHARING = frozenset({"visibility", "shared_with", "download", "licence"})


class SharingChange(Body):
    """With whom something is shared; what is absent stays. Each kind says which visibilities and licences it knows."""

    visibility: str | None = None
    shared_with: list[TenantId] | None = Field(
        default=None, max_length=100, description="Accounts; whom it no longer names, it is gone for at once.",
        examples=[["ten_01KA20GX6C0VVYRYSCJX4K0VJY"]],
    )  # fmt: skip
    download: bool | None = Field(
        default=None,
        description="Whether its readers may fetch a model's weights, or export, cover, and merge a dataset's images.",
    )
    licence: str | None = None

"""An account's policy: what it asks of all that is done under its keys."""

from typing import Literal

from pydantic import Field

from maskeraid_api.schemas.parts import Body, View
from maskeraid_api.schemas.reimaging_requests import MOST_DAYS
from maskeraid_core.documents.accounts import Policy
from maskeraid_core.documents.grants import Visibility

PURPOSE = "Whether each result needs a `purpose`. A look at the covering, or at the choice of the model, needs none."
FORENSIC = "Whether a purpose may be one of forensics: one that has `forensic` in it is refused else."
RESULTS = (
    "Days after which a re-imaging that names no `retention_days` is deleted with its pictures, also those of before; "
    "null: as the service keeps them."
)
DATASETS = (
    "Days after its last use after which a dataset without `retain_until` is deleted; null: as the service keeps them."
)
VISIBILITY = "How far datasets and models may be shared from now on; what is shared wider already stays so."
PLACES = "Whether a new attribute of a dataset may be `exact`; else all new places are rounded to about 10 km."


class PolicyView(View):
    """What holds for all keys of the account, from the moment that it is decided."""

    object: Literal["policy"] = "policy"
    purpose_required: bool = Field(description=PURPOSE)
    forensic_illustration: bool = Field(description=FORENSIC)
    results_kept_days: int | None = Field(description=RESULTS, examples=[30])
    datasets_kept_days: int | None = Field(description=DATASETS, examples=[180])
    widest_visibility: Visibility = Field(description=VISIBILITY)
    exact_places: bool = Field(description=PLACES)

    @classmethod
    def of(cls, policy: Policy) -> "PolicyView":
        return cls(**policy.model_dump())


class PolicyChange(Body):
    """What is decided anew; what is absent stays."""

    purpose_required: bool | None = Field(default=None, description=PURPOSE)
    forensic_illustration: bool | None = Field(default=None, description=FORENSIC)
    results_kept_days: int | None = Field(default=None, ge=0, le=MOST_DAYS, description=RESULTS, examples=[30])
    datasets_kept_days: int | None = Field(default=None, ge=1, le=MOST_DAYS, description=DATASETS, examples=[180])
    widest_visibility: Visibility | None = Field(default=None, description=VISIBILITY)
    exact_places: bool | None = Field(default=None, description=PLACES)

    def facts(self) -> dict[str, object]:
        """What changes; null means something only where days are counted."""
        given = self.model_dump(exclude_unset=True)
        return {name: value for name, value in given.items() if value is not None or name.endswith("_days")}

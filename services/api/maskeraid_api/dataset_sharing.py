"""What is written about a dataset: with whom it is shared, why its faces may be used, what of it stays private."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from maskeraid_api.changed_schemas import changed_schema
from maskeraid_api.granting import sharing_facts
from maskeraid_api.schemas.datasets import AttestationBody, AttributeBody, AttributeChange, DatasetChange
from maskeraid_api.schemas.sharing import SHARING
from maskeraid_core.documents.datasets import Attestation, Dataset
from maskeraid_core.errors import AttestationMissing, ValidationFailed
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.repository import now

APART = SHARING | {"attestation", "attributes"}  # fields of a change that are not written as they come
NEVER_NULL = ("name", "metadata")


@dataclass(frozen=True)
class DatasetSharing:
    """The rules by which a dataset is shared."""

    dataset: Dataset
    kind: str = "dataset"

    def check_wider(self) -> None:
        if self.dataset.attestation is None:
            raise AttestationMissing(pointer="/attestation")

    async def last_open_version(self) -> int:
        """The latest one: what is imported later stays closed until it is asked for again."""
        return self.dataset.latest_version


async def facts_of_change(accounts: AccountRepository, dataset: Dataset, change: DatasetChange) -> dict[str, Any]:
    """What a change sets in the dataset's document, all of it in one update. Raises: ValidationFailed."""
    given = change.model_dump(exclude_unset=True, exclude=set(APART))
    facts = {name: value for name, value in given.items() if value is not None or name not in NEVER_NULL}
    facts |= await attested(accounts, dataset, change.attestation)
    facts |= changed_schema(dataset, change.attributes or {})
    await check_places(accounts, dataset.tenant, change.attributes or {}, known=dataset.attributes)
    as_attested = dataset.model_copy(update={name: facts[name] for name in ("attestation", "licence") if name in facts})
    facts |= await sharing_facts(accounts, as_attested, change, DatasetSharing(as_attested))
    known = {grant.reader for grant in dataset.grants}
    if "grants" in facts and not known.issubset(grant["reader"] for grant in facts["grants"]):
        facts["narrowed_at"] = now()
    if isinstance(attestation := facts.get("attestation"), Attestation):
        facts["attestation"] = attestation.model_dump()
    return facts


async def check_places(
    accounts: AccountRepository,
    tenant: str,
    wanted: Mapping[str, AttributeBody | AttributeChange],
    known: Collection[str] = (),
) -> None:
    """Raises: ValidationFailed, for a new attribute that would keep exact places against the account's policy."""
    exact = [name for name, one in wanted.items() if one.exact and name not in known]
    if exact and not (await accounts.policy(tenant)).exact_places:
        raise ValidationFailed(
            "The account's policy rounds places to about 10 km: ask for no exact ones.",
            pointer=f"/attributes/{exact[0]}/exact",
        )


async def attested(accounts: AccountRepository, dataset: Dataset, said: AttestationBody | None) -> dict[str, Any]:
    """What is kept of an attestation: also who said so, and when; its licence is the dataset's where that has none."""
    if said is None:
        return {}
    by = (await accounts.names({dataset.tenant})).get(dataset.tenant, dataset.tenant)
    facts: dict[str, Any] = {"attestation": Attestation(**said.model_dump(), by=by, at=now())}
    return facts | ({"licence": said.licence} if said.licence and dataset.licence is None else {})

"""Where a model's training faces come from: what their owners said of why they may be used, for its card."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from maskeraid_core.documents.datasets import DataPart
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.dataset_shares import ReadableDatasets


@dataclass(frozen=True)
class Origins:
    """`sources` are for everyone, one a dataset, and name none; `owners` are accounts by id of what others share.

    `generated` is how many of the faces were made by a trained generator, or a part of them.
    """

    sources: list[dict[str, Any]] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    generated: int = 0


async def read_origins(stores: Stores, tenant: str, data: Sequence[DataPart]) -> Origins:
    """Of the datasets as they are now; one that is gone says nothing."""
    readable, accounts = ReadableDatasets.of(stores.database, tenant), AccountRepository(stores.database)
    origins = Origins()
    for dataset_id in dict.fromkeys(part.dataset_id for part in data):
        dataset = await readable.get(dataset_id)
        if dataset is None:
            continue
        said = dataset.attestation.model_dump(mode="json") if dataset.attestation else None
        origins.sources.append({"licence": dataset.licence, "legal_basis": dataset.legal_basis, "attestation": said})
        if dataset.tenant != tenant:
            names = await accounts.names({dataset.tenant})
            origins.owners[dataset_id] = names.get(dataset.tenant, "an account that is no more")
    return origins

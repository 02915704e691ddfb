"""Datasets as a caller sees them."""

from collections.abc import Mapping, Sequence

from maskeraid_api.dataset_access import Library
from maskeraid_api.schemas.datasets import DatasetView
from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.repositories.accounts import AccountRepository

NONE: Mapping[str, int] = {}


async def view_of(library: Library, accounts: AccountRepository, dataset: Dataset) -> DatasetView:
    """One dataset, with whose it is."""
    (view,) = await views_of(library, accounts, [dataset])
    return view


async def views_of(
    library: Library, accounts: AccountRepository, datasets: Sequence[Dataset], matching: Mapping[str, int] = NONE
) -> list[DatasetView]:
    """Datasets, with whose they are; `matching` has how many images of each meet a filter."""
    others = {dataset.tenant for dataset in datasets if not library.is_own(dataset)}
    names = await accounts.names(others) if others else {}
    return [
        DatasetView.of(
            dataset, access="owner" if library.is_own(dataset) else "shared", owner=names.get(dataset.tenant),
            matching=matching.get(dataset.id),
        )
        for dataset in datasets
    ]  # fmt: skip

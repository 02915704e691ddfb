"""Datasets that a caller may read, by name, licence, and what their images show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from maskeraid_api.dataset_access import Library
from maskeraid_core.documents.datasets import Dataset
from maskeraid_core.documents.grants import EVERYONE
from maskeraid_core.errors import ArtifactCorrupt, InputGone, NotFound, ValidationFailed
from maskeraid_core.manifests import parse_where
from maskeraid_core.repositories.repository import Page, PageRequest

MOST_LOOKED_INTO = 50  # datasets whose manifests one request reads; the next page goes on behind them
CHUNK = 20  # of them that one query brings
MOST_ROWS = 1_000_000  # of these manifests

Shelf = Literal["own", "shared", "public"]


@dataclass(frozen=True)
class Browsed:
    """One page: datasets, how many images of each meet the filter, and where the next page begins."""

    datasets: Sequence[Dataset]
    matching: dict[str, int]
    has_more: bool
    last_id: str | None


@dataclass(frozen=True)
class Shelves:
    """The caller's own datasets, those that name it, or those for everyone."""

    library: Library
    shelf: Shelf

    async def page(self, request: PageRequest, where: Sequence[str], **filters: object) -> Browsed:
        """One page in the order of creation; with `where` it may be short, or empty, although others follow.

        Raises: ValidationFailed for what is no condition.
        """
        if not where:
            found = await self._page(request, filters)
            return Browsed(found.items, {}, found.has_more, None)
        parse_where(where)
        matching: dict[str, int] = {}
        kept: list[Dataset] = []
        looked = rows = 0
        while True:
            found = await self._page(replace(request, limit=CHUNK), filters)
            for place, dataset in enumerate(found.items, 1):
                looked, rows = looked + 1, rows + dataset.image_count
                if count := await self._count(dataset, where):
                    kept.append(dataset)
                    matching[dataset.id] = count
                if len(kept) == request.limit or looked == MOST_LOOKED_INTO or rows >= MOST_ROWS:
                    return Browsed(kept, matching, found.has_more or place < len(found.items), dataset.id)
            if not found.has_more:
                return Browsed(kept, matching, False, None)
            request = replace(request, after=found.items[-1].id, start=found.items[-1].created_at)

    async def count(self, **filters: object) -> int:
        """How many there are; only without `where`, which would read every manifest."""
        if self.shelf == "own":
            return await self.library.datasets.count(**filters)
        return await self.library.readable.shared.count(**filters, **self._open_to)

    async def _page(self, request: PageRequest, filters: Mapping[str, object]) -> Page[Dataset]:
        if self.shelf == "own":
            return await self.library.datasets.page(request, **filters)
        return await self.library.readable.shared.page(request, **filters, **self._open_to)

    @property
    def _open_to(self) -> dict[str, object]:
        return {"grants.reader": EVERYONE if self.shelf == "public" else self.library.readable.tenant}

    async def _count(self, dataset: Dataset, where: Sequence[str]) -> int:
        """How many images of the newest version that is open meet all conditions; 0 where they lack an attribute."""
        if not dataset.latest_version:
            return 0
        try:
            return (await self.library.rows(await self.library.version(dataset), where)).height
        except (ValidationFailed, NotFound, InputGone, ArtifactCorrupt):
            return 0  # no such attribute, or one of another type; what is damaged or gone is no reason to show none

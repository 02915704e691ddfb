"""Images under a filter: of some datasets, or those that a model learned from."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from anyio import to_thread

from maskeraid_api.dataset_access import Library
from maskeraid_core import quality
from maskeraid_core.documents.datasets import DatasetVersion, Role
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.errors import BadCursor
from maskeraid_core.ids import parse_image_id
from maskeraid_core.manifests import (
    PREFIX,
    Condition,
    all_in,
    attributes_of,
    check_attributes,
    check_numbers,
    column_of,
    parse_where,
    which_meet,
)


@dataclass(frozen=True)
class Part:
    """Rows of one version, in the manifest's order. Only places are kept: a page reads its own rows and no others."""

    version: DatasetVersion
    manifest: pl.DataFrame
    places: pl.Series | None = None  # in the manifest, ascending; None: all
    is_newest: bool = False  # of its dataset, when it was chosen

    @property
    def height(self) -> int:
        return self.manifest.height if self.places is None else self.places.len()

    @property
    def rows(self) -> pl.Series:
        """The images' numbers in their dataset."""
        numbers = self.manifest["row"]
        return numbers if self.places is None else numbers.gather(self.places)

    def page(self, start: int, limit: int) -> pl.DataFrame:
        if self.places is None:
            return self.manifest.slice(start, limit)
        return self.manifest[self.places.slice(start, limit)]

    def columns(self, names: Sequence[str]) -> pl.DataFrame:
        chosen = self.manifest.select(names)
        return chosen if self.places is None else chosen[self.places]

    def narrowed(self, met: pl.Series | None) -> "Part":
        """Only those for which `met`, a bool for each row of the manifest, is true."""
        if met is None:
            return self
        places = met.arg_true() if self.places is None else self.places.filter(met.gather(self.places))
        return replace(self, places=places)


@dataclass(frozen=True)
class Selected:
    """What was asked for, part behind part; `key` is the same for the same images in the same order."""

    parts: Sequence[Part]
    key: Hashable

    @property
    def total(self) -> int:
        return sum(part.height for part in self.parts)

    def behind(self, image_id: str) -> int:
        """Where the page behind an image begins. Raises: BadCursor for an image that is not among them."""
        found = parse_image_id(image_id)
        if found is not None and [part.version.dataset_id for part in self.parts] == [found[0]]:
            return int((self.parts[0].rows <= found[1]).sum())  # also behind one that the filter leaves out
        begin = 0
        for part in self.parts:
            if found is not None and part.version.dataset_id == found[0]:
                at = part.rows.index_of(found[1])
                if at is not None:
                    return begin + at + 1
            begin += part.height
        raise BadCursor

    def page(self, start: int, limit: int) -> list[tuple[Part, dict[str, Any]]]:
        """Each image with the part that it is in."""
        return [(part, row) for part, rows in self._page(start, limit) for row in _dicts(rows)]

    def _page(self, start: int, limit: int) -> Iterator[tuple[Part, pl.DataFrame]]:
        for part in self.parts:
            if limit <= 0:
                return
            rows = part.page(start, limit)
            start, limit = max(0, start - part.height), limit - rows.height
            yield part, rows

    def attributes(self) -> list[pl.DataFrame]:
        """The columns of attributes, a frame a part."""
        return [part.columns([PREFIX + name for name in attributes_of(part.manifest)]) for part in self.parts]

    def quality(self) -> list[pl.DataFrame]:
        """The columns of what was measured, a frame a part."""
        return [part.columns(list(quality.COLUMNS.values())) for part in self.parts]

    def counted(self) -> list[pl.DataFrame]:
        """The same with the columns of what is suggested."""
        return [part.columns([column_of(name) for name in all_in(part.manifest)]) for part in self.parts]


async def images_of_datasets(
    library: Library, versions: Sequence[DatasetVersion], where: Sequence[str], latest: Mapping[str, int] | None = None
) -> Selected:
    """The images of some versions under a filter; an attribute that only others have is missing in a version.

    `latest` says, for those who show it, which version of each dataset is the newest.
    """
    newest = latest or {}
    parts = [
        Part(version, await library.manifest(version), is_newest=newest.get(version.dataset_id) == version.version)
        for version in versions
    ]
    key = tuple(_key_of(library, version) for version in versions), tuple(where)
    if not where:
        return _narrowed(parts, (), key)  # nothing to do that a thread would be worth
    return await to_thread.run_sync(_narrowed, parts, parse_where(where), key)


async def images_of_model(
    library: Library, model: ModelVersion, where: Sequence[str], role: Role | None = None
) -> Selected:
    """The images that a model learned from, each once, without what was deleted or unshared since."""
    parts, filters, shown = list[Part](), list[Sequence[Condition]](), list[pl.DataFrame]()
    for part in model.data:
        dataset = await library.get(part.dataset_id)
        version = await library.numbered(dataset, part.version) if dataset else None
        if dataset is None or version is None:
            continue
        if role is None or version.role is role:
            is_newest = version.version == dataset.latest_version
            parts.append(Part(version, await library.manifests.of(version), is_newest=is_newest))
            filters.append(parse_where(part.where))
            shown.append(await library.manifest(version))
    own_keys = [(_key_of(library, part.version), str(own)) for part, own in zip(parts, filters, strict=True)]
    key = tuple(own_keys), tuple(where)
    return await to_thread.run_sync(_learned, parts, filters, shown, parse_where(where), key)


def _dicts(rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """As `iter_rows(named=True)`, which makes the types of all columns first: half the time of a page."""
    names = rows.columns
    return (dict(zip(names, row, strict=True)) for row in rows.rows())


def _key_of(library: Library, version: DatasetVersion) -> Hashable:
    """The same for all who see the same rows: a reader sees fewer attributes than an owner."""
    is_own = library.is_own(version)
    return version.rows_key if is_own else (version.rows_key, tuple(sorted(version.attributes)))


def _learned(
    parts: Sequence[Part],
    filters: Sequence[Sequence[Condition]],
    shown: Sequence[pl.DataFrame],
    where: Sequence[Condition],
    key: Hashable,
) -> Selected:
    """What the training's own filters leave, an image once; then what was asked for.

    The former read whole manifests: an attribute that they name may have been made private since.
    """
    found: list[Part] = []
    for part, own in zip(parts, filters, strict=True):
        check_attributes(attributes_of(part.manifest), own)
        once = part.narrowed(which_meet(part.manifest, own))
        for earlier in [one for one in found if one.version.dataset_id == part.version.dataset_id]:
            once = once.narrowed(~part.manifest["row"].is_in(earlier.rows.implode()))
        found.append(once)
    seen = [replace(part, manifest=rows) for part, rows in zip(found, shown, strict=True)]
    return _narrowed(seen, where, key)


def _narrowed(parts: Sequence[Part], where: Sequence[Condition], key: Hashable) -> Selected:
    """Raises: ValidationFailed for an attribute that none has, and for numbers that are compared with words."""
    check_attributes(list(dict.fromkeys(name for part in parts for name in all_in(part.manifest))), where)
    for part in parts:
        check_numbers(part.manifest, where)
    return Selected([part.narrowed(which_meet(part.manifest, where)) for part in parts], key)

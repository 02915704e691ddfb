"""What an import makes of a dataset, before anything of it is stored: from one manifest to the next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from maskeraid_core.documents.datasets import Attribute, Dataset

NEAR_DUPLICATE_OF = "near_duplicate_of"  # the column with the number of another image


@dataclass(frozen=True)
class Before:
    """A dataset as it is now."""

    dataset: Dataset
    manifest: pl.DataFrame  # without columns where it has no version yet
    last_row: int  # the highest number that an image ever had


@dataclass(frozen=True)
class Draft:
    """The version that would follow."""

    before: Before
    manifest: pl.DataFrame
    attributes: Mapping[str, Attribute]
    report: pl.DataFrame  # the outcome of every row, as `import_reports` has it
    is_change: bool  # False: the manifest is as it was, and no version is made

    @property
    def last_row(self) -> int:
        """Rows lie in the order of their numbers."""
        numbers: list[int] = self.manifest["row"].tail(1).to_list()
        return max([self.before.last_row, *numbers])


Make = Callable[[Before], Draft]

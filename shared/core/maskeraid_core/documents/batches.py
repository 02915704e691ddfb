"""A batch: one set of options over many inputs. Its state is a job; each item is a re-imaging of its own."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from pydantic import Field

from maskeraid_core.documents.document import Document, Part
from maskeraid_core.documents.reimagings import ImageSource, ReimagingSpec
from maskeraid_core.jobs import JobStatus

MOST_ITEMS = 1_000
FAILED = f"{JobStatus.FAILED}:"  # how the item failed stands behind it


class BatchSpec(Part):
    """What is asked for: `template` is every item's specification, but for its image."""

    total: int
    template: ReimagingSpec


class BatchInput(Part):
    """One image to be filled, and what its owner calls it."""

    image: ImageSource
    client_reference_id: str | None = None


class BatchInputs(Document):
    """The inputs in their order; written once, beside the job, which is written often."""

    tenant: str
    inputs: list[BatchInput]
    created_at: datetime


class BatchProgress(Document):
    """How far the items are. Each end is noted under its index: noted twice it is noted once."""

    tenant: str
    total: int
    added: int = 0  # items that exist: those with the lowest indices
    ended: dict[str, str] = Field(default_factory=dict)  # by index: its status; of one that failed, `failed:code`
    is_open: bool = True  # items of it may wait
    told_at: datetime | None = None  # when its job's progress was last written
    created_at: datetime

    @property
    def is_complete(self) -> bool:
        return len(self.ended) >= self.total

    @property
    def counts(self) -> dict[str, int]:
        """By terminal status; all of them."""
        found = Counter(how.partition(":")[0] for how in self.ended.values())
        return {status: found[status] for status in ("succeeded", "failed", "cancelled")}

    @property
    def errors(self) -> dict[str, int]:
        """How many items failed, by code."""
        return dict(Counter(how.removeprefix(FAILED) for how in self.ended.values() if how.startswith(FAILED)))

    def indices(self, *, of: JobStatus) -> list[int]:
        """Of the items that ended so, in their order."""
        return sorted(int(index) for index, how in self.ended.items() if how.partition(":")[0] == of)

    def unfinished(self) -> Iterator[int]:
        """Indices of the items that exist and have not ended, in their order."""
        return (index for index in range(self.added) if str(index) not in self.ended)

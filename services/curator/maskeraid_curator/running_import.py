"""One import while it runs, which all that takes images in has a part in."""

import threading
from collections.abc import Collection
from dataclasses import dataclass, field

from maskeraid_core.documents.datasets import ImportSpec
from maskeraid_core.held import HandBack, Held
from maskeraid_core.portal import PortalStores
from maskeraid_curator.generating import Objects
from maskeraid_curator.own_outputs import Register
from maskeraid_curator.rows import Accepted, Refused
from maskeraid_curator.suggesting import Suggesting


@dataclass
class Import:
    """One import while it runs: what it may use, and what came of its rows so far."""

    held: Held
    port: PortalStores
    is_leaving: threading.Event
    spec: ImportSpec
    accepted: list[Accepted] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    unlisted: int = 0  # files that no manifest names
    side: int | None = None  # of the faces that are cut out of photographs
    suggesting: Suggesting | None = None  # where suggestions are wanted
    register: Register = field(init=False)
    _stored: set[str] = field(default_factory=set)  # keys

    def __post_init__(self) -> None:
        self.register = Register(self.port, self.tenant)

    @property
    def tenant(self) -> str:
        return self.held.job.tenant

    def store(self, objects: Objects) -> None:
        """Write objects under content keys: without a version that names them they are nothing. Not in a dry run."""
        if self.suggesting:
            self.suggesting.pictures.keep(objects)
        if self.spec.dry_run:
            return
        fresh = {key: data for key, data in objects if key not in self._stored}
        self.port.call(self.held.stores.blobs.put_all, list(fresh.items()))
        self._stored.update(fresh)

    def note(self, outcome: Accepted | Refused) -> None:
        """Take a row among those that are accepted, or refused."""
        if isinstance(outcome, Accepted):
            self.accepted.append(outcome)
        else:
            self.refused.append(outcome)

    def check(self) -> None:
        """Raise CancelAsked, LeaseLost, or HandBack when the import should not go on."""
        self.held.check()
        if self.is_leaving.is_set():
            raise HandBack


def warn_of_columns(running: Import, ignored: Collection[str]) -> None:
    """Say which attributes of other datasets this one does not have."""
    if ignored:
        names = ", ".join(sorted(ignored))
        running.held.warn("unknown_column", f"the dataset has no attribute {names}: it is left out")

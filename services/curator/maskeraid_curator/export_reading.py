"""Reads the stored PNGs of an export in batches, one ahead, and says how far it is; memory holds two batches."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import polars as pl

from maskeraid_core import failpoints
from maskeraid_core.blobs import image_key
from maskeraid_core.held import HandBack, Held
from maskeraid_core.portal import PortalStores
from maskeraid_curator.tracking import Tracker

BATCH = 64  # rows; 13 MB of PNGs of 256 pixels

Row = Mapping[str, Any]  # of a manifest
Pngs = Mapping[str, bytes]  # by SHA-256


@dataclass
class Reader:
    """What an export reads with while it runs."""

    held: Held
    port: PortalStores
    is_leaving: threading.Event
    tracker: Tracker
    owner: str  # the tenant whose images they are

    def batches(
        self, rows: pl.DataFrame, digests_of: Callable[[Row], Iterable[str]]
    ) -> Iterator[tuple[list[Row], Pngs]]:
        """All rows in their order, some at a time, with the PNGs that `digests_of` names of each.

        Raises: CancelAsked, LeaseLost, HandBack; InputGone, ArtifactCorrupt.
        """
        for batch, pngs in self._read_ahead(rows.iter_rows(named=True), digests_of):
            self._check()
            yield batch, pngs
            failpoints.hit("export.part_written")
            self.tracker.add(len(batch))

    def _read_ahead(
        self, rows: Iterator[Row], digests_of: Callable[[Row], Iterable[str]]
    ) -> Iterator[tuple[list[Row], Pngs]]:
        """While a batch is written the next one is read."""
        ahead = None
        while batch := list(islice(rows, BATCH)):
            digests = list(dict.fromkeys(chain.from_iterable(map(digests_of, batch))))
            keys = [(image_key(self.owner, digest), digest) for digest in digests]
            reading = self.port.portal.start_task_soon(self.held.stores.blobs.get_all, keys)
            if ahead is not None:
                yield ahead[0], dict(zip(ahead[1], ahead[2].result(), strict=True))
            ahead = batch, digests, reading
        if ahead is not None:
            yield ahead[0], dict(zip(ahead[1], ahead[2].result(), strict=True))

    def _check(self) -> None:
        self.held.check()
        if self.is_leaving.is_set():
            raise HandBack

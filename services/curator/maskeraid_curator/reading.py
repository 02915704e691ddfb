"""Has strangers' archives read in limited children; the parent's side of `survey_child` and `image_child`.

Sees frames, never the archive.
"""

import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from maskeraid_core.confinement import Header
from maskeraid_core.errors import BadArchive
from maskeraid_core.image_sanitiser import IMAGE_SECONDS, ImageRejected, SanitisedPicture, read_sanitised
from maskeraid_core.limited_child import ChildDied, LimitedChild
from maskeraid_curator.archives import Entry
from maskeraid_curator.manifests import Manifest

SURVEY_CHILD, IMAGE_CHILD = "maskeraid_curator.survey_child", "maskeraid_curator.image_child"
SURVEY_SECONDS = 60.0
MOST_DEATHS = 3
MOST_CHILDREN = 2
BATCH, BATCH_BYTES = 64, 2**22  # images a request, and of their files; of small JPEGs at most 13 MB come back

Outcome = tuple[Entry, SanitisedPicture | ImageRejected]


@dataclass
class Survey:
    """What a checked archive holds. The files that a manifest names lie relative to its folder."""

    entries: list[Entry] = field(default_factory=list)
    manifest_name: str | None = None
    manifest: Manifest | None = None


def survey(archive: int) -> Survey:
    """Check the zip open at descriptor `archive` and read its manifest, in a limited child.

    Raises: BadArchive with its reason; `hostile` when the archive killed its reader.
    """
    found = Survey()
    with LimitedChild(SURVEY_CHILD, descriptors=[archive]) as child:
        try:
            for reply, _ in child.ask({"archive": archive}, seconds=SURVEY_SECONDS):
                _raise_bad_archive(reply)
                _take_in(found, reply)
        except ChildDied as death:
            raise BadArchive("the archive could not be read within the limits", reason="hostile") from death
    return found


def _take_in(found: Survey, reply: Header) -> None:
    if "entries" in reply:
        found.entries += [Entry(*fields) for fields in reply["entries"]]
    elif "columns" in reply:
        found.manifest_name, found.manifest = reply["manifest"], Manifest(reply["columns"], [])
    elif found.manifest is not None:
        found.manifest.rows.extend(reply["rows"])


def _raise_bad_archive(reply: Header) -> None:
    if "bad_archive" in reply:
        raise BadArchive(str(reply["bad_archive"]), reason=str(reply["reason"]))


def start_child(archive: int) -> LimitedChild:
    """A limited child that may read the images of the archive open at this descriptor."""
    return LimitedChild(IMAGE_CHILD, descriptors=[archive])


def sanitise_entries(
    archive: int,
    entries: Sequence[Entry],
    keep: Callable[[list[Outcome]], None],
    *,
    start: Callable[[int], LimitedChild] = start_child,
    are_photographs: bool = False,
) -> None:
    """Have all entries sanitised by limited children side by side; `keep` gets the outcomes in batches.

    Photographs of any size come one by one, and as pixels alone.

    `keep` is called from several threads; what it raises ends the work and is raised here. An image of which a child
    dies is rejected, and the rest goes on in a new child.

    Raises: BadArchive; reason `hostile` after three such deaths.
    """
    work = _Work(archive, keep, start, are_photographs=are_photographs)
    for batch in _batches(entries, 1 if are_photographs else BATCH):
        work.batches.put(batch)
    children = min(MOST_CHILDREN, len(os.sched_getaffinity(0)), work.batches.qsize())
    with ThreadPoolExecutor(max(1, children), thread_name_prefix="sanitising") as pool:
        running = [pool.submit(work.carry_out) for _ in range(children)]
    for one in running:
        one.result()


def _batches(entries: Sequence[Entry], most: int) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    for entry in entries:
        if len(batch) == most or (batch and sum(one.size for one in batch) + entry.size > BATCH_BYTES):
            yield batch
            batch = []
        batch.append(entry)
    if batch:
        yield batch


class _Work:
    """Batches of entries that several threads share, each with a child of its own."""

    def __init__(
        self,
        archive: int,
        keep: Callable[[list[Outcome]], None],
        start: Callable[[int], LimitedChild],
        *,
        are_photographs: bool,
    ) -> None:
        self.batches: queue.SimpleQueue[list[Entry]] = queue.SimpleQueue()
        self._archive = archive
        self._keep = keep
        self._start = start
        self._are_photographs = are_photographs
        self._deaths = 0
        self._turn = threading.Lock()
        self._is_over = threading.Event()

    def carry_out(self) -> None:
        """Take batches until there are none; the first failure of any thread ends them all."""
        child: LimitedChild | None = None
        try:
            while not self._is_over.is_set():
                batch = self.batches.get_nowait()
                while batch:
                    if child is None or not child.is_fresh:
                        child = self._replace(child)
                    outcomes = self._ask(child, batch)
                    self._keep(outcomes)
                    batch = batch[len(outcomes) :]
        except queue.Empty:
            return
        except BaseException:
            self._is_over.set()
            raise
        finally:
            if child is not None:
                child.close()

    def _replace(self, child: LimitedChild | None) -> LimitedChild:
        if child is not None:
            child.close()
        return self._start(self._archive)

    def _ask(self, child: LimitedChild, batch: list[Entry]) -> list[Outcome]:
        """Outcomes of the batch's first entries: of all, or up to the one that the child died of or retired before."""
        outcomes: list[Outcome] = []
        request: Header = {"archive": self._archive, "entries": batch, "are_photographs": self._are_photographs}
        try:
            replies = child.ask(request, seconds=IMAGE_SECONDS)
            for entry, (reply, body) in zip(batch, replies, strict=False):
                _raise_bad_archive(reply)
                outcomes.append((entry, _judge(reply, body)))
            next(replies, None)  # the end of the answer
        except ChildDied:
            if len(outcomes) < len(batch):
                outcomes.append((batch[len(outcomes)], self._count_death()))
        return outcomes

    def _count_death(self) -> ImageRejected:
        with self._turn:
            self._deaths += 1
            if self._deaths >= MOST_DEATHS:
                raise BadArchive(f"its images ended {self._deaths} readers", reason="hostile")
        return ImageRejected("unreadable_image", "reading the image took too long or ended its reader")


def _judge(reply: Header, body: bytes) -> SanitisedPicture | ImageRejected:
    try:
        return read_sanitised(reply, body)
    except ImageRejected as rejected:
        return rejected

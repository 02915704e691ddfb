"""Imports images into a dataset: upload, drawn or covered faces → rows → stored images → manifest → next version."""

import json
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby, islice

from maskeraid_core.attributes import Schema, ValueRefused, fit, infer_schema
from maskeraid_core.blobs import image_key, sha256_hex, thumbnail_key
from maskeraid_core.documents.datasets import Attribute, CoveredFaces, Dataset, DatasetVersion, ImportSpec, Role
from maskeraid_core.documents.trainings import FEWEST_IMAGES
from maskeraid_core.errors import AllRowsRejected
from maskeraid_core.held import HandBack, Held
from maskeraid_core.image_sanitiser import ImageRejected, SanitisedPicture
from maskeraid_core.portal import PortalStores
from maskeraid_curator.archives import Entry
from maskeraid_curator.covering_faces import clean_faces, covered_rows, covered_schema
from maskeraid_curator.generating import Objects, drawn_rows, drawn_schema
from maskeraid_curator.reading import Outcome, sanitise_entries
from maskeraid_curator.rows import Accepted, Refused
from maskeraid_curator.sources import Plan, PlannedRow, plan_upload
from maskeraid_curator.tracking import Tracker
from maskeraid_curator.versions import get_dataset, make_version
from maskeraid_faces.drawn import draw_faces

MOST_REFUSED_SHOWN = 1_000  # with the job; the report has all
DRAWN_BATCH = 64
COVERED_FACES = (
    "A model that is trained on covered faces learns to draw coverings: train on `covering:` (missing) alone, or keep "
    "these in a dataset of the role `test`"
)
TRUTH_LEFT_OUT = (
    "{} covered faces came with their true covering or their twin (`covering.file`, `twin.file`): the faces and their "
    "attributes are taken in, these are not"
)
NO_MANIFEST = (
    "{} images came without a manifest and have no attributes: to filter, compare, and choose models by attributes, "
    "put a manifest.csv (first column `file`, then a column an attribute) beside them and import into a new dataset"
)


@dataclass
class Import:
    """One import while it runs: what it may use, and what came of its rows so far."""

    held: Held
    port: PortalStores
    is_leaving: threading.Event
    spec: ImportSpec
    accepted: list[Accepted] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    _stored: set[str] = field(default_factory=set)  # keys

    @property
    def tenant(self) -> str:
        return self.held.job.tenant

    def store(self, objects: Objects) -> None:
        """Write objects under content keys: without a version that names them they are nothing."""
        fresh = {key: data for key, data in objects if key not in self._stored}
        self.port.call(self.held.stores.blobs.put_all, list(fresh.items()))
        self._stored.update(fresh)

    def check(self) -> None:
        """Raise CancelAsked, LeaseLost, or HandBack when the import should not go on."""
        self.held.check()
        if self.is_leaving.is_set():
            raise HandBack


def carry_out(held: Held, port: PortalStores, is_leaving: threading.Event) -> None:
    """Carry out the import that is held; its dataset changes with the job's success, or not at all.

    Raises: BadArchive, AllRowsRejected, InputGone, BadSettings, and what `Held.check` and the worker's end bring.
    """
    running = Import(held, port, is_leaving, ImportSpec.model_validate(held.job.spec))
    dataset = port.call(get_dataset, held.stores, running.tenant, running.spec.dataset_id)
    if running.spec.source == "generator":
        schema, unlisted = _draw(running, dataset), 0
    elif running.spec.covered is not None:
        schema, unlisted = _cover(running, dataset, running.spec.covered), 0
    else:
        schema, unlisted = _read_upload(running, dataset)
    if not running.accepted:
        raise AllRowsRejected(_why_none(running.refused), rejected_rows=_shown(running.refused))
    held.enter("saving")
    version, duplicates = make_version(held, port, dataset.id, running.accepted, schema, running.check)
    if version is not None:
        held.put_effect("publish_dataset_version", version.to_mongo())
    _warn_of_few(held, version or dataset)
    held.result = _result(running, version or dataset, duplicates, unlisted)


def _warn_of_few(held: Held, latest: DatasetVersion | Dataset) -> None:
    if latest.role is Role.TRAIN and latest.image_count < FEWEST_IMAGES:
        held.warn(
            "too_few_to_train",
            f"the dataset has {latest.image_count} images now, and a training needs at least {FEWEST_IMAGES}: import "
            "more into it",
        )


def _why_none(refused: Sequence[Refused]) -> str:
    if not refused:
        return "The upload has no image."
    (reason, count), *_ = Counter(f"{one.detail} ({one.code})" for one in refused).most_common(1)
    return (
        f"No row of the import could be accepted; the commonest reason, of {count} of {len(refused)} rows: {reason}. "
        "`rejected_rows` has the reason of each."
    )


def _draw(running: Import, dataset: Dataset) -> Schema:
    running.held.enter("drawing")
    drawn = draw_faces(running.spec.generator or "")
    schema = dataset.attributes or drawn_schema(drawn)
    rows = drawn_rows(running.tenant, drawn)
    while batch := list(islice(rows, DRAWN_BATCH)):
        running.check()
        running.store([one for _, objects in batch for one in objects])
        for row, _ in batch:
            try:
                fit(row.attributes, schema)
            except ValueRefused as refusal:
                running.refused.append(Refused(row.row, row.file, refusal.code, str(refusal), refusal.pointer))
            else:
                running.accepted.append(row)
    return schema


def _cover(running: Import, dataset: Dataset, wanted: CoveredFaces) -> Schema:
    """Take in covered copies of another dataset's faces."""
    running.held.enter("covering")
    rows, attributes = running.port.call(clean_faces, running.held.stores, running.tenant, wanted)
    schema = covered_schema(dataset, attributes)
    if ignored := sorted(attributes.keys() - schema.keys()):
        running.held.warn("unknown_column", f"the dataset has no attribute {', '.join(ignored)}: it is left out")
    if dataset.role is Role.TRAIN:
        running.held.warn("covered_faces", COVERED_FACES)
    tracker = Tracker(running.held, len(rows))
    for batch in covered_rows(running.port, running.tenant, wanted, rows, schema):
        running.check()
        running.store([one for _, objects in batch for one in objects])
        running.accepted += [outcome for outcome, _ in batch if isinstance(outcome, Accepted)]
        running.refused += [outcome for outcome, _ in batch if isinstance(outcome, Refused)]
        tracker.add(len(batch))
    return schema


def _read_upload(running: Import, dataset: Dataset) -> tuple[dict[str, Attribute], int]:
    """Take in all rows of the upload; the schema they fit, and how many files no manifest named."""
    with ExitStack() as opened:
        running.held.enter("validating")
        scratch = running.held.stores.settings.scratch_folder
        plan = plan_upload(running.port, running.tenant, running.spec, scratch, opened)
        schema = dict(dataset.attributes) or infer_schema(plan.columns, (row.cells for row in plan.rows))
        _warn(running, plan, schema)
        good = list(_fitting(running, plan.rows, schema))
        running.held.enter("sanitising")
        tracker = Tracker(running.held, len({row.entry for row in good}))
        for archive, rows in groupby(good, key=lambda row: row.archive):
            _sanitise(running, archive, list(rows), schema, tracker)
    running.accepted.sort(key=lambda row: row.row)
    running.refused.sort(key=lambda row: row.row)
    return schema, plan.unlisted


def _warn(running: Import, plan: Plan, schema: Schema) -> None:
    if ignored := [column for column in plan.columns if column not in schema]:
        detail = f"the dataset has no attribute {', '.join(ignored)}: these columns are left out"
        running.held.warn("unknown_column", detail)
    if plan.unlisted:
        running.held.warn("unlisted_files", f"{plan.unlisted} files are in no manifest: they are left out")
    if plan.truths:
        running.held.warn("truth_left_out", TRUTH_LEFT_OUT.format(plan.truths))
    if plan.bare:
        running.held.warn("no_manifest", NO_MANIFEST.format(plan.bare))


def _fitting(running: Import, rows: Sequence[PlannedRow], schema: Schema) -> Iterator[PlannedRow]:
    """The rows whose file is there and whose values fit; the others are refused."""
    for row in rows:
        if not row.file:
            running.refused.append(Refused(row.number, "", "missing_file", "the row names no file", "/file"))
        elif row.entry is None:
            detail = "the archive has no file of this name"
            running.refused.append(Refused(row.number, row.file, "file_not_in_archive", detail, "/file"))
        else:
            try:
                fit(row.cells, schema)
            except ValueRefused as refusal:
                running.refused.append(Refused(row.number, row.file, refusal.code, str(refusal), refusal.pointer))
            else:
                yield row


def _sanitise(running: Import, archive: int, rows: Sequence[PlannedRow], schema: Schema, tracker: Tracker) -> None:
    """Have the images of one archive sanitised and stored, each once; every row that names one gets its outcome."""
    rows_of: dict[Entry, list[PlannedRow]] = {}
    for row in rows:
        if row.entry is not None:
            rows_of.setdefault(row.entry, []).append(row)

    def keep(outcomes: list[Outcome]) -> None:
        running.check()
        running.store([one for _, outcome in outcomes for one in _objects(running.tenant, outcome)])
        for entry, outcome in outcomes:
            _conclude(running, rows_of[entry], outcome, schema)
        tracker.add(len(outcomes))

    sanitise_entries(archive, list(rows_of), keep)


def _objects(tenant: str, outcome: SanitisedPicture | ImageRejected) -> Objects:
    if isinstance(outcome, ImageRejected):
        return []
    objects = [(image_key(tenant, outcome.sha256), outcome.png)]
    if outcome.thumbnail:
        objects.append((thumbnail_key(tenant, outcome.sha256), outcome.thumbnail))
    return objects


def _conclude(
    running: Import, rows: Sequence[PlannedRow], outcome: SanitisedPicture | ImageRejected, schema: Schema
) -> None:
    for row in rows:
        if isinstance(outcome, ImageRejected):
            running.refused.append(Refused(row.number, row.file, outcome.code, str(outcome)))
            continue
        facts = (outcome.sha256, len(outcome.png), outcome.width, outcome.height, outcome.grey)
        running.accepted.append(Accepted(row.number, row.file, fit(row.cells, schema), *facts))


def _shown(refused: Sequence[Refused]) -> list[dict[str, object]]:
    return [row.report() for row in refused[:MOST_REFUSED_SHOWN]]


def _result(
    running: Import, latest: DatasetVersion | Dataset, duplicates: Sequence[Refused], unlisted: int
) -> dict[str, object]:
    """Counts and the first refused rows; the full report is an object of this attempt."""
    report = json.dumps([row.report() for row in (*running.refused, *duplicates)], ensure_ascii=False).encode()
    running.store([(f"{running.held.job.attempt_prefix}rows.json", report)])
    return {
        "version": latest.version if isinstance(latest, DatasetVersion) else latest.latest_version,
        "imported": len(running.accepted) - len(duplicates),
        "rejected": len(running.refused),
        "duplicates": len(duplicates),
        "too_small": sum(row.code == "too_small" for row in running.refused),
        "unlisted": unlisted,
        "rejected_rows": _shown(running.refused),
        "rows_digest": f"sha256:{sha256_hex(report)}",
    }

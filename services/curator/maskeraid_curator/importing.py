"""Imports images into a dataset: upload, drawn or covered faces → rows → stored images → manifest → next version.

Edits and merges make the next manifest of those that are there.
"""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, islice

import polars as pl

from maskeraid_core.attributes import Schema, ValueRefused, fit, infer_schema
from maskeraid_core.blobs import image_key, sha256_hex, thumbnail_key
from maskeraid_core.documents.datasets import Dataset, DatasetVersion, ImportSpec, Role
from maskeraid_core.documents.trainings import FEWEST_IMAGES
from maskeraid_core.errors import AllRowsRejected
from maskeraid_core.held import HandBack, Held
from maskeraid_core.image_sanitiser import ImageRejected, SanitisedPicture
from maskeraid_core.import_reports import NOT_TAKEN, report_key, write_report
from maskeraid_core.portal import PortalStores
from maskeraid_core.uniting import united_schema
from maskeraid_curator.archives import Entry
from maskeraid_curator.covering_faces import clean_faces, covered_rows, covered_schema
from maskeraid_curator.cropping import cut_out_face, wanted_side
from maskeraid_curator.drafts import Draft, Make
from maskeraid_curator.editing import edited
from maskeraid_curator.generating import Objects, drawn_rows, drawn_schema
from maskeraid_curator.merging import TEST_IMAGES, copy_images, joined, merged, read_parts
from maskeraid_curator.previews import schema_preview
from maskeraid_curator.reading import Outcome, sanitise_entries
from maskeraid_curator.rows import NEAR_DUPLICATE, Accepted, Refused, with_rows
from maskeraid_curator.sources import Plan, PlannedRow, plan_upload
from maskeraid_curator.suggesting import SmallPictures, Suggesting
from maskeraid_curator.tracking import Tracker
from maskeraid_curator.versions import draft_of, get_dataset, make_version
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.measures import Measures

MOST_REFUSED_SHOWN = 1_000  # with the job; the report has all
DRAWN_BATCH = 64
NOTHING_CHANGED = "No version was made: the images that were named have these values already, or there are none of them"
COVERED_FACES = (
    "A model that is trained on covered faces learns to draw coverings: train on `covering:` (missing) alone, or keep "
    "these in a dataset of the role `test`"
)
TRUTH_LEFT_OUT = (
    "{} covered faces came with their true covering or their twin (`covering.file`, `twin.file`): the faces and their "
    "attributes are taken in, these are not"
)
NEAR_DUPLICATES = (
    "{} images look nearly like one before them; they are kept, and marked with its row (`near_duplicate_of`): import "
    'with `near_duplicates: "drop"` to leave such out'
)
GENERATED = (
    "the file says that a trained generator made it, or a part of it; a model that learns from generated faces repeats "
    "their faults: leave it out, or import with `allow_generated`"
)
LET_IN = (
    "{} images say that a trained generator made them, or a part of them; they are marked (`generated`), and models "
    "that learn from them repeat their faults"
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
    unlisted: int = 0  # files that no manifest names
    side: int | None = None  # of the faces that are cut out of photographs
    suggesting: Suggesting | None = None  # where suggestions are wanted
    _stored: set[str] = field(default_factory=set)  # keys

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

    def check(self) -> None:
        """Raise CancelAsked, LeaseLost, or HandBack when the import should not go on."""
        self.held.check()
        if self.is_leaving.is_set():
            raise HandBack


def carry_out(held: Held, port: PortalStores, is_leaving: threading.Event) -> None:
    """Carry out the import that is held; its dataset changes with the job's success, or not at all.

    Raises: BadArchive, AllRowsRejected, InputGone, BadSettings, ValidationFailed, and what `Held.check` and the
    worker's end bring.
    """
    running = Import(held, port, is_leaving, ImportSpec.model_validate(held.job.spec))
    spec, dataset = running.spec, port.call(get_dataset, held.stores, running.tenant, running.spec.dataset_id)
    if spec.suggest_attributes:
        running.suggesting = Suggesting(SmallPictures(port, running.tenant, running.check), running.check)
    make = _SOURCES[spec.source](running, dataset)
    if running.suggesting:
        make = running.suggesting.after(make)
    version = None
    held.enter("checking" if spec.dry_run else "saving")
    if spec.dry_run:
        draft = port.call(draft_of, held.stores, running.tenant, spec.dataset_id, make)
    else:
        version, draft = make_version(held, port, spec, make, running.check)
    report = draft.report
    if report["outcome"].is_in(NOT_TAKEN).all() and not (spec.edit and report.is_empty()):
        digest = _put_report(running, report)
        raise AllRowsRejected(_why_none(report), rejected_rows=_shown(report), rows_digest=digest)
    if version is not None:
        held.put_effect("publish_dataset_version", version.to_mongo())
    if spec.edit is not None and not draft.is_change:
        held.warn("nothing_changed", NOTHING_CHANGED)
    for reason in running.suggesting.reasons if running.suggesting else ():
        held.warn("not_suggested", reason)
    _warn_of_few(running, draft)
    if count := sum(row.generated is True for row in running.accepted):
        held.warn("generated_images", LET_IN.format(count))
    if marked := _marked(report):
        held.warn("near_duplicates", NEAR_DUPLICATES.format(marked))
    held.result = _result(running, version, draft)


def _warn_of_few(running: Import, draft: Draft) -> None:
    count, verb = draft.manifest.height, "would have" if running.spec.dry_run else "has"
    if draft.before.dataset.role is Role.TRAIN and count < FEWEST_IMAGES:
        running.held.warn(
            "too_few_to_train",
            f"the dataset {verb} {count} images now, and a training needs at least {FEWEST_IMAGES}: import more into "
            "it",
        )


def _edit(running: Import, _dataset: Dataset) -> Make:
    assert running.spec.edit is not None
    running.held.enter("editing")
    return partial(edited, running.spec.edit)


def _merge(running: Import, dataset: Dataset) -> Make:
    """Take in rows of other versions; their images are there already, but for those of other tenants."""
    running.held.enter("merging")
    parts = running.port.call(read_parts, running.held.stores, running.tenant, running.spec.parts)
    schema = united_schema(dataset, [(part.dataset, part.version.attributes) for part in parts])
    _warn_of_columns(running, {name for part in parts for name in part.version.attributes} - schema.keys())
    if dataset.role is Role.TRAIN:
        for name in dict.fromkeys(part.dataset for part in parts if part.role is Role.TEST):
            running.held.warn("test_data", TEST_IMAGES.format(name))
    running.check()
    if not running.spec.dry_run:
        running.port.call(copy_images, running.held.stores.blobs, parts, running.tenant)
    rows = joined(parts, schema)
    return partial(merged, rows, schema)


def _taken_in(take_in: Callable[[Import, Dataset], Schema]) -> Callable[[Import, Dataset], Make]:
    """A source whose images are new, from the function that stores them and notes the rows."""

    def make_of(running: Import, dataset: Dataset) -> Make:
        schema = take_in(running, dataset)
        drops = running.spec.near_duplicates == "drop"
        return partial(with_rows, running.accepted, running.refused, schema, drops_near_duplicates=drops)

    return make_of


def _why_none(report: pl.DataFrame) -> str:
    if report.is_empty():
        return "The import has no image."
    reasons = Counter(f"{detail} ({code})" for detail, code in report.select("detail", "code").iter_rows())
    (reason, count), *_ = reasons.most_common(1)
    return (
        f"No row of the import could be accepted; the commonest reason, of {count} of {report.height} rows: {reason}. "
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


def _warn_of_columns(running: Import, ignored: Collection[str]) -> None:
    if ignored:
        names = ", ".join(sorted(ignored))
        running.held.warn("unknown_column", f"the dataset has no attribute {names}: it is left out")


def _cover(running: Import, dataset: Dataset) -> Schema:
    """Take in covered copies of another dataset's faces."""
    assert running.spec.covered is not None
    running.held.enter("covering")
    wanted = running.spec.covered
    rows, attributes = running.port.call(clean_faces, running.held.stores, running.tenant, wanted)
    schema = covered_schema(dataset, attributes)
    _warn_of_columns(running, attributes.keys() - schema.keys())
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


def _read_upload(running: Import, dataset: Dataset) -> Schema:
    """Take in all rows of the upload; the schema they fit."""
    with ExitStack() as opened:
        running.held.enter("validating")
        scratch = running.held.stores.settings.scratch_folder
        plan = plan_upload(running.port, running.tenant, running.spec, scratch, opened)
        running.unlisted = plan.unlisted
        schema = dict(dataset.attributes) or infer_schema(plan.columns, (row.cells for row in plan.rows))
        _warn(running, plan, schema)
        good = list(_fitting(running, plan.rows, schema))
        running.held.enter("sanitising")
        running.side = running.port.call(wanted_side, running.held.stores, dataset, running.spec)
        tracker = Tracker(running.held, len({row.entry for row in good}))
        rows_of = {archive: list(rows) for archive, rows in groupby(good, key=lambda row: row.archive)}
        for number, (archive, name) in enumerate(plan.files.items(), 1):
            rows = rows_of.get(archive, [])
            tracker.begin(name, number, len(plan.files), len({row.entry for row in rows}))
            _sanitise(running, archive, rows, schema, tracker)
    running.accepted.sort(key=lambda row: row.row)
    running.refused.sort(key=lambda row: row.row)
    return schema


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
        if running.side:
            outcomes = [(entry, cut_out_face(outcome, running.side)) for entry, outcome in outcomes]
        running.store([one for _, outcome in outcomes for one in _objects(running.tenant, outcome)])
        for entry, outcome in outcomes:
            _conclude(running, rows_of[entry], outcome, schema)
        tracker.add(len(outcomes))

    sanitise_entries(archive, list(rows_of), keep, are_photographs=running.side is not None)


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
        if outcome.says_generated and not running.spec.allow_generated:
            running.refused.append(Refused(row.number, row.file, "generated_image", GENERATED))
            continue
        facts = (outcome.sha256, len(outcome.png), outcome.width, outcome.height, outcome.grey)
        measures = Measures.from_dict(outcome.measures) if outcome.measures else None
        running.accepted.append(
            Accepted(
                row.number,
                row.file,
                fit(row.cells, schema),
                *facts,
                measures=measures,
                generated=outcome.says_generated or None,
            )
        )


def _shown(report: pl.DataFrame) -> list[dict[str, object]]:
    """The first rows that were not taken, without what they do not say."""
    rows = report.filter(pl.col("outcome").is_in(NOT_TAKEN)).head(MOST_REFUSED_SHOWN)
    said = rows.select("row", "file", "code", "detail", "pointer").iter_rows(named=True)
    return [{name: value for name, value in row.items() if value is not None} for row in said]


def _put_report(running: Import, report: pl.DataFrame) -> str:
    """Write the report of all rows as an object of this attempt, also of a dry run; its digest."""
    data = write_report(report)
    running.port.call(running.held.stores.blobs.put, report_key(running.held.job), data)
    return f"sha256:{sha256_hex(data)}"


def _marked(report: pl.DataFrame) -> int:
    """How many near duplicates were kept."""
    return report.filter(pl.col("outcome") == NEAR_DUPLICATE)["image_id"].count()


def _result(running: Import, version: DatasetVersion | None, draft: Draft) -> dict[str, object]:
    """Counts and the first refused rows; the full report is an object of this attempt."""
    report, spec = draft.report, running.spec
    counts = Counter(report["outcome"])
    marked = _marked(report)
    result: dict[str, object] = {
        "version": version.version if version else draft.before.dataset.latest_version,
        "imported": counts["accepted"] + marked,
        "rejected": sum(counts[outcome] for outcome in NOT_TAKEN),
        "duplicates": counts["duplicate"],
        "near_duplicates": counts["near_duplicate"],
        "without_face": counts["no_face"],
        "too_small": counts["too_small"],
        "unlisted": running.unlisted,
        "rows": report.height,
        "rejected_rows": _shown(report),
        "rows_digest": _put_report(running, report),
    }
    edits = {outcome: counts[outcome] for outcome in ("edited", "deleted", "unchanged")} if spec.edit else {}
    preview = {"version": None, "schema": schema_preview(draft)} if spec.dry_run else {}
    suggested = {"suggested": running.suggesting.suggested} if running.suggesting else {}
    return {**result, **edits, **preview, **suggested}


_SOURCES: Mapping[str, Callable[[Import, Dataset], Make]] = {
    "upload": _taken_in(_read_upload),
    "generator": _taken_in(_draw),
    "coverings": _taken_in(_cover),
    "edit": _edit,
    "merge": _merge,
}

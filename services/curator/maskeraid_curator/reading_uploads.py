"""Takes in an upload: its rows, of which those that fit have their image sanitised and stored."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import groupby

from maskeraid_core.attributes import Schema, ValueRefused, fit, infer_schema
from maskeraid_core.blobs import image_key, thumbnail_key
from maskeraid_core.documents.datasets import Dataset, ImportSpec
from maskeraid_core.image_sanitiser import ImageRejected, SanitisedPicture
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.datasets import DatasetVersionRepository
from maskeraid_curator.archives import Entry
from maskeraid_curator.generating import Objects
from maskeraid_curator.manifests import GENERATED_COLUMN
from maskeraid_curator.reading import Outcome, sanitise_entries
from maskeraid_curator.rows import Accepted, Refused
from maskeraid_curator.running_import import Import
from maskeraid_curator.sources import Plan, PlannedRow, plan_upload
from maskeraid_curator.tracking import Tracker
from maskeraid_curator.truths import Truths
from maskeraid_faces.measures import Measures

TRUTH_LEFT_OUT = (
    "{} covered faces came with their true covering or their twin (`covering.file`, `twin.file`), which are left out: "
    "a face that is cut out of its photograph lies elsewhere"
)
REPEATED = (
    "a model that learns from generated faces repeats their faults: leave it out, or import with `allow_generated`"
)
GENERATED = f"the file says that a trained generator made it, or a part of it; {REPEATED}"
LISTED = f"the manifest says (`{GENERATED_COLUMN}`) that a trained generator made it, or a part of it; {REPEATED}"
MADE_HERE = f"this service made the picture: its pixels, or its look, are those of a result; {REPEATED}"
USUAL_SIDE = 64  # pixels of a face that is cut out, where neither the import nor the dataset says another
NO_MANIFEST = (
    "Without a manifest came {} images, which have no attributes: to filter, compare, and choose models by attributes, "
    "put a manifest.csv (first column `file`, then a column an attribute) beside them and import into a new dataset"
)


def read_upload(running: Import, dataset: Dataset) -> Schema:
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
        running.side = running.port.call(_wanted_side, running.held.stores, dataset, running.spec)
        if running.side:
            good = _without_truths(running, good)
        tracker = Tracker(running.held, len(_entries(good)))
        rows_of = {archive: list(rows) for archive, rows in groupby(good, key=lambda row: row.archive)}
        for number, (archive, name) in enumerate(plan.files.items(), 1):
            rows = rows_of.get(archive, [])
            tracker.begin(name, number, len(plan.files), len(_entries(rows)))
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


def _without_truths(running: Import, rows: Sequence[PlannedRow]) -> list[PlannedRow]:
    """The same rows, of faces that are cut out of photographs."""
    if count := sum(bool(row.truths) for row in rows):
        running.held.warn("truth_left_out", TRUTH_LEFT_OUT.format(count))
    return [replace(row, truths={}) for row in rows]


def _entries(rows: Sequence[PlannedRow]) -> list[Entry]:
    """All files that these rows need, each once."""
    needed = (entry for row in rows for entry in (row.entry, *row.truths.values()) if entry is not None)
    return list(dict.fromkeys(needed))


async def _wanted_side(stores: Stores, dataset: Dataset, spec: ImportSpec) -> int | None:
    """The side in pixels of the faces that are to be cut out; None when pictures are taken as they are.

    The import's own `size`, else that of all images of the dataset.
    """
    if not spec.detect_faces or dataset.subject_kind == "other":
        return None
    latest = await DatasetVersionRepository(stores.database, dataset.tenant).of_dataset(
        dataset.id, dataset.latest_version
    )
    sides = latest.sides if latest else []
    return spec.size or (sides[0] if len(sides) == 1 else USUAL_SIDE)


def _sanitise(running: Import, archive: int, rows: Sequence[PlannedRow], schema: Schema, tracker: Tracker) -> None:
    """Have the files of one archive sanitised and stored, each once; every row that names one gets its outcome.

    Rows whose truth came along wait for that; of them only facts are kept meanwhile, no bytes.
    """
    rows_of: dict[Entry, list[PlannedRow]] = {}
    for row in rows:
        if row.entry is not None:
            rows_of.setdefault(row.entry, []).append(row)
    truths = Truths(row.truths for row in rows)
    waiting: list[tuple[PlannedRow, Accepted]] = []

    def keep(outcomes: list[Outcome]) -> None:
        running.check()
        told = running.register.told([outcome for _, outcome in outcomes])
        outcomes = [(entry, outcome) for (entry, _), outcome in zip(outcomes, told, strict=True)]
        if running.side:
            from maskeraid_curator.cropping import cut_out_face  # here, because it loads OpenCV

            outcomes = [(entry, cut_out_face(outcome, running.side)) for entry, outcome in outcomes]
        objects: Objects = []
        for entry, outcome in outcomes:
            if entry in rows_of or not truths.is_map_alone(entry):
                objects += _objects(running.tenant, outcome)
            objects += truths.note(running.tenant, entry, outcome)
        running.store(objects)
        for entry, outcome in outcomes:
            for row in rows_of.get(entry, ()):
                concluded = _concluded(running, row, outcome, schema)
                if isinstance(concluded, Accepted) and row.truths:
                    waiting.append((row, concluded))
                else:
                    running.note(concluded)
        tracker.add(len(outcomes))

    sanitise_entries(archive, _entries(rows), keep, are_photographs=running.side is not None)
    for row, accepted in waiting:
        running.note(truths.told_of(row, accepted))


def _objects(tenant: str, outcome: SanitisedPicture | ImageRejected) -> Objects:
    if isinstance(outcome, ImageRejected):
        return []
    objects = [(image_key(tenant, outcome.sha256), outcome.png)]
    if outcome.thumbnail:
        objects.append((thumbnail_key(tenant, outcome.sha256), outcome.thumbnail))
    return objects


def _concluded(
    running: Import, row: PlannedRow, outcome: SanitisedPicture | ImageRejected, schema: Schema
) -> Accepted | Refused:
    if isinstance(outcome, ImageRejected):
        return Refused(row.number, row.file, outcome.code, str(outcome))
    is_generated = outcome.says_generated or outcome.made_here or row.is_generated
    if is_generated and not running.spec.allow_generated:
        detail = GENERATED if outcome.says_generated else MADE_HERE if outcome.made_here else LISTED
        return Refused(row.number, row.file, "generated_image", detail)
    facts = (outcome.sha256, len(outcome.png), outcome.width, outcome.height, outcome.grey)
    measures = Measures.from_dict(outcome.measures) if outcome.measures else None
    return Accepted(
        row.number, row.file, fit(row.cells, schema), *facts, measures=measures, generated=is_generated or None
    )

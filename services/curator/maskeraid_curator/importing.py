"""Imports images into a dataset: upload, drawn or covered faces → rows → stored images → manifest → next version.

Edits and merges make the next manifest of those that are there.
"""

import threading
from collections.abc import Callable, Mapping
from functools import partial

from maskeraid_core.attributes import Schema
from maskeraid_core.documents.datasets import Dataset, ImportSpec, Role
from maskeraid_core.errors import AllRowsRejected
from maskeraid_core.held import Held
from maskeraid_core.import_reports import NOT_TAKEN
from maskeraid_core.portal import PortalStores
from maskeraid_core.uniting import united_schema
from maskeraid_curator.drafts import Make
from maskeraid_curator.editing import edited
from maskeraid_curator.erased_meanwhile import begin_anew_if_erased
from maskeraid_curator.import_results import (
    first_refused,
    near_duplicates_kept,
    put_report,
    result_of,
    warn_of_few,
    why_none,
)
from maskeraid_curator.made_faces import cover, draw
from maskeraid_curator.merging import TEST_IMAGES, copy_images, joined, merged, read_parts
from maskeraid_curator.reading_uploads import read_upload
from maskeraid_curator.rows import with_rows
from maskeraid_curator.running_import import Import, warn_of_columns
from maskeraid_curator.suggesting import SmallPictures, Suggesting
from maskeraid_curator.versions import draft_of, get_dataset, make_version

NOTHING_CHANGED = "No version was made: the images that were named have these values already, or there are none of them"
NEAR_DUPLICATES = (
    "{} images look nearly like one before them; they are kept, and marked with its row: an import may leave such out"
)
LET_IN = (
    "{} images, or parts of them, were made by a trained generator; they are marked as generated, and models "
    "that learn from them repeat their faults"
)


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
    if version is not None:
        begin_anew_if_erased(held, port, version, draft, running.check)
    report = draft.report
    if report["outcome"].is_in(NOT_TAKEN).all() and not (spec.edit and report.is_empty()):
        digest = put_report(running, report)
        raise AllRowsRejected(why_none(report), rejected_rows=first_refused(report), rows_digest=digest)
    if version is not None:
        held.put_effect("publish_dataset_version", version.to_mongo())
    if spec.edit is not None and not draft.is_change:
        held.warn("nothing_changed", NOTHING_CHANGED)
    for reason in running.suggesting.reasons if running.suggesting else ():
        held.warn("not_suggested", reason)
    warn_of_few(running, draft)
    if count := sum(row.generated is True for row in running.accepted):
        held.warn("generated_images", LET_IN.format(count))
    if marked := near_duplicates_kept(report):
        held.warn("near_duplicates", NEAR_DUPLICATES.format(marked))
    held.result = result_of(running, version, draft)


def _edit(running: Import, _dataset: Dataset) -> Make:
    assert running.spec.edit is not None
    running.held.enter("editing")
    return partial(edited, running.spec.edit)


def _merge(running: Import, dataset: Dataset) -> Make:
    """Take in rows of other versions; their images are there already, but for those of other tenants."""
    running.held.enter("merging")
    parts = running.port.call(read_parts, running.held.stores, running.tenant, running.spec.parts)
    schemas = [(part.dataset, part.version.attributes) for part in parts]
    schema = united_schema(dataset, schemas, running.spec.as_text)
    warn_of_columns(running, {name for part in parts for name in part.version.attributes} - schema.keys())
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


_SOURCES: Mapping[str, Callable[[Import, Dataset], Make]] = {
    "upload": _taken_in(read_upload),
    "generator": _taken_in(draw),
    "coverings": _taken_in(cover),
    "edit": _edit,
    "merge": _merge,
}

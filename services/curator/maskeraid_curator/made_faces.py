"""Takes in faces that are made here: drawn ones, and covered copies of another dataset's."""

from itertools import islice

from maskeraid_core.attributes import Schema, ValueRefused, fit
from maskeraid_core.documents.datasets import Dataset, Role
from maskeraid_curator.generating import drawn_rows, drawn_schema
from maskeraid_curator.rows import Accepted, Refused
from maskeraid_curator.running_import import Import, warn_of_columns
from maskeraid_curator.tracking import Tracker
from maskeraid_faces.drawn import draw_faces

DRAWN_BATCH = 64
COVERED_FACES = (
    "A model that is trained on covered faces learns to draw coverings: train on `covering:` (missing) alone, or keep "
    "these in a dataset of the role `test`"
)


def draw(running: Import, dataset: Dataset) -> Schema:
    """Take in a drawn set; the schema that its rows fit."""
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


def cover(running: Import, dataset: Dataset) -> Schema:
    """Take in covered copies of another dataset's faces; the schema that they fit."""
    from maskeraid_curator.covering_faces import clean_faces, covered_rows, covered_schema  # here: it loads OpenCV

    assert running.spec.covered is not None
    running.held.enter("covering")
    wanted = running.spec.covered
    faces = running.port.call(clean_faces, running.held.stores, running.tenant, wanted)
    schema = covered_schema(dataset, faces.attributes)
    warn_of_columns(running, faces.attributes.keys() - schema.keys())
    if dataset.role is Role.TRAIN:
        running.held.warn("covered_faces", COVERED_FACES)
    tracker = Tracker(running.held, len(faces.rows))
    for batch in covered_rows(running.port, running.tenant, wanted, faces, schema):
        running.check()
        running.store([one for _, objects in batch for one in objects])
        running.accepted += [outcome for outcome, _ in batch if isinstance(outcome, Accepted)]
        running.refused += [outcome for outcome, _ in batch if isinstance(outcome, Refused)]
        tracker.add(len(batch))
    return schema

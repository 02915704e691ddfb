"""What jobs are about, as their specifications tell it."""

from typing import Any

import pytest
from tests.factories import make_job

from maskeraid_api.job_views import about
from maskeraid_core.ids import new_id, twin_id
from maskeraid_core.jobs import JobKind

DATASET, OTHER, MODEL = new_id("ds"), new_id("ds"), new_id("mdl")


@pytest.mark.parametrize(
    ("kind", "spec", "ids"),
    [
        (JobKind.IMPORT, {"dataset_id": DATASET, "parts": [{"dataset_id": OTHER}]}, [DATASET, OTHER]),
        (JobKind.IMPORT, {"dataset_id": DATASET, "covered": {"dataset_id": DATASET}}, [DATASET]),
        (JobKind.EXPORT, {"dataset_id": DATASET}, [DATASET]),
        (JobKind.TRAINING, {"model_id": MODEL, "data": [{"dataset_id": DATASET}]}, [MODEL, DATASET]),
        (JobKind.TRAINING, {"kind": "selector"}, []),
        (JobKind.EVALUATION, {"model_id": MODEL, "data": {"dataset_id": DATASET}}, [MODEL, DATASET]),
        (JobKind.EVALUATION, {"model_id": MODEL, "data": None}, [MODEL]),
        (JobKind.DELETION, {"dataset_id": None, "images": {DATASET: [1], OTHER: [2]}}, [DATASET, OTHER]),
        (JobKind.REIMAGING, {"image": {"image_id": None}, "model": {"model_id": MODEL}}, [MODEL]),
        (JobKind.REIMAGING, {"image": {"image_id": f"img_{DATASET[3:]}_000007"}, "model": None}, [DATASET]),
        (JobKind.BATCH, {"total": 2, "template": {"model": {"model_id": MODEL}}}, [MODEL]),
        (JobKind.COVERING, {"name": "mask.png"}, []),
    ],
)
def test_what_is_changed_comes_before_what_is_read(kind: JobKind, spec: dict[str, Any], ids: list[str]) -> None:
    assert about(make_job(kind, spec=spec)) == ids


def test_a_training_that_makes_a_model_of_its_own_is_about_its_faces() -> None:
    job_id = new_id("trn")
    spec = {"model_id": twin_id("mdl", job_id), "data": [{"dataset_id": DATASET}]}
    assert about(make_job(JobKind.TRAINING, id=job_id, spec=spec)) == [DATASET]

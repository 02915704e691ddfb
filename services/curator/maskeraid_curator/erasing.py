"""Erases a person: tombstones → jobs that use the images end → manifests → bytes → receipt.

Every step may be done again: what it needs to know is written down before the first byte goes (`Erasure`).
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from maskeraid_core import failpoints
from maskeraid_core.documents.deletions import DOES_NOT_FORGET, DeletionSpec, Erasure, LearnedVersion
from maskeraid_core.documents.trainings import TrainingSpec
from maskeraid_core.erasing import find
from maskeraid_core.flagging import flag_for_deletion, flag_model
from maskeraid_core.held import HandBack, Held
from maskeraid_core.hiding import end_jobs, note_and_hide
from maskeraid_core.jobs import Job
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.erasures import ErasureRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.repository import now
from maskeraid_curator.erased_bytes import count, delete_bytes
from maskeraid_curator.erased_jobs import forget_jobs
from maskeraid_curator.erased_names import redact_jobs, redact_reports
from maskeraid_curator.erased_versions import make_successor, rewrite_versions

LOOK_SECONDS = 0.2  # between two looks at jobs that are being cancelled
SHOWN_SETTINGS = ("architecture", "preset", "hyperparameters", "seed")


def carry_out(held: Held, port: PortalStores, is_leaving: threading.Event) -> None:
    """Carry out the deletion that is held; its receipt is the job's result.

    Raises: what `Held.check` and the worker's end bring.
    """
    spec = DeletionSpec.model_validate(held.job.spec)
    stores, tenant = held.stores, held.job.tenant

    def check() -> None:
        held.check()
        if is_leaving.is_set():
            raise HandBack

    held.enter("finding")
    if spec.dry_run:
        held.result = _impact(port.call(find, stores, tenant, spec))
        return
    erasure = _settled(held, port, spec, check)
    held.enter("rewriting")
    port.call(rewrite_versions, stores, tenant, spec, erasure)
    for dataset_id in _shortened(erasure):
        make_successor(held, port, dataset_id, check)
    failpoints.hit("deletion.rewritten")
    held.enter("deleting")
    erasure = port.call(_counted, stores, erasure)
    port.call(redact_jobs, stores, tenant, spec.subject)
    reports = port.call(redact_reports, stores, tenant, spec.subject, erasure.image_ids)
    # Here, because it loads OpenCV.
    from maskeraid_curator.erased_models import clear_models, clear_models_of_others, clear_selectors

    for learned in erasure.models:
        port.call(flag_for_deletion, stores, tenant, learned.model_id, held.job.id)
    for one in erasure.models_of_others:
        port.call(flag_model, stores, one.tenant, one.model_id, one.dataset_id, "subject_erased")
    known_faces = port.call(clear_models, stores, tenant, spec.subject, erasure.models, erasure.image_ids)
    port.call(clear_models_of_others, stores, erasure)
    port.call(clear_selectors, stores, erasure)
    port.call(forget_jobs, stores, erasure)
    check()
    port.call(delete_bytes, stores, erasure)
    failpoints.hit("deletion.bytes_deleted")
    affected = [port.call(_affected, stores, tenant, learned) for learned in erasure.models]
    changed = {"report_rows": reports, "known_faces_files": known_faces}
    held.result = _receipt(held.job, erasure, affected, changed)
    held.put_effect("forget_erasure", {})


def _settled(held: Held, port: PortalStores, spec: DeletionSpec, check: Callable[[], None]) -> Erasure:
    """What is to go, once no job uses it any more: found again until nothing new is, and written down each time."""
    while True:
        erasure = port.call(note_and_hide, held.stores, held.job, spec)
        failpoints.hit("deletion.planned")
        if not port.call(end_jobs, held.stores, erasure):
            found = port.call(note_and_hide, held.stores, held.job, spec)
            if found == erasure:
                return erasure
        check()
        held.changed.wait(LOOK_SECONDS)


def _impact(erasure: Erasure) -> dict[str, Any]:
    """What would go, in the words of the gateway's `Impact`."""
    found = {name: erasure.own(name) for name in ("exports", "reimagings", "batches", "probes")}
    versions = [one.model_dump() for one in erasure.versions]
    models = [{"model_id": one.model_id, "version": one.version} for one in erasure.models]
    return {
        **found, "versions": versions, "images": erasure.images, "covered_copies": erasure.covered,
        "unfinished_jobs": erasure.own("unfinished"), "models": models,
        "copies_of_others": len(erasure.copies_of_others),
    }  # fmt: skip


async def _counted(stores: Stores, erasure: Erasure) -> Erasure:
    if erasure.counts is None:
        erasure = erasure.model_copy(update={"counts": await count(stores, erasure)})
        await ErasureRepository(stores.database, erasure.tenant).put(erasure)
    return erasure


def _shortened(erasure: Erasure) -> list[str]:
    return sorted({hit.dataset_id for hit in erasure.versions})


async def _affected(stores: Stores, tenant: str, learned: LearnedVersion) -> dict[str, Any]:
    """A model that has not forgotten, and what a training is asked for that leaves the person out."""
    job = await JobMoves(stores.database).get(learned.training_id) if learned.training_id else None
    settings: dict[str, Any] = {}
    name = learned.model_id
    if job is not None and job.tenant == tenant and "data" in job.spec:
        spec = TrainingSpec.model_validate(job.spec)
        name, shown = spec.name, spec.model_dump(mode="json")
        settings = {setting: shown[setting] for setting in SHOWN_SETTINGS}
    data = [{"dataset_id": part.dataset_id, "version": "latest", "where": part.where} for part in learned.data]
    training = {"name": name, "model_id": learned.model_id, "data": data, **settings}
    return {"model_id": learned.model_id, "version": learned.version, "training": training}


def _receipt(job: Job, erasure: Erasure, affected: list[dict[str, Any]], changed: Mapping[str, int]) -> dict[str, Any]:
    """Counts, digests, times, and what has not forgotten. It comes out the same from each attempt, but for its end."""
    counts = erasure.counts
    assert counts is not None
    return {
        "deleted": {
            "images": erasure.images, "covered_copies": erasure.covered, "objects": len(counts.digests),
            "thumbnails": counts.thumbnails, "manifests": len(erasure.versions), "exports": len(erasure.own("exports")),
            "reimagings": len(erasure.own("reimagings")), "probes": len(erasure.own("probes")),
        },
        "changed": {
            "datasets": len(_shortened(erasure)), "versions": len(erasure.versions),
            "batches": len(erasure.own("batches")), "models_of_others": len(erasure.models_of_others),
            "jobs_of_others": len(erasure.jobs_of_others), "copies_of_others": len(erasure.copies_of_others), **changed,
        },
        "cancelled_jobs": erasure.own("unfinished"),
        "digests": [f"sha256:{digest}" for digest in counts.digests],
        "kept": {"digests": [f"sha256:{digest}" for digest in counts.kept], "reason": KEPT if counts.kept else None},
        "affected_models": affected,
        "ordered_at": job.created_at.isoformat(), "erased_at": now().isoformat(),
        "statement": DOES_NOT_FORGET,
    }  # fmt: skip


KEPT = "Other images of yours, which say that they show somebody else or lie in another dataset, have the same bytes."

"""A batch becomes re-imagings, each with its own result; whoever dies over it leaves nothing lost or doubled."""

import io
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from PIL import Image as Pictures
from tests.factories import make_job
from tests.integration.inference.conftest import TENANT, Inference, to_png

from maskeraid_core.blobs import image_key, sha256_hex
from maskeraid_core.documents.batches import BatchInput, BatchInputs, BatchSpec
from maskeraid_core.documents.reimagings import CoveringChoice, ImageSource, ReimagingSpec
from maskeraid_core.failpoints import FailpointHit
from maskeraid_core.ids import item_id
from maskeraid_core.jobs import Job, JobKind, JobStatus
from maskeraid_core.outbox import drain, tend_batch
from maskeraid_core.repositories.batches import BatchRepository
from maskeraid_core.repositories.claims import JobClaims
from maskeraid_core.repositories.deliveries import DeliveryRepository
from maskeraid_core.repositories.events import EventRepository
from maskeraid_core.repositories.jobs import JobRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.repository import now
from maskeraid_core.status_machine import JobAction
from maskeraid_core.sweeper import sweep
from maskeraid_faces.drawn import draw_faces
from maskeraid_inference import batching

MASK = (20, 150, 140)


@pytest.fixture(autouse=True)
def nothing_waits(inference: Inference) -> Iterator[None]:
    """Whatever a test leaves behind is not the next one's."""
    yield
    inference.port.call(inference.port.stores.database["jobs"].delete_many, {})
    inference.port.call(inference.port.stores.database["batches"].delete_many, {})


def masked() -> tuple[ImageSource, bytes]:
    """A source, and the PNG that lies there."""
    drawn = draw_faces("faces-test")
    at = next(n for n, name in enumerate(drawn.names) if name.startswith("faces-light") and name.endswith("_mask.png"))
    png = to_png(drawn.images[at])
    return ImageSource(key=image_key(TENANT, sha256_hex(png)), sha256=sha256_hex(png)), png


def accept(inference: Inference, sources: Sequence[ImageSource | None], **facts: Any) -> Job:  # noqa: ANN401 any field
    """A batch as the API would accept it; None stands for the masked face."""
    source, png = masked()
    inference.put(source.key, png)
    covering = CoveringChoice(colours=[MASK])
    template = ReimagingSpec(image=ImageSource(), covering=covering, candidates=2, seed=7, software="0.1.0")
    spec = BatchSpec(total=len(sources), template=template)
    job = make_job(JobKind.BATCH, TENANT, spec=spec.model_dump(mode="json"), **facts)
    inputs = [
        BatchInput(image=one or source, client_reference_id=f"photo {index}") for index, one in enumerate(sources)
    ]
    batches = BatchRepository(inference.port.stores.database)
    inference.port.call(batches.add, BatchInputs(id=job.id, tenant=TENANT, inputs=inputs, created_at=now()))
    return inference.port.call(JobRepository(inference.port.stores.database, TENANT).accept, job)


def run_all(inference: Inference, most: int = 10_000) -> int:
    """Carry out what waits, as one thread of the worker does; how many jobs that were."""
    done = 0
    while done < most and (claim := inference.process.worker.claim(None)):
        with inference.process.worker.holding(claim) as held:
            held.result = inference.process.workbench.carry_out(held)
        done += 1
    return done


def items_of(inference: Inference, batch: Job) -> list[Job]:
    total = batch.spec["total"]
    return inference.port.call(BatchRepository(inference.port.stores.database).items, batch.id, range(total))


def pixels_of(inference: Inference, job: Job) -> bytes:
    """Without what else the PNG says: it names its re-imaging."""
    return Pictures.open(io.BytesIO(inference.file(job, "final.png"))).tobytes()


def settled(inference: Inference, batch: Job) -> Job:
    return inference.wait_for(batch, lambda job: job.status.is_terminal)


def tell_all(inference: Inference) -> None:
    """Wait until the worker has told of everything that has ended."""
    worker = inference.process.worker
    assert worker._telling
    worker.port.call(worker._telling.finish)


class TestBatch:
    def test_every_input_becomes_a_re_imaging_of_its_own(self, inference: Inference) -> None:
        batch = accept(inference, [None] * 5)
        run_all(inference)
        ended, items = settled(inference, batch), items_of(inference, batch)
        assert ended.status is JobStatus.SUCCEEDED
        assert ended.result == {"total": 5, "succeeded": 5, "failed": 0, "cancelled": 0, "errors": {}}
        assert (ended.progress.current, ended.progress.percent) == (5, 100.0)
        assert [(item.status, item.client_reference_id, item.batch.index, item.fence) for item in items] == [
            (JobStatus.SUCCEEDED, f"photo {index}", index, 1) for index in range(5)
        ]
        assert len({pixels_of(inference, item) for item in items}) == 1, "one seed, the same picture"
        assert {item.result["provenance"]["seed"] for item in items} == {7}

    def test_an_item_gives_what_the_same_image_gives_alone(self, inference: Inference) -> None:
        batch = accept(inference, [None])
        run_all(inference)
        settled(inference, batch)
        source, _ = masked()
        alone = inference.carry_out(
            inference.accept_source(source.model_dump(), covering={"colours": [MASK]}, candidates=2, seed=7)
        )
        (item,) = items_of(inference, batch)
        assert pixels_of(inference, item) == pixels_of(inference, alone)

    def test_one_bad_input_spoils_no_other(self, inference: Inference) -> None:
        junk = ImageSource(upload=inference.store("junk", b"no image at all"))
        batch = accept(inference, [None, junk, None])
        run_all(inference)
        ended, items = settled(inference, batch), items_of(inference, batch)
        assert ended.status is JobStatus.SUCCEEDED
        assert (ended.result["succeeded"], ended.result["failed"]) == (2, 1)
        assert ended.result["errors"] == {items[1].error.code: 1}
        assert [item.status for item in items] == [JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.SUCCEEDED]

    def test_a_batch_of_which_nothing_succeeds_has_failed(self, inference: Inference) -> None:
        batch = accept(inference, [ImageSource(upload=inference.store("junk", b"no image"))] * 2)
        run_all(inference)
        ended = settled(inference, batch)
        assert (ended.status, ended.error.code) == (JobStatus.FAILED, "all_items_failed")
        assert sum(ended.error.facts["errors"].values()) == 2

    def test_its_history_is_whole_and_its_end_is_told(self, inference: Inference) -> None:
        batch = accept(inference, [None] * 2)
        run_all(inference)
        settled(inference, batch)
        tell_all(inference)
        events = inference.port.call(EventRepository(inference.port.stores.database).after, batch.id, 0)
        statuses = [event.data["status"] for event in events if event.type in ("job.status", "end")]
        assert statuses == ["queued", "running", "succeeded", "succeeded"]
        for item in items_of(inference, batch):
            lines = inference.port.call(EventRepository(inference.port.stores.database).after, item.id, 0)
            assert [line.data["status"] for line in lines] == ["queued", "running", "succeeded", "succeeded"]


class TestOrder:
    def test_what_somebody_waits_for_comes_before_items(self, inference: Inference) -> None:
        accept(inference, [None] * 4)
        assert run_all(inference, 2) == 2, "the batch itself, and one item"
        source, _ = masked()
        lone = inference.accept_source(source.model_dump(), covering={"colours": [MASK]}, candidates=1)
        time.sleep(0.25)  # longer than items are kept as candidates
        claim = inference.process.worker.claim(None)
        assert claim is not None
        assert claim.job.id == lone.id
        with inference.process.worker.holding(claim) as held:
            held.result = inference.process.workbench.carry_out(held)

    def test_items_do_not_fill_their_owners_queue(self, inference: Inference) -> None:
        accept(inference, [None] * 4)
        run_all(inference, 1)
        jobs = JobRepository(inference.port.stores.database, TENANT)
        assert inference.port.call(jobs.waiting, JobKind.REIMAGING.queue, 100) == 0


class TestCancel:
    def test_ends_every_item_that_has_not_ended(self, inference: Inference) -> None:
        batch = accept(inference, [None] * 6)
        run_all(inference, 3)
        moves = JobMoves(inference.port.stores.database)
        inference.port.call(moves.ask, inference.look(batch), JobAction.CANCEL)
        inference.port.call(tend_batch, inference.port.stores, batch.id)
        ended = settled(inference, batch)
        assert ended.status is JobStatus.CANCELLED
        statuses = [item.status for item in items_of(inference, batch)]
        assert statuses == [JobStatus.SUCCEEDED] * 2 + [JobStatus.CANCELLED] * 4
        assert run_all(inference) == 0

    def test_that_nobody_carried_out_is_carried_out_by_the_sweeper(self, inference: Inference) -> None:
        batch = accept(inference, [None] * 3)
        run_all(inference, 1)
        inference.port.call(JobMoves(inference.port.stores.database).ask, inference.look(batch), JobAction.CANCEL)
        inference.port.call(sweep, inference.port.stores)
        assert settled(inference, batch).status is JobStatus.CANCELLED
        assert {item.status for item in items_of(inference, batch)} == {JobStatus.CANCELLED}

    def test_of_a_batch_that_waits_once_more_ends_the_items_that_it_has(
        self, inference: Inference, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = accept(inference, [None] * 4)
        die_after_first_slice(inference, monkeypatch)
        cancelled = inference.port.call(
            JobMoves(inference.port.stores.database).ask, inference.look(batch), JobAction.CANCEL
        )
        assert cancelled.status is JobStatus.CANCELLED
        inference.port.call(drain, inference.port.stores, cancelled)
        assert {item.status for item in items_of(inference, batch)} == {JobStatus.CANCELLED}


def die_after_first_slice(inference: Inference, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt that ends between two slices, as by a crash; it is queued again."""

    def die(name: str) -> None:
        if name == "batch.slice_added":
            raise FailpointHit(name)

    with monkeypatch.context() as patch:
        patch.setattr(batching, "SLICE", 2)
        patch.setattr("maskeraid_inference.batching.failpoints.hit", die)
        assert run_all(inference, 1) == 1


class TestDeath:
    def test_between_two_slices_loses_and_doubles_nothing(
        self, inference: Inference, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = accept(inference, [None] * 5)
        die_after_first_slice(inference, monkeypatch)
        assert len(items_of(inference, batch)) == 2
        assert inference.look(batch).status is JobStatus.QUEUED
        run_all(inference)
        ended, items = settled(inference, batch), items_of(inference, batch)
        assert (ended.status, ended.result["succeeded"], ended.fence) == (JobStatus.SUCCEEDED, 5, 2)
        assert [item.fence for item in items] == [1] * 5, "each was done once"

    def test_an_item_that_was_deleted_meanwhile_does_not_come_back(
        self, inference: Inference, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = accept(inference, [None] * 3)
        die_after_first_slice(inference, monkeypatch)
        jobs, moves = JobRepository(inference.port.stores.database, TENANT), JobMoves(inference.port.stores.database)
        first = items_of(inference, batch)[0]
        cancelled = inference.port.call(moves.ask, first, JobAction.CANCEL)
        inference.port.call(drain, inference.port.stores, cancelled)
        assert inference.port.call(jobs.delete_ended, first.id)
        run_all(inference)
        assert settled(inference, batch).result["cancelled"] == 1
        assert [item.id for item in items_of(inference, batch)] == [item_id(batch.id, 1), item_id(batch.id, 2)]

    def test_behind_the_last_item_leaves_the_end_to_the_sweeper(
        self, inference: Inference, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = accept(inference, [None])
        with monkeypatch.context() as patch:

            async def die(*_: object) -> None:
                raise KeyError("dead")

            patch.setattr("maskeraid_core.outbox._follow_batches", die)
            run_all(inference)
            tell_all(inference)
        assert inference.look(batch).status is JobStatus.RUNNING
        time.sleep(inference.port.stores.settings.sweep_seconds / 2 + 0.1)
        inference.port.call(sweep, inference.port.stores)
        assert inference.look(batch).status is JobStatus.SUCCEEDED

    def test_a_late_heartbeat_does_not_lease_a_parked_batch_anew(self, inference: Inference) -> None:
        batch = accept(inference, [None] * 2)
        claim = inference.process.worker.claim(batch.id)
        assert claim is not None
        with inference.process.worker.holding(claim) as held:
            inference.process.workbench.carry_out(held)
        claims = JobClaims(inference.port.stores.database)
        assert inference.port.call(claims.renew, claim, 60.0) is None
        assert inference.look(batch).lease_until is None
        run_all(inference)


class TestNotices:
    def test_items_are_silent(self, inference: Inference) -> None:
        batch = accept(inference, [None])
        run_all(inference)
        settled(inference, batch)
        deliveries = DeliveryRepository(inference.port.stores.database, TENANT)
        assert inference.port.call(deliveries.count, event="reimaging.succeeded") == 0
        assert not any(item.notify.webhooks or item.notify.email for item in items_of(inference, batch))

"""Death at each step of a job's life: whoever comes next takes it up from there."""

from contextlib import ExitStack, suppress
from uuid import uuid4

import pytest
from tests.chaos.auditor import Auditor
from tests.chaos.environment import Environment
from tests.chaos.fixtures import Note
from tests.chaos.nemesis import Nemesis, wait_until
from tests.chaos.wanted import LEASE_SECONDS, SWEEP_SECONDS
from tests.chaos.workload import Workload

from maskeraid import Client, NotReachable
from maskeraid_local.ports import LOOPBACK, free_port, wait_for_port
from maskeraid_local.process import ManagedProcess

BAR = "killed at each of 17 failpoints: all recover <= lease + sweep + 10 s"
OF_CURATORS = ("look.received", "claim.updated", "heartbeat.before_first", "result.bytes_written", "finish.moved",
               "outbox.copied")  # fmt: skip
OF_CHANGES = ("claim.updated", "result.bytes_written", "finish.moved", "outbox.copied")
OF_DELETIONS = ("deletion.planned", "deletion.rewritten", "deletion.bytes_deleted")
OF_TRAINERS = ("child.started", "checkpoint.bytes_written", "checkpoint.recorded")
BATCH_ITEMS, BATCH_SECONDS = 120, 60.0
DYING_SECONDS = 90.0
RECOVERY_SECONDS = LEASE_SECONDS + SWEEP_SECONDS + 10


def wait_for_deaths(processes: list[ManagedProcess]) -> None:
    wait_until(lambda: not any(process.is_running for process in processes), DYING_SECONDS, "each has died")
    assert [process.exit_code for process in processes] == [-9] * len(processes)


@pytest.mark.row("R4", BAR)
def test_curators_die_at_each_step(
    environment: Environment, workload: Workload, client: Client, measured: Note
) -> None:
    with Nemesis(environment, seed=4).down("curator"), ExitStack() as doomed:
        dying = [doomed.enter_context(environment.armed("curator", f"{point}=kill")) for point in OF_CURATORS]
        jobs = [workload.draw_faces(client, 500 + number).id for number in range(len(OF_CURATORS))]
        wait_for_deaths(dying)
    auditor = Auditor(environment, client)
    seconds = auditor.settle(RECOVERY_SECONDS)
    audit = auditor.audit(jobs)
    measured(f"{', '.join(OF_CURATORS)}: recovered in {seconds:.1f} s; {audit}")
    assert audit.faults == {}
    assert audit.statuses == {"succeeded": len(OF_CURATORS)}


@pytest.mark.row("R4", BAR)
def test_curators_die_amid_edits_and_merges(
    environment: Environment, workload: Workload, client: Client, measured: Note
) -> None:
    drawn = client.imports.get(workload.draw_faces(client, 0).wait().id)
    faces, targets = drawn.dataset_id, [client.datasets.create(f"chaos faces, {uuid4()}").id for _ in range(2)]
    part = {"dataset_id": faces, "version": 1}
    with Nemesis(environment, seed=4).down("curator"), ExitStack() as doomed:
        dying = [doomed.enter_context(environment.armed("curator", f"{point}=kill")) for point in OF_CHANGES]
        changes = [
            client.imports.edit(faces, {"eyes": None}, where=["mouth:1"]),
            client.imports.edit(faces, where=["nose:1"], delete=True),
            client.imports.merge(targets[0], [part]),
            client.imports.merge(targets[1], [{**part, "where": ["nose:2"]}, {**part, "where": ["nose:3"]}]),
        ]
        wait_for_deaths(dying)
    auditor = Auditor(environment, client)
    seconds = auditor.settle(RECOVERY_SECONDS)
    audit = auditor.audit([drawn.id, *(job.id for job in changes)])
    measured(f"{', '.join(OF_CHANGES)} amid edits and merges: recovered in {seconds:.1f} s; {audit}")
    assert audit.faults == {}
    assert audit.statuses == {"succeeded": 1 + len(changes)}
    found = [client.datasets.get(one) for one in (faces, *targets)]
    assert [(one.latest_version, one.image_count) for one in found] == [(3, 100), (1, 125), (1, 50)]
    assert client.get_json(f"/v1/datasets/{faces}/versions/1")["image_count"] == 125


@pytest.mark.row("R4", BAR)
@pytest.mark.parametrize("point", OF_DELETIONS)
def test_a_curator_dies_amid_an_erasure(environment: Environment, client: Client, measured: Note, point: str) -> None:
    schema = {"nose": {"type": "text"}, "subject": {"type": "text"}}
    dataset = client.datasets.create(f"persons, {uuid4()}", attributes=schema).id
    client.imports.generate(dataset, "faces-light").wait()
    client.imports.edit(dataset, {"subject": "ann"}, where=["nose:1"]).wait()
    with Nemesis(environment, seed=4).down("curator"), environment.armed("curator", f"{point}=kill") as dying:
        erased = client.deletions.create("ann", dataset_id=dataset)
        wait_for_deaths([dying])
    auditor = Auditor(environment, client)
    seconds = auditor.settle(RECOVERY_SECONDS)
    audit = auditor.audit([erased.id])
    measured(f"{point}: recovered in {seconds:.1f} s; {audit}")
    assert audit.faults == {}
    assert (erased.refresh().result or {})["deleted"]["images"] == 25
    found = client.datasets.get(dataset)
    assert (found.latest_version, found.image_count) == (3, 100)


@pytest.mark.chaos
@pytest.mark.row("R4", BAR)
def test_trainers_die_at_each_step(
    environment: Environment, workload: Workload, client: Client, measured: Note
) -> None:
    with Nemesis(environment, seed=4).down("trainer"), ExitStack() as doomed:
        dying = [doomed.enter_context(environment.armed("trainer", f"{point}=kill")) for point in OF_TRAINERS]
        job = workload.train_long(client, "whose workers die")
        wait_for_deaths(dying)
    seconds = wait_until(lambda: job.refresh().attempt > len(OF_TRAINERS), RECOVERY_SECONDS, "the training goes on")
    job.cancel()
    wait_until(lambda: job.refresh().is_terminal, RECOVERY_SECONDS, "it is cancelled")
    audit = Auditor(environment, client).audit([job.id])
    measured(f"{', '.join(OF_TRAINERS)}: goes on after {seconds:.1f} s; {audit}")
    assert audit.faults == {}
    assert audit.reruns == len(OF_TRAINERS)


@pytest.mark.row("R4", BAR)
@pytest.mark.parametrize("point", ["accept.inserted", "ring.before"])
def test_a_gateway_dies_at_each_step(
    environment: Environment, workload: Workload, client: Client, measured: Note, point: str
) -> None:
    port, key = free_port(), {"Idempotency-Key": f"dies-at-{point}"}
    body = {"image": {"image_id": workload.image_id}, "until": "covering", "covering": workload.covering}
    before = {job.id for job in client.reimagings.list()}
    with environment.armed("api", f"{point}=kill", port) as gateway:
        assert wait_for_port(port, DYING_SECONDS)
        url = f"http://{LOOPBACK}:{port}"
        with Client(environment.first_key, url, repeats=0) as unlucky, suppress(NotReachable):
            unlucky.request("POST", "/v1/reimagings", json=body, headers=key)  # it dies before its answer, or behind it
        wait_for_deaths([gateway])
    job_id = client.request("POST", "/v1/reimagings", json=body, headers=key).json()["id"]
    auditor = Auditor(environment, client)
    seconds = auditor.settle(RECOVERY_SECONDS)
    audit = auditor.audit([job_id])
    measured(f"{point}: recovered in {seconds:.1f} s; {audit}")
    assert audit.faults == {}
    assert {job.id for job in client.reimagings.list()} - before == {job_id}


@pytest.mark.row("R4", BAR)
def test_a_worker_dies_between_two_slices_of_a_batch(
    environment: Environment, workload: Workload, client: Client, measured: Note
) -> None:
    doomed = environment.armed("inference", "batch.slice_added=kill")
    with Nemesis(environment, seed=4).down("inference", "inference-2"), doomed as dying:
        images, covering = [workload.image_id] * BATCH_ITEMS, workload.covering
        batch = client.batches.create(image_ids=images, until="covering", covering=covering)
        wait_for_deaths([dying])
        assert 0 < len(list(batch.items())) < BATCH_ITEMS, "some were made"
    auditor = Auditor(environment, client)
    seconds = wait_until(lambda: batch.refresh().is_terminal, RECOVERY_SECONDS + BATCH_SECONDS, "the batch has ended")
    auditor.settle(RECOVERY_SECONDS)
    items, ended = list(batch.items()), batch.refresh()
    audit, of_items = auditor.audit([batch.id]), auditor.audit([item.id for item in items], is_told=False)
    measured(f"batch.slice_added: {BATCH_ITEMS} items, done after {seconds:.1f} s; {of_items}")
    assert (audit.faults, of_items.faults) == ({}, {})
    assert of_items.statuses == {"succeeded": BATCH_ITEMS}
    assert [item.batch_index for item in items] == list(range(BATCH_ITEMS))
    assert (ended.counts["succeeded"], ended.attempt) == (BATCH_ITEMS, 2)


@pytest.mark.row("R4", BAR)
def test_a_curator_dies_amid_an_export(
    environment: Environment, workload: Workload, client: Client, measured: Note
) -> None:
    doomed = environment.armed("curator", "export.part_written=kill")
    with Nemesis(environment, seed=4).down("curator"), doomed as dying:
        made = client.exports.create(workload.dataset_id)
        wait_for_deaths([dying])
    auditor = Auditor(environment, client)
    seconds = auditor.settle(RECOVERY_SECONDS)
    audit, ended = auditor.audit([made.id]), made.refresh()
    again = client.exports.create(workload.dataset_id).wait()
    measured(f"export.part_written: recovered in {seconds:.1f} s; {audit}")
    assert audit.faults == {}
    assert ended.attempt == 2
    assert (ended.result or {})["digest"] == (again.result or {})["digest"], "the second attempt left nothing out"


@pytest.mark.row("R4", BAR)
def test_a_notifier_dies_behind_a_sent_webhook(
    environment: Environment, workload: Workload, client: Client, measured: Note
) -> None:
    with Nemesis(environment, seed=4).down("notifier"), environment.armed("notifier", "delivery.sent=kill") as doomed:
        job = workload.look_for_covering(client, 520)
        wait_for_deaths([doomed])
    sent = wait_until(lambda: environment.receiver.count(job.id) == 2, RECOVERY_SECONDS, "it is sent once more")
    measured(f"delivery.sent: sent once more after {sent:.1f} s, under the same id")
    assert Auditor(environment, client).audit([job.id]).faults == {}

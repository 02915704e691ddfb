"""A checkpoint comes back whole or not at all."""

from pathlib import Path

import numpy as np
import pytest
from tests.factories import make_job

from maskeraid_core.blobs import Blobs
from maskeraid_core.jobs import CheckpointEntry, Job, JobKind
from maskeraid_trainer.checkpoints import BrokenCheckpoint, describe, read_checkpoint, write_checkpoint

ARRAYS = {
    "progress": np.frombuffer(b"{}", np.uint8),
    "now/generator/output.kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
    "now/generator_optimiser/0": np.array(7, np.int64),
}


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(f"file://{tmp_path}")


@pytest.fixture
def job() -> Job:
    return make_job(JobKind.TRAINING, fence=2, spec={"software": "1.0.0"}, spec_digest="a" * 64)


async def write(blobs: Blobs, job: Job, step: int = 40, **arrays: np.ndarray) -> CheckpointEntry:
    return await write_checkpoint(blobs, job, step, ARRAYS | arrays, {"sheets": ["a"]})


async def test_everything_comes_back(blobs: Blobs, job: Job) -> None:
    entry = await write(blobs, job)
    arrays, kept = await read_checkpoint(blobs, job, entry)
    assert (entry.step, entry.fence, kept) == (40, 2, {"sheets": ["a"]})
    assert arrays.keys() == ARRAYS.keys()
    assert all(
        np.array_equal(arrays[name], array) and arrays[name].dtype == array.dtype for name, array in ARRAYS.items()
    )


async def test_bytes_lie_under_the_attempt_and_are_never_overwritten(blobs: Blobs, job: Job) -> None:
    entry = await write(blobs, job)
    assert entry.key.startswith(job.attempt_prefix)
    with pytest.raises(FileExistsError):
        await write(blobs, job)


@pytest.mark.parametrize("name", ["weights.safetensors", "optimizer.safetensors", "state.json"])
@pytest.mark.parametrize("harm", ["flip", "truncate", "delete"])
async def test_a_broken_one_is_never_returned(blobs: Blobs, job: Job, name: str, harm: str) -> None:
    entry = await write(blobs, job)
    key = f"{entry.key}/{name}"
    data = bytearray(await blobs.get(key))
    data[-1] ^= 1
    await (blobs.delete([key]) if harm == "delete" else blobs.put(key, bytes(data if harm == "flip" else data[:-9])))
    with pytest.raises(BrokenCheckpoint):
        await read_checkpoint(blobs, job, entry)


async def test_infinite_weights_are_broken_too(blobs: Blobs, job: Job) -> None:
    entry = await write(blobs, job, worse=np.array([1, np.inf], np.float32))
    with pytest.raises(BrokenCheckpoint, match="finite"):
        await read_checkpoint(blobs, job, entry)


async def test_another_trainings_is_refused(blobs: Blobs, job: Job) -> None:
    entry = await write(blobs, job)
    with pytest.raises(BrokenCheckpoint, match="another"):
        await read_checkpoint(blobs, job.model_copy(update={"spec_digest": "b" * 64}), entry)


async def test_the_owner_is_told_what_happens_instead(blobs: Blobs, job: Job) -> None:
    newest, older = await write(blobs, job, 80), await write(blobs, job, 40)
    assert "step 40 is used" in describe(newest, [newest, older])
    assert "starts anew" in describe(older, [newest, older])

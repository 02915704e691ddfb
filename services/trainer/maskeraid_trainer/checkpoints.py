"""Checkpoints in the object store: written whole, named by their digest, read only when nothing of them is broken."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from maskeraid_core.blobs import Blobs, sha256_hex
from maskeraid_core.errors import ArtifactCorrupt, InputGone
from maskeraid_core.jobs import OPTIMISER, STATE, WEIGHTS, CheckpointEntry, Job
from maskeraid_core.repositories.repository import now
from maskeraid_faces.training.settings import Checkpoint


class BrokenCheckpoint(Exception):
    """Bytes are missing, are not those that were written, or belong to another training."""


async def write_checkpoint(
    blobs: Blobs, job: Job, step: int, arrays: Checkpoint, keep: Mapping[str, Any]
) -> CheckpointEntry:
    """Write all files under the attempt; they count once the job's document names the entry.

    `keep` are plain JSON values that come back with the checkpoint.
    """
    files = pack_checkpoint(job, step, arrays, keep)
    prefix = f"{job.attempt_prefix}checkpoint-{step}"
    for name, file in files.items():
        await blobs.put(f"{prefix}/{name}", file, create_only=True)
    return CheckpointEntry(key=prefix, sha256=sha256_hex(files[STATE]), step=step, fence=job.fence, created_at=now())


def pack_checkpoint(job: Job, step: int, arrays: Checkpoint, keep: Mapping[str, Any]) -> dict[str, bytes]:
    """Its files, the one that names the others' digests last."""
    parts: dict[str, dict[str, np.ndarray]] = {WEIGHTS: {}, OPTIMISER: {}}
    for name, array in arrays.items():
        parts[OPTIMISER if "_optimiser/" in name else WEIGHTS][name] = np.asarray(array, order="C")
    files = {name: save(part) for name, part in parts.items()}
    state = {
        "step": step,
        "spec_digest": job.spec_digest,
        "software": job.spec["software"],
        "sha256": {name: sha256_hex(file) for name, file in files.items()},
        "keep": keep,
    }
    return files | {STATE: json.dumps(state).encode()}


async def read_checkpoint(blobs: Blobs, job: Job, entry: CheckpointEntry) -> tuple[Checkpoint, Mapping[str, Any]]:
    """The arrays of a job's checkpoint and what was kept with them; raises BrokenCheckpoint, never returns a part."""
    return await read_arrays(blobs, entry.key, entry.sha256, job.spec_digest)


async def read_arrays(blobs: Blobs, key: str, sha256: str, spec_digest: str) -> tuple[Checkpoint, Mapping[str, Any]]:
    """The same of what lies under a key; `sha256` is that of its state."""
    try:
        state = json.loads(await blobs.get(f"{key}/{STATE}", sha256))
        arrays: dict[str, np.ndarray] = {}
        for name, digest in state["sha256"].items():
            arrays |= load(await blobs.get(f"{key}/{name}", digest))
        is_ours, kept = state["spec_digest"] == spec_digest, state["keep"]
    except (InputGone, ArtifactCorrupt, SafetensorError, KeyError, ValueError) as error:
        raise BrokenCheckpoint(str(error)) from error
    if not is_ours:
        raise BrokenCheckpoint("it belongs to another training")
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise BrokenCheckpoint("it holds numbers that are not finite")
    return arrays, kept


def describe(entry: CheckpointEntry, entries: Sequence[CheckpointEntry]) -> str:
    """What happens instead of resuming from a broken entry."""
    following = entries[entries.index(entry) + 1 :]
    rest = f"the one of step {following[0].step} is used" if following else "the training starts anew"
    return f"The checkpoint of step {entry.step} cannot be used; {rest}."

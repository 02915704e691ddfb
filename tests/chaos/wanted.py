"""What an environment is made of: impatient times, workers, and what stands behind proxies."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from maskeraid_local.services import WORKERS

LEASE_SECONDS, BEAT_SECONDS, SWEEP_SECONDS = 3.0, 0.5, 1.0
IMPATIENT = {
    "MASKERAID_LEASE_SECONDS": str(LEASE_SECONDS),
    "MASKERAID_HEARTBEAT_SECONDS": str(BEAT_SECONDS),
    "MASKERAID_SWEEP_SECONDS": str(SWEEP_SECONDS),
    "MASKERAID_RING_AGAIN_SECONDS": "2",
    "MASKERAID_CRASH_DELAY_SECONDS": "0.2",
    "MASKERAID_CRASH_LIMIT": "20",  # what kills the jobs is the attack
    "MASKERAID_CHECKPOINT_SECONDS": "1",
    "MASKERAID_EVENT_POLL_SECONDS": "1",
    "MASKERAID_LITTER_SECONDS": "2",
    "MASKERAID_ATTEMPTS_KEPT_SECONDS": "5",
    "MASKERAID_MAX_QUEUED_JOBS": "20000",
    "MASKERAID_WRITES_PER_SECOND": "5000",
    "MASKERAID_READS_PER_SECOND": "5000",
}
STORES = {"redis": "MASKERAID_REDIS_URL", "mongodb": "MASKERAID_MONGODB_URL"}


@dataclass(frozen=True)
class Wanted:
    """What an environment is made of: workers and their threads by name, settings, and the stores behind proxies.

    A name is that of a queue, or that with a number behind it: `inference-2`.
    """

    workers: Mapping[str, int] = field(default_factory=lambda: WORKERS)
    spares: Mapping[str, int] = field(default_factory=dict)  # further ones, which `helped_by` starts
    settings: Mapping[str, str] = field(default_factory=dict)
    proxied: Collection[str] = ()
    watches_loops: bool = False  # workers tell of each stall of their event loop

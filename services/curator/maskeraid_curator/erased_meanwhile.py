"""An erasure may delete bytes that an import has stored, or relies on, a moment before a version names them.

Whoever erases looks through all versions before the first byte goes; whoever imports looks, once its version is
written, whether an erasure was at it.
"""

from collections.abc import Callable, Sequence

from maskeraid_core.blobs import image_key
from maskeraid_core.documents.datasets import DatasetVersion
from maskeraid_core.erasing import DIGESTS
from maskeraid_core.held import HandBack, Held
from maskeraid_core.jobs import Job
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_core.repositories.erasures import ErasureRepository
from maskeraid_curator.drafts import Draft

LOOK_SECONDS = 0.2  # between two looks at an erasure that deletes


def begin_anew_if_erased(
    held: Held, port: PortalStores, version: DatasetVersion, draft: Draft, check: Callable[[], None]
) -> None:
    """Wait for erasures that delete bytes now. Raises: HandBack when one has deleted what the version names."""
    while port.call(_is_deleting, held.stores, held.job.tenant):
        check()
        held.changed.wait(LOOK_SECONDS)
    if port.call(_has_erased, held.stores, held.job) and not port.call(_are_there, held.stores, version, draft):
        raise HandBack


async def _is_deleting(stores: Stores, tenant: str) -> bool:
    return await ErasureRepository(stores.database, tenant).is_deleting()


async def _has_erased(stores: Stores, job: Job) -> bool:
    since = job.started_at or job.created_at
    return await ErasureRepository(stores.database, job.tenant).has_ended_since(since)


async def _are_there(stores: Stores, version: DatasetVersion, draft: Draft) -> bool:
    """The manifest, and what its new rows name."""
    rows = draft.manifest.filter(draft.manifest["row"] > draft.before.last_row)
    digests: Sequence[str] = [one for name in DIGESTS if name in rows.columns for one in rows[name].drop_nulls()]
    keys = [version.manifest_key, *(image_key(version.tenant, digest) for digest in dict.fromkeys(digests))]
    return all([await stores.blobs.exists(key) for key in keys])

"""The models that ship with the service: made from drawn faces, public, and of an account of their own.

Whoever has no model yet can try one by naming it; Selection takes none of them that was not adopted.
"""

from pathlib import Path

from anyio import to_thread

from maskeraid_core.documents.accounts import SYSTEM_TENANT, Tenant
from maskeraid_core.documents.datasets import GENERATED
from maskeraid_core.documents.grants import EVERYONE, Grant
from maskeraid_core.documents.models import Model, ModelFile, ModelVersion
from maskeraid_core.ids import derived_id
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository, facts_of
from maskeraid_core.repositories.repository import now

SHIPPED = Path(__file__).with_name("shipped_models")  # a folder a model
VERSION_FILE = "version.json"  # its document; every other file of the folder is the model's
ACCOUNT = "MASKERAID demo"
TAG = "demo"
LICENCE = "CC0-1.0"  # of drawn faces, which show nobody


async def install_demo_models(stores: Stores, folder: Path = SHIPPED) -> int:
    """Put what ships into the stores, a newer one as a further version; how many versions that were.

    Said twice it is done once; stopped in the middle it is finished the next time.
    """
    at = now()
    await AccountRepository(stores.database).add_tenant_once(Tenant(id=SYSTEM_TENANT, name=ACCOUNT, created_at=at))
    return sum([await _install(stores, path) for path in await to_thread.run_sync(shipped_in, folder)])


async def _install(stores: Stores, path: Path) -> int:
    models = ModelRepository(stores.database, SYSTEM_TENANT)
    versions = ModelVersionRepository(stores.database, SYSTEM_TENANT)
    shipped = await to_thread.run_sync(read_shipped, path)
    known = await models.get(shipped.model_id)
    latest = await versions.of_model(known.id, known.latest_version) if known else None
    if latest and latest.training_id == shipped.training_id:
        return 0
    # Bytes first: nothing names a file that is not there.
    await stores.blobs.put_all(await to_thread.run_sync(_contents, shipped, path.parent))
    version = await versions.add_next(shipped)
    return int(await (models.publish(version) if known else models.add_once(_model_of(version))))


def shipped_in(folder: Path = SHIPPED) -> list[Path]:
    """Where the documents of shipped versions lie, in a steady order."""
    return sorted(folder.glob(f"*/{VERSION_FILE}"))


def read_shipped(path: Path) -> ModelVersion:
    """The document of a shipped version as the stores hold it, its number still 0."""
    written = ModelVersion.model_validate_json(path.read_bytes())
    name, at = path.parent.name, GENERATED.at
    model_id = derived_id("mdl", at, ACCOUNT, name)
    training_id = derived_id("trn", at, ACCOUNT, name, written.digest)  # stands for the run that made these weights
    prefix = f"t/{SYSTEM_TENANT}/jobs/{training_id}/attempt-1/"
    files = [ModelFile.model_validate({**file.model_dump(), "key": prefix + file.name}) for file in written.files]
    lineage = {**written.lineage, "training_id": training_id}
    return written.model_copy(update={"model_id": model_id, "files": files, "lineage": lineage})


def _contents(version: ModelVersion, folder: Path) -> list[tuple[str, bytes]]:
    return [(file.key, (folder / file.name).read_bytes()) for file in version.files]


def _model_of(version: ModelVersion) -> Model:
    """Open to everyone, also in versions that ship later: each was judged before it shipped."""
    grant = Grant(reader=EVERYONE, download=True, given_at=version.created_at)
    return Model(
        id=version.model_id, tenant=SYSTEM_TENANT, name=version.name, latest_version=version.version,
        tags=[TAG], visibility="public", licence=LICENCE, grants=[grant], **facts_of(version),
        created_at=version.created_at, updated_at=version.created_at,
    )  # fmt: skip

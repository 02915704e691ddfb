"""Takes an erased person out of what is kept beside a model: its card, known faces, and pictures of selectors.

The model itself has not forgotten: that is what its flag says.
"""

from collections.abc import Collection, Sequence

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.documents.deletions import Erasure, LearnedVersion
from maskeraid_core.documents.models import ModelFile, ModelVersion
from maskeraid_core.documents.selectors import FEATURE_FILES
from maskeraid_core.measuring import with_card_files
from maskeraid_core.portal import Stores
from maskeraid_core.redacting import redacted
from maskeraid_core.repositories.models import ModelVersionRepository
from maskeraid_core.repositories.selectors import SelectorRepository
from maskeraid_faces.known_faces_file import KNOWN_FACES_FILE, without_faces

FIELDS = ("lineage", "guarantees", "varies", "card")


async def clear_models(
    stores: Stores, tenant: str, subject: str | None, learned: Sequence[LearnedVersion], image_ids: Collection[str]
) -> int:
    """Clear each version that learned from the images; how many have known faces without them."""
    versions = ModelVersionRepository(stores.database, tenant)
    found = [await versions.of_model(one.model_id, one.version) for one in learned]
    cleared = [await _clear(stores, version, subject, image_ids) for version in found if version]
    return sum(cleared)


async def clear_models_of_others(stores: Stores, erasure: Erasure) -> None:
    """Clear the known faces of readers' models; their cards stay, for who is called so there may be somebody else."""
    for one in erasure.models_of_others:
        versions = ModelVersionRepository(stores.database, one.tenant)
        for learner in await versions.learned_from(one.dataset_id):
            version = await versions.of_model(learner.model_id, learner.version)
            if version is not None and version.model_id == one.model_id:
                await _clear(stores, version, None, erasure.image_ids)


async def clear_selectors(stores: Stores, erasure: Erasure) -> None:
    """Delete the feature maps of selectors that know one of the models: they show a face that a model learned from.

    Bytes first: a selector that names them still is found again after a crash.
    """
    learned = {(erasure.tenant, one.model_id) for one in erasure.models}
    learned |= {(one.tenant, one.model_id) for one in erasure.models_of_others}
    for tenant in sorted({tenant for tenant, _ in learned}):
        selectors = SelectorRepository(stores.database, tenant)
        for selector in await selectors.kept():
            maps = [file for file in selector.files if file.name in FEATURE_FILES]
            if maps and any((tenant, one.model_id) in learned for one in selector.models):
                await stores.blobs.delete([file.key for file in maps])
                left = [file.model_dump() for file in selector.files if file not in maps]
                await selectors.change(selector.id, {"files": left})


async def _clear(stores: Stores, version: ModelVersion, subject: str | None, image_ids: Collection[str]) -> bool:
    versions = ModelVersionRepository(stores.database, version.tenant)
    clean = version.model_copy(update={name: redacted(getattr(version, name), subject) for name in FIELDS})
    if clean != version:
        clean = await with_card_files(stores, clean)
    inner = [await _without_faces(stores, version, file, image_ids) for file in version.inner_files]
    clean = clean.model_copy(update={"inner_files": [file for file in inner if file]})
    if clean != version:
        await versions.change(version.id, clean.model_dump(include={*FIELDS, "files", "inner_files"}))
    kept = {file.key for file in (*clean.files, *clean.inner_files)}
    await stores.blobs.delete({file.key for file in (*version.files, *version.inner_files)} - kept)
    return any(file.name == KNOWN_FACES_FILE for file in version.inner_files)


async def _without_faces(
    stores: Stores, version: ModelVersion, file: ModelFile, image_ids: Collection[str]
) -> ModelFile | None:
    """The file of known faces without those of the images; None when it has no others."""
    if file.name != KNOWN_FACES_FILE:
        return file
    known = await stores.blobs.get(file.key, file.sha256)
    data = without_faces(known, image_ids)
    if data is None or data == known:
        return None if data is None else file
    digest = sha256_hex(data)
    key = f"{file.key.rpartition('/')[0]}/{digest}-{file.name}"
    await stores.blobs.put(key, data)
    return file.model_copy(update={"key": key, "sha256": digest, "bytes": len(data)})

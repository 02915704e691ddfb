"""A training on what others share reads their images and what they show of them, for as long as the share lasts."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from maskeraid_core.blobs import image_key, sha256_hex
from maskeraid_core.documents.accounts import Tenant
from maskeraid_core.documents.datasets import Attestation, Attribute, Dataset, DatasetVersion
from maskeraid_core.documents.grants import EVERYONE, Grant
from maskeraid_core.documents.trainings import DataPart
from maskeraid_core.errors import InputGone
from maskeraid_core.ids import new_id
from maskeraid_core.manifests import write_manifest
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository
from maskeraid_core.repositories.repository import now
from maskeraid_trainer.origins import read_origins
from maskeraid_trainer.settings import TrainerSettings
from maskeraid_trainer.training_faces import read_training_faces

OWNER, READER = "ten_owner", "ten_reader"
SCHEMA = {"mouth": Attribute(), "person": Attribute(private=True)}
SAID = Attestation(basis="consent", purpose="art", by="them", at=now())


async def add_dataset(stores: Stores, tenant: str, tones: Sequence[int], *grants: Grant) -> Dataset:
    """A dataset of plain images, one a tone."""
    dataset = Dataset(
        id=new_id("ds"), tenant=tenant, name=new_id("n"), attributes=SCHEMA, latest_version=1, grants=list(grants),
        attestation=SAID, licence="MIT", legal_basis="Art. 6", created_at=now(), updated_at=now(),
    )  # fmt: skip
    rows = []
    for number, tone in enumerate(tones, 1):
        picture = io.BytesIO()
        Image.fromarray(np.full((16, 16, 3), tone, np.uint8)).save(picture, "PNG")
        digest = sha256_hex(picture.getvalue())
        await stores.blobs.put(image_key(tenant, digest), picture.getvalue())
        values = {"attr:mouth": "1", "attr:person": f"anna {tone}"}
        rows.append({"row": number, "file": "anna.png", "sha256": digest, "width": 16, "height": 16, **values})
    key, digest = await stores.blobs.put_content(f"t/{tenant}/manifests", write_manifest(rows), ".parquet")
    version = DatasetVersion(
        id=f"{dataset.id}:1", tenant=tenant, dataset_id=dataset.id, version=1, parent_version=0, import_id="imp_1",
        role=dataset.role, image_count=len(rows), sides=[16], manifest_key=key, manifest_sha256=digest, bytes=1,
        attributes=SCHEMA, created_at=now(),
    )  # fmt: skip
    await DatasetRepository(stores.database, tenant).add(dataset)
    await DatasetVersionRepository(stores.database, tenant).put(version)
    return dataset


def part_of(dataset: Dataset, version: int = 1) -> DataPart:
    return DataPart(dataset_id=dataset.id, version=version)


@pytest.fixture
def trainer_settings(tmp_path: Path) -> TrainerSettings:
    return TrainerSettings(environment="test", scratch_folder=tmp_path)


async def test_own_and_shared_images_are_read_together(stores: Stores, trainer_settings: TrainerSettings) -> None:
    own = await add_dataset(stores, READER, [10, 20])
    shared = await add_dataset(stores, OWNER, [20, 30], Grant(reader=READER, given_at=now()))
    faces = await read_training_faces(stores, READER, [part_of(own), part_of(shared)], trainer_settings)
    assert [int(image[0, 0, 0]) for image in faces.images] == [10, 20, 30], "the same image of both counts once"
    assert faces.rows["attr:person"].to_list() == ["anna 10", "anna 20", ""]


async def test_only_what_the_grant_opens(stores: Stores, trainer_settings: TrainerSettings) -> None:
    shared = await add_dataset(stores, OWNER, [20], Grant(reader=EVERYONE, up_to=1, given_at=now()))
    faces = await read_training_faces(stores, READER, [part_of(shared)], trainer_settings)
    assert faces.schema.keys() == {"mouth"}
    assert "attr:person" not in faces.rows.columns
    assert faces.rows["file"].to_list() == ["1.png"]
    await DatasetRepository(stores.database, OWNER).change(shared.id, {"grants": []})
    with pytest.raises(InputGone):
        await read_training_faces(stores, READER, [part_of(shared)], trainer_settings)


async def test_their_owners_words_go_onto_the_card_and_their_names_do_not(stores: Stores) -> None:
    await AccountRepository(stores.database).add_tenant(Tenant(id=OWNER, name="them", created_at=now()))
    own = await add_dataset(stores, READER, [10])
    shared = await add_dataset(stores, OWNER, [20], Grant(reader=READER, given_at=now()))
    origins = await read_origins(stores, READER, [part_of(own), part_of(shared), part_of(own)])
    source = {"licence": "MIT", "legal_basis": "Art. 6", "attestation": SAID.model_dump(mode="json")}
    assert origins.sources == [source, source]
    assert origins.owners == {shared.id: "them"}

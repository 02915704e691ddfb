"""The gateway on real stores, its callers, and a worker that does what a test says."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from maskeraid_api.main import create_app
from maskeraid_api.settings import ApiSettings
from maskeraid_core.blobs import image_key, sha256_hex
from maskeraid_core.documents.accounts import Scope, Tenant
from maskeraid_core.documents.datasets import Attestation, Attribute, Dataset, DatasetVersion
from maskeraid_core.ids import image_id, new_id
from maskeraid_core.jobs import CheckpointEntry, Job, JobError
from maskeraid_core.keys import mint_key
from maskeraid_core.manifests import MEASURED, write_manifest
from maskeraid_core.outbox import drain
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository, ApiKeyRepository
from maskeraid_core.repositories.claims import Claim, JobClaims
from maskeraid_core.repositories.datasets import DatasetRepository, DatasetVersionRepository
from maskeraid_core.repositories.events import EventLine, EventRepository
from maskeraid_core.repositories.moves import JobMoves
from maskeraid_core.repositories.repository import now
from maskeraid_core.settings import CoreSettings
from maskeraid_core.status_machine import Change, failed, let_go, succeeded

BASE_URL = "http://127.0.0.1"
ADDRESS = "owner@example.org"


@pytest.fixture
def api_settings(settings: CoreSettings) -> ApiSettings:
    """No rates in the way of a test; streams that end soon."""
    return ApiSettings(
        **settings.model_dump(), reads_per_second=10_000, writes_per_second=10_000, stream_seconds=3,
        keepalive_seconds=1, least_free_share=0, reimaging_deadline_seconds=90,
    )  # fmt: skip


@pytest.fixture
async def app(api_settings: ApiSettings, stores: Stores) -> AsyncIterator[FastAPI]:
    application = create_app(api_settings)
    async with application.router.lifespan_context(application):
        yield application


@dataclass(frozen=True)
class Account:
    """A tenant, and a client that holds a key of it."""

    tenant: str
    key: str
    client: httpx.AsyncClient


Open = Callable[..., Awaitable[Account]]


@pytest.fixture
async def open_account(app: FastAPI, stores: Stores) -> AsyncIterator[Open]:
    """Make a tenant (or take a given one) with a key of some scopes."""
    clients: list[httpx.AsyncClient] = []

    async def open_one(*scopes: Scope, tenant: str | None = None) -> Account:
        accounts = AccountRepository(stores.database)
        if tenant is None:
            owner = Tenant(id=new_id("ten"), name=new_id("n"), email=ADDRESS, is_email_verified=True, created_at=now())
            tenant = (await accounts.add_tenant(owner)).id
        minted = mint_key(tenant, "test", scopes or (Scope.ADMIN,), environment="test")
        await ApiKeyRepository(stores.database, tenant).add(minted.document)
        transport = httpx.ASGITransport(app)
        client = httpx.AsyncClient(
            transport=transport, base_url=BASE_URL, headers={"Authorization": f"Bearer {minted.text}"}, timeout=60
        )
        clients.append(client)
        return Account(tenant, minted.text, client)

    yield open_one
    for client in clients:
        await client.aclose()


@pytest.fixture
async def account(open_account: Open) -> Account:
    return await open_account()


@pytest.fixture
def client(account: Account) -> httpx.AsyncClient:
    """With all rights."""
    return account.client


class Hand:
    """A worker whose work is what the test hands in."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._moves, self._claims = JobMoves(stores.database), JobClaims(stores.database)
        self.blobs = stores.blobs
        self._lines = 0

    async def claim(self, job_id: str) -> Job:
        claim = await self._claims.claim(job_id, "hand", 60)
        assert claim is not None
        await drain(self._stores, claim.job)
        return claim.job

    async def succeed(self, job: Job, result: dict[str, Any], files: dict[str, bytes] | None = None) -> Job:
        stored = {}
        for name, data in (files or {}).items():
            key = f"{job.attempt_prefix}{name}"
            await self._stores.blobs.put(key, data)
            stored[name] = {"key": key, "bytes": len(data), "sha256": sha256_hex(data), "media_type": "image/png"}
        return await self._move(job, succeeded(job, {**result, **({"files": stored} if files else {})}))

    async def tell(self, job: Job, kind: str, data: dict[str, Any]) -> None:
        self._lines += 1
        line = EventLine.of_attempt(job.fence, self._lines, kind, data)
        await EventRepository(self._stores.database).append(job.id, job.tenant, job.fence, now(), line)

    async def fail(self, job: Job, error: JobError) -> Job:
        return await self._move(job, failed(job, error))

    async def let_go(self, job_id: str) -> Job:
        """End the work on a running job as its owner wished."""
        job = await self._moves.get(job_id)
        assert job is not None
        return await self._move(job, let_go(job))

    async def keep_checkpoint(self, job: Job) -> None:
        entry = CheckpointEntry(key="c", sha256="0" * 64, step=1, fence=job.fence, created_at=now())
        assert await self._claims.note(Claim(job), checkpoints=[entry])

    async def _move(self, job: Job, change: Change) -> Job:
        moved = await self._moves.move(job, change)
        assert moved is not None
        await drain(self._stores, moved)
        return moved


@pytest.fixture
def hand(stores: Stores) -> Hand:
    return Hand(stores)


ATTESTED = Attestation(basis="consent", purpose="tests", by="us", at=now())
ATTESTATION = {"basis": "consent", "purpose": "tests", "minors_excluded": True}  # as a request says it
FillDataset = Callable[..., Awaitable[Dataset]]


@pytest.fixture
def fill_dataset(stores: Stores) -> FillDataset:
    """A dataset with a published version: rows with one attribute, `mouth`, and bytes for each image.

    `values` has the attributes of each image instead, `pictures` the bytes, `measured` says more of each by its number.
    """

    async def fill(
        tenant: str,
        count: int = 10,
        *,
        side: int = 32,
        values: Sequence[Mapping[str, str]] | None = None,
        pictures: Sequence[bytes] | None = None,
        measured: Callable[[int], Mapping[str, Any]] | None = None,
        **fields: Any,  # noqa: ANN401
    ) -> Dataset:
        at = now()
        values = values or [{"mouth": str(1 + number % 2)} for number in range(1, count + 1)]
        pictures = pictures or [f"picture {number}".encode() for number in range(1, len(values) + 1)]
        count = len(values)
        attributes = {
            name: Attribute(type="enum", values=sorted({one[name] for one in values} - {""})) for name in values[0]
        }
        dataset = Dataset(
            id=new_id("ds"), tenant=tenant, attributes=attributes, created_at=at, updated_at=at,
            **{"name": new_id("n"), "attestation": ATTESTED, **fields},
        )  # fmt: skip
        datasets = DatasetRepository(stores.database, tenant)
        await datasets.add(dataset)
        rows = await _rows(stores, dataset, values, pictures, side)
        for row in rows if measured else ():
            row |= dict.fromkeys(MEASURED) | dict(measured(row["row"]) if measured else {})
        key, digest = await stores.blobs.put_content(f"t/{tenant}/manifests", write_manifest(rows), ".parquet")
        version = DatasetVersion(
            id=f"{dataset.id}:1", tenant=tenant, dataset_id=dataset.id, version=1, parent_version=0,
            import_id=new_id("imp"), role=dataset.role, image_count=count, sides=[side], manifest_key=key,
            manifest_sha256=digest, bytes=count, attributes=attributes, created_at=at,
        )  # fmt: skip
        await DatasetVersionRepository(stores.database, tenant).put(version)
        assert await datasets.publish(version)
        return (await datasets.get(dataset.id)) or dataset

    return fill


async def _rows(
    stores: Stores, dataset: Dataset, values: Sequence[Mapping[str, str]], pictures: Sequence[bytes], side: int
) -> list[dict[str, Any]]:
    rows = []
    for number, (own, data) in enumerate(zip(values, pictures, strict=True), 1):
        await stores.blobs.put(image_key(dataset.tenant, sha256_hex(data)), data)
        rows.append(
            {
                "row": number, "id": image_id(dataset.id, number), "file": f"{number}.png", "sha256": sha256_hex(data),
                "bytes": len(data), "width": side, "height": side, "grey": False,
                **{f"attr:{name}": value for name, value in own.items()},
            }
        )  # fmt: skip
    return rows

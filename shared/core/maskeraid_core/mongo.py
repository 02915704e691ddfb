"""The way to MongoDB: the client, the indexes, the server's clock."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from maskeraid_core.settings import CoreSettings

Database = AsyncDatabase[dict[str, Any]]
Collection = AsyncCollection[dict[str, Any]]

SERVER_SELECTION_MS = 3_000
IDEMPOTENCY_SECONDS = 24 * 3600
FORMER_INDEXES = {"queue_1_status_1_priority_-1__id_1", "tenant_1_queue_1_status_1_priority_-1"}  # of jobs
PAGED = [("tenant", ASCENDING), ("deleted_at", ASCENDING)]  # what every page asks for, exactly


async def open_database(settings: CoreSettings) -> Database:
    """Open the database on the running loop. Writes are acknowledged by a majority and journalled."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        settings.mongodb_url,
        serverSelectionTimeoutMS=SERVER_SELECTION_MS,
        w="majority",
        journal=True,
        tz_aware=True,
    )
    return client[settings.mongodb_database]


async def create_indexes(database: Database) -> None:
    """Create what the queries need; creating what exists does nothing."""
    jobs = database["jobs"]
    # The first two fields alone are asked for too. One index for both, for each costs every write of a job.
    await jobs.create_index(
        [("queue", ASCENDING), ("status", ASCENDING), ("tenant", ASCENDING), ("priority", DESCENDING)]
    )
    # Also for leases and deadlines of what runs, which is little: each index costs 0.15 ms a write.
    await jobs.create_index([("status", ASCENDING), ("rang_at", ASCENDING)])
    await jobs.create_index(
        [("tenant", ASCENDING), ("idempotency_key", ASCENDING)],
        unique=True,
        partialFilterExpression={"idempotency_key": {"$type": "string"}},
    )
    # A partial index on the first entry would do on MongoDB; this one is also used by the embedded server.
    await jobs.create_index([("has_outbox", ASCENDING)])
    events = database["job_events"]
    await events.create_index([("job", ASCENDING), ("seq", ASCENDING)], unique=True)
    await events.create_index([("job", ASCENDING), ("key", ASCENDING)], unique=True)
    await events.create_index([("tenant", ASCENDING), ("type", ASCENDING), ("is_placed", ASCENDING), ("at", ASCENDING)])
    await database["feed"].create_index([("tenant", ASCENDING), ("place", ASCENDING)], unique=True)
    audit = database["audit"]
    await audit.create_index([("tenant", ASCENDING), ("seq", ASCENDING)], unique=True)
    await audit.create_index([("tenant", ASCENDING), ("action", ASCENDING), ("seq", ASCENDING)])
    await database["api_keys"].create_index("public_id", unique=True)
    await database["api_keys"].create_index("expires_at")
    await database["idempotency"].create_index("created_at", expireAfterSeconds=IDEMPOTENCY_SECONDS)
    await database["deliveries"].create_index([("status", ASCENDING), ("next_attempt_at", ASCENDING)])
    await database["deliveries"].create_index("finished_at")
    await database["email_verifications"].create_index("created_at")
    await database["tenants"].create_index("pending_email.token_sha256")
    await database["sessions"].create_index("token_sha256", unique=True)
    for name in ("sessions", "login_links"):
        await database[name].create_index("expires_at")
    await database["sign_in_failures"].create_index("created_at")
    for name in ("models", "datasets", "webhook_endpoints"):
        await database[name].create_index("has_outbox")
    for name in ("models", "datasets"):
        await database[name].create_index("grants.reader")
    for path in ("lineage.data.dataset_id", "lineage.ancestors.dataset_id"):
        await database["model_versions"].create_index(path)  # of whatever tenant, when a share ends
    for name in ("narrowed_at", "retain_until"):
        await database["datasets"].create_index(name)
    for name in ("tenant", "model_id"):
        await database["adoptions"].create_index(name)
    await database["pools"].create_index("is_due")
    for name in ("digests", "created_at"):
        await database["own_outputs"].create_index(name)
    await database["ratings"].create_index("model_id")
    for path in ("lineage.data.dataset_id", "lineage.ancestors.dataset_id", "lineage.training_id", "model_id"):
        await database["model_versions"].create_index([("tenant", ASCENDING), (path, ASCENDING)])
    # Among what was not deleted (null, also when absent) a name is taken once.
    await database["datasets"].create_index(
        [("tenant", ASCENDING), ("name", ASCENDING), ("deleted_at", ASCENDING)], unique=True
    )
    # Of whatever tenant, when images are erased; sparse: most jobs have one of the fields, and pay for one.
    for path in ("spec.dataset_id", "spec.image.image_id", "spec.probe.image.image_id"):
        await jobs.create_index(path, sparse=True)
    await database["batch_inputs"].create_index("inputs.image.image_id")
    await database["dataset_versions"].create_index("lineage.dataset_id")
    await database["workers"].create_index("queue")
    await database["batches"].create_index([("tenant", ASCENDING), ("is_open", ASCENDING)])
    await database["lanes"].create_index([("queue", ASCENDING), ("waiting", ASCENDING)])
    for name in ("jobs", "datasets", "models", "webhook_endpoints", "deliveries", "api_keys"):
        await database[name].create_index([*PAGED, ("created_at", ASCENDING)])
    for name in ("dataset_versions", "uploads", "model_versions", "selectors"):
        await database[name].create_index([("tenant", ASCENDING), ("_id", ASCENDING)])
    await jobs.create_index([*PAGED, ("kind", ASCENDING), ("created_at", ASCENDING)])
    await _drop_former(jobs)


async def _drop_former(jobs: Collection) -> None:
    """Indexes that an earlier version created, and that others have taken the place of."""
    for name in FORMER_INDEXES & (await jobs.index_information()).keys():
        with suppress(OperationFailure):  # another process was faster
            await jobs.drop_index(name)


async def server_time(database: Database) -> datetime:
    """The database's clock: the only one that leases and deadlines are compared with."""
    hello = await database.client.admin.command("hello", codec_options=database.codec_options)
    now: datetime = hello["localTime"]
    return now

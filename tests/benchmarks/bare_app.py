"""The yardstick: FastAPI with nothing around one database call, on collections with the same indexes."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pymongo import AsyncMongoClient
from ulid import ULID


class NewDataset(BaseModel):
    name: str


def create_app() -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
            os.environ["BARE_MONGODB_URL"], w="majority", journal=True
        )
        app.state.database = database = client["maskeraid"]
        async for index in await database["datasets"].list_indexes():
            if index["name"] != "_id_":
                await database["bare_datasets"].create_index(
                    list(index["key"].items()), unique=index.get("unique", False)
                )
        yield
        await client.close()

    app = FastAPI(lifespan=lifespan)

    @app.get("/jobs/{job_id}")
    async def get_job(job_id: str) -> dict[str, Any]:
        found: dict[str, Any] = await app.state.database["jobs"].find_one({"_id": job_id})
        return found

    @app.post("/datasets", status_code=201)
    async def create_dataset(dataset: NewDataset) -> dict[str, Any]:
        document = {"_id": f"ds_{ULID()}", "name": dataset.name, "tenant": "bare"}
        await app.state.database["bare_datasets"].insert_one(document)
        return document

    return app

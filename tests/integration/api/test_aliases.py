"""Aliases: where they lead, who wins, and what was ordered before they led elsewhere."""

import asyncio
from typing import Any

import httpx
import pytest

from maskeraid_core.documents.models import Model
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.repository import now

from .conftest import Account
from .made_models import add_model

DATA_URL = "data:image/png;base64,iVBORw0K"


async def put(client: httpx.AsyncClient, model_id: str, alias: str, version: int, **headers: str) -> httpx.Response:
    return await client.put(f"/v1/models/{model_id}/aliases/{alias}", json={"version": version}, headers=headers)


class TestAliases:
    async def test_lead_to_a_version_until_they_lead_elsewhere(self, account: Account, stores: Stores) -> None:
        model, client = await add_model(stores, account.tenant, versions=2), account.client
        assert (await put(client, model.id, "best", 1)).json()["aliases"] == {"champion": 1, "best": 1}
        order = {"image": {"data_url": DATA_URL}, "model": {"model_id": model.id, "version": "best"}}
        ordered = (await client.post("/v1/reimagings", json=order)).json()
        assert (await put(client, model.id, "best", 2)).status_code == 200
        assert (await client.get(f"/v1/models/{model.id}/versions/best")).json()["version"] == 2
        kept = (await client.get(f"/v1/reimagings/{ordered['id']}")).json()["options"]["model"]
        assert kept == {"model_id": model.id, "version": 1}
        assert (await client.delete(f"/v1/models/{model.id}/aliases/best")).status_code == 204
        assert (await client.get(f"/v1/models/{model.id}/versions/best")).status_code == 404
        assert (await client.delete(f"/v1/models/{model.id}/aliases/best")).status_code == 404

    @pytest.mark.parametrize("alias", ["latest", "1", "Best", "a" * 41, "a.b", "$set"])
    async def test_reserved_and_odd_names_are_refused(self, account: Account, stores: Stores, alias: str) -> None:
        model = await add_model(stores, account.tenant)
        assert (await put(account.client, model.id, alias, 1)).status_code == 422

    @pytest.mark.parametrize("version", [2, 0])
    async def test_lead_to_versions_that_there_are(self, account: Account, stores: Stores, version: int) -> None:
        model = await add_model(stores, account.tenant)
        assert (await put(account.client, model.id, "best", version)).status_code in (404, 422)

    async def test_set_at_once_are_all_kept(self, account: Account, stores: Stores) -> None:
        model, client = await add_model(stores, account.tenant, versions=2), account.client
        names = [f"a{number}" for number in range(12)]
        await asyncio.gather(*(put(client, model.id, name, 2) for name in names))
        assert (await client.get(f"/v1/models/{model.id}")).json()["aliases"] == dict.fromkeys(names, 2) | {
            "champion": 1
        }

    async def test_set_at_once_are_no_more_than_may_be(self, account: Account, stores: Stores) -> None:
        model, client = await add_model(stores, account.tenant), account.client
        answers = await asyncio.gather(*(put(client, model.id, f"a{number}", 1) for number in range(55)))
        assert sorted(answer.status_code for answer in answers) == [200] * 49 + [429] * 6
        assert len((await client.get(f"/v1/models/{model.id}")).json()["aliases"]) == 50
        assert (await put(client, model.id, "champion", 1)).status_code == 200

    async def test_of_two_who_saw_the_same_state_one_wins(
        self, account: Account, stores: Stores, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        model, client = await add_model(stores, account.tenant, versions=2), account.client
        tag = (await client.get(f"/v1/models/{model.id}")).headers["etag"]
        both_have_seen, point = asyncio.Barrier(2), ModelRepository.point

        async def point_together(self: ModelRepository, *what: Any, **more: Any) -> Model | None:  # noqa: ANN401
            await both_have_seen.wait()
            return await point(self, *what, **more)

        monkeypatch.setattr(ModelRepository, "point", point_together)
        answers = await asyncio.gather(
            *(put(client, model.id, "best", number, **{"If-Match": tag}) for number in (1, 2))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        (won,) = [answer.json()["aliases"]["best"] for answer in answers if answer.status_code == 200]
        assert (await client.get(f"/v1/models/{model.id}")).json()["aliases"]["best"] == won

    async def test_a_pruned_version_is_410(self, account: Account, stores: Stores) -> None:
        model, client = await add_model(stores, account.tenant, versions=2), account.client
        await ModelVersionRepository(stores.database, account.tenant).prune(f"{model.id}:1", now())
        found = (await client.get(f"/v1/models/{model.id}/versions/1")).json()
        assert found["pruned_at"]
        assert sorted(file["name"] for file in found["files"]) == ["card.json", "samples.png"]
        order = {"image": {"data_url": DATA_URL}, "model": {"model_id": model.id, "version": 1}}
        gone = [
            await put(client, model.id, "best", 1), await client.post("/v1/reimagings", json=order),
            await client.get(f"/v1/models/{model.id}/versions/1/files/generator.safetensors"),
        ]  # fmt: skip
        assert {(answer.status_code, answer.json()["code"]) for answer in gone} == {(410, "expired")}
        assert (await client.get(f"/v1/models/{model.id}/versions/1/files/samples.png")).status_code == 200


class TestLists:
    async def test_are_filtered(self, account: Account, stores: Stores) -> None:
        light = await add_model(stores, account.tenant, name="Faces-light (new)", tags=["demo", "a"])
        dark = await add_model(stores, account.tenant, name="faces.dark", tags=["demo"])
        for query, expected in (
            ({"tag": "a"}, [light]), ({"tag": "demo"}, [dark, light]),
            ({"q": "LIGHT ("}, [light]), ({"q": "s.d"}, [dark]),
            ({"architecture": "eigen"}, [dark, light]), ({"architecture": "thesis"}, []),
            ({"visibility": "private"}, [dark, light]), ({"visibility": "public"}, []), ({"access": "shared"}, []),
        ):  # fmt: skip
            page = (await account.client.get("/v1/models", params={**query, "include": "total"})).json()
            assert [row["id"] for row in page["data"]] == [model.id for model in expected], query
            assert page["total"] == len(expected)

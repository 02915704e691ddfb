"""Models: versions by any name, files in ranges, what may be changed."""

import hashlib

import httpx
import pytest

from maskeraid_core.documents.models import Model, ModelFile, ModelVersion
from maskeraid_core.ids import new_id
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.repository import now

from .conftest import Account, Open
from .made_models import add_model, make_version

WEIGHTS = bytes(range(256)) * 20_000  # 5 MB: streamed, not read whole
INNER = "known-faces.safetensors"


@pytest.fixture
async def model(account: Account, stores: Stores) -> Model:
    tenant, at, model_id = account.tenant, now(), new_id("mdl")
    key, digest = await stores.blobs.put_content(f"t/{tenant}/models", WEIGHTS, ".safetensors")
    file = ModelFile(
        name="weights.safetensors", key=key, bytes=len(WEIGHTS), sha256=digest, media_type="application/octet-stream"
    )
    made = Model(
        id=model_id, tenant=tenant, name="m", latest_version=1, aliases={"champion": 1}, created_at=at, updated_at=at
    )
    version = ModelVersion(
        id=f"{model_id}:1", tenant=tenant, model_id=model_id, name="m", version=1, digest="sha256:0", kind="drawn",
        architecture="eigen", resolution=32, files=[file], prototypes=[{"inside": True}], created_at=at,
    )  # fmt: skip
    await stores.blobs.put(f"t/{tenant}/models/faces", b"faces")
    inner = file.model_copy(update={"name": INNER, "key": f"t/{tenant}/models/faces"})
    version = version.model_copy(update={"inner_files": [inner]})
    await ModelRepository(stores.database, tenant).add(made)
    await ModelVersionRepository(stores.database, tenant).add(version)
    return made


class TestVersions:
    @pytest.mark.parametrize("name", ["1", "latest", "champion"])
    async def test_by_any_name(self, client: httpx.AsyncClient, model: Model, name: str) -> None:
        found = (await client.get(f"/v1/models/{model.id}/versions/{name}")).json()
        assert (found["version"], found["aliases"]) == (1, ["champion"])
        assert "key" not in found["files"][0]
        assert "prototypes" not in found

    @pytest.mark.parametrize("name", ["2", "0", "challenger", "9" * 30])
    async def test_unknown_ones(self, client: httpx.AsyncClient, model: Model, name: str) -> None:
        assert (await client.get(f"/v1/models/{model.id}/versions/{name}")).status_code == 404

    async def test_pages_of_them_lead_to_each_other(self, account: Account, stores: Stores, model: Model) -> None:
        versions = ModelVersionRepository(stores.database, account.tenant)
        models = ModelRepository(stores.database, account.tenant)
        first = await versions.require(f"{model.id}:1")
        for number in (2, 3):
            await versions.add(first.model_copy(update={"id": f"{model.id}:{number}", "version": number}))
        await models.change(model.id, {"latest_version": 3})
        for order, expected in (("desc", [3, 2, 1]), ("asc", [1, 2, 3])):
            answer = await account.client.get(f"/v1/models/{model.id}/versions?limit=2&order={order}&include=total")
            rest = await account.client.get(answer.links["next"]["url"])
            assert [one["version"] for part in (answer, rest) for one in part.json()["data"]] == expected
            assert [(part.json()["has_more"], part.json()["total"]) for part in (answer, rest)] == [
                (True, 3),
                (False, 3),
            ]

    async def test_a_page_behind_a_number_with_a_line_break(self, client: httpx.AsyncClient, model: Model) -> None:
        answer = await client.get(f"/v1/models/{model.id}/versions", params={"after": f"{model.id}:1\n"})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")

    @pytest.mark.parametrize("after", ["mdl_01KAAXZMYHJYS97RBZNB5ZHQ4P:1", "1", "mdl_01KAAXZMYHJYS97RBZNB5ZHQ4P"])
    async def test_a_page_behind_another_model_s_version(
        self, client: httpx.AsyncClient, model: Model, after: str
    ) -> None:
        answer = await client.get(f"/v1/models/{model.id}/versions", params={"after": after})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


class TestFiles:
    async def test_whole_with_its_digest(self, client: httpx.AsyncClient, model: Model) -> None:
        answer = await client.get(f"/v1/models/{model.id}/versions/latest/files/weights.safetensors")
        assert answer.content == WEIGHTS
        assert answer.headers["etag"] == f'"{hashlib.sha256(WEIGHTS).hexdigest()}"'
        assert answer.headers["repr-digest"].startswith("sha-256=:")
        assert answer.headers["content-disposition"].startswith("attachment")

    @pytest.mark.parametrize(("wanted", "found"), [("bytes=0-3", WEIGHTS[:4]), ("bytes=-2", WEIGHTS[-2:])])
    async def test_range(self, client: httpx.AsyncClient, model: Model, wanted: str, found: bytes) -> None:
        path = f"/v1/models/{model.id}/versions/1/files/weights.safetensors"
        answer = await client.get(path, headers={"Range": wanted})
        assert (answer.status_code, answer.content) == (206, found)

    async def test_several_ranges_give_the_whole(self, client: httpx.AsyncClient, model: Model) -> None:
        path = f"/v1/models/{model.id}/versions/1/files/weights.safetensors"
        assert (await client.get(path, headers={"Range": "bytes=0-1,4-5"})).status_code == 200

    async def test_those_for_workers_alone_are_neither_listed_nor_served(
        self, client: httpx.AsyncClient, model: Model
    ) -> None:
        path = f"/v1/models/{model.id}/versions/1"
        assert (await client.get(f"{path}/files/{INNER}")).status_code == 404
        for answer in (await client.get(path), await client.get(f"/v1/models/{model.id}/versions")):
            assert INNER not in answer.text
            assert "inner" not in answer.text

    async def test_these_count_as_stored(self, client: httpx.AsyncClient, model: Model) -> None:
        assert (await client.get("/v1/me")).json()["usage"]["storage_bytes"] == 2 * len(WEIGHTS)


class TestChange:
    async def test_name_and_tags(self, client: httpx.AsyncClient, model: Model) -> None:
        changed = await client.patch(f"/v1/models/{model.id}", json={"name": "n", "tags": ["demo"]})
        assert (changed.json()["name"], changed.json()["tags"]) == ("n", ["demo"])
        assert (await client.patch(f"/v1/models/{model.id}", json={"aliases": {}})).status_code == 422

    async def test_deleted_model_is_gone(self, client: httpx.AsyncClient, model: Model) -> None:
        assert (await client.delete(f"/v1/models/{model.id}")).status_code == 204
        assert (await client.get(f"/v1/models/{model.id}/versions/1")).status_code == 404
        assert (await client.get("/v1/models")).json()["data"] == []


class TestVersionDeletion:
    async def test_takes_one_away_and_its_number_with_it(self, account: Account, stores: Stores) -> None:
        model = await add_model(stores, account.tenant, versions=3, aliases={"champion": 1})
        path, client = f"/v1/models/{model.id}", account.client
        assert (await client.delete(f"{path}/versions/3")).status_code == 204
        assert (await client.get(f"{path}/versions/3")).status_code == 404
        assert (await client.get(path)).json()["latest_version"] == 2
        assert (await client.get(f"{path}/versions/latest")).json()["version"] == 2
        assert [row["version"] for row in (await client.get(f"{path}/versions")).json()["data"]] == [2, 1]
        further = make_version(account.tenant, model.id, 0, lineage={"training_id": new_id("trn")})
        assert (await ModelVersionRepository(stores.database, account.tenant).add_next(further)).version == 4
        assert (await client.delete(f"{path}/versions/3")).status_code == 404

    async def test_neither_what_an_alias_names_nor_the_last(self, account: Account, stores: Stores) -> None:
        model = await add_model(stores, account.tenant, versions=2, aliases={"champion": 1, "best": 1})
        path, client = f"/v1/models/{model.id}", account.client
        named = (await client.delete(f"{path}/versions/1")).json()
        assert (named["status"], named["code"], named["aliases"]) == (409, "version_in_use", ["best", "champion"])
        assert "best, champion" in named["detail"]
        assert (await client.delete(f"{path}/versions/2")).status_code == 204
        for alias in ("best", "champion"):
            await client.delete(f"{path}/aliases/{alias}")
        last = (await client.delete(f"{path}/versions/1")).json()
        assert (last["status"], last["detail"]) == (409, "No other version has its weights: delete the model instead.")

    async def test_ends_a_grant_at_the_version_below(
        self, account: Account, open_account: Open, stores: Stores
    ) -> None:
        model = await add_model(stores, account.tenant, versions=2, aliases={})
        path, reader = f"/v1/models/{model.id}", await open_account()
        public = {"visibility": "public", "licence": "MIT"}
        assert (await account.client.patch(path, json=public)).status_code == 200
        assert (await account.client.delete(f"{path}/versions/2")).status_code == 204
        assert (await reader.client.get(path)).json()["latest_version"] == 1
        assert (await reader.client.delete(f"{path}/versions/1")).status_code == 404

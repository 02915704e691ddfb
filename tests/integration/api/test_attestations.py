"""Why faces may be used: said by somebody before pictures of people come in, and brought along by drawn ones."""

from typing import Any

import httpx
import pytest

from .conftest import ATTESTATION, ATTESTED, Account, FillDataset


async def make(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 fields of the API
    answer = await client.post("/v1/datasets", json={"name": "a", **fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def send_file(client: httpx.AsyncClient, dataset: dict[str, Any]) -> httpx.Response:
    files = {"files": ("a.zip", b"bytes")}
    return await client.post("/v1/imports", data={"dataset_id": dataset["id"]}, files=files)


async def draw(client: httpx.AsyncClient, dataset: dict[str, Any]) -> None:
    source = {"type": "generator", "set": "faces-light"}
    answer = await client.post("/v1/imports", json={"dataset_id": dataset["id"], "source": source})
    assert answer.status_code == 202, answer.text


async def attestation_of(client: httpx.AsyncClient, dataset: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/v1/datasets/{dataset['id']}")).json()["attestation"]
    return found


class TestUploads:
    async def test_need_one_and_the_refusal_says_how(self, client: httpx.AsyncClient) -> None:
        dataset = await make(client)
        source = {"type": "upload", "upload_id": "upl_" + "0" * 26}
        by_parts = {"dataset_id": dataset["id"], "source": source}
        for refused in (await send_file(client, dataset), await client.post("/v1/imports", json=by_parts)):
            assert (refused.status_code, refused.json()["code"]) == (422, "attestation_missing")
            assert refused.json()["errors"][0]["pointer"] == "/dataset_id"
            assert "`attestation`" in refused.json()["detail"]
        changed = await client.patch(f"/v1/datasets/{dataset['id']}", json={"attestation": ATTESTATION})
        assert changed.status_code == 200, changed.text
        assert (await send_file(client, dataset)).status_code == 202

    async def test_who_and_when_are_added_here(self, account: Account) -> None:
        said = await attestation_of(account.client, await make(account.client, attestation=ATTESTATION))
        name = (await account.client.get("/v1/me")).json()["tenant_name"]
        assert {**said, "at": bool(said["at"])} == {**ATTESTATION, "licence": None, "by": name, "at": True}

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"minors_excluded": False}, "/attestation/minors_excluded"), ({"basis": "found"}, "/attestation/basis"),
            ({"basis": "public_licence"}, "/attestation"), ({"licence": "MIT"}, "/attestation"),
            ({"by": "me"}, "/attestation/by"), ({"purpose": ""}, "/attestation/purpose"),
        ],
    )  # fmt: skip
    async def test_says_what_is_wrong(self, client: httpx.AsyncClient, change: dict[str, Any], pointer: str) -> None:
        answer = await client.post("/v1/datasets", json={"name": "a", "attestation": {**ATTESTATION, **change}})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer

    async def test_a_licence_is_that_of_the_dataset_where_it_has_none(self, client: httpx.AsyncClient) -> None:
        licensed = {**ATTESTATION, "basis": "public_licence", "licence": "CC0-1.0"}
        assert (await make(client, attestation=licensed))["licence"] == "CC0-1.0"
        assert (await make(client, name="b", attestation=licensed, licence="MIT"))["licence"] == "MIT"


class TestDrawnFaces:
    async def test_bring_their_own_which_speaks_for_no_upload(self, client: httpx.AsyncClient) -> None:
        dataset = await make(client)
        await draw(client, dataset)
        said = await attestation_of(client, dataset)
        assert (said["basis"], said["by"]) == ("generated", None)
        assert (await send_file(client, dataset)).json()["code"] == "attestation_missing"

    async def test_change_nothing_that_somebody_said(self, client: httpx.AsyncClient) -> None:
        dataset = await make(client, attestation=ATTESTATION)
        await draw(client, dataset)
        assert (await attestation_of(client, dataset))["basis"] == "consent"

    async def test_covered_copies_are_as_their_originals(self, account: Account, fill_dataset: FillDataset) -> None:
        clean, copies = await fill_dataset(account.tenant), await make(account.client)
        source = {"type": "coverings", "of": {"dataset_id": clean.id}}
        ordered = await account.client.post("/v1/imports", json={"dataset_id": copies["id"], "source": source})
        assert ordered.status_code == 202, ordered.text
        assert (await attestation_of(account.client, copies))["basis"] == "consent"


class TestMerges:
    """What is merged brings along why it may be used, as far as all of it agrees."""

    @pytest.fixture
    async def people(self, account: Account, fill_dataset: FillDataset) -> str:
        return (await fill_dataset(account.tenant)).id

    async def merge(self, client: httpx.AsyncClient, into: dict[str, Any], *parts: str) -> Any:  # noqa: ANN401 JSON
        source = {"type": "merge", "parts": [{"dataset_id": part} for part in parts]}
        answer = await client.post("/v1/imports", json={"dataset_id": into["id"], "source": source})
        assert answer.status_code == 202, answer.text
        return await attestation_of(client, into)

    async def test_bring_it_along(self, client: httpx.AsyncClient, people: str) -> None:
        assert (await self.merge(client, await make(client), people))["basis"] == "consent"

    async def test_of_several_words_bring_none(
        self, client: httpx.AsyncClient, people: str, account: Account, fill_dataset: FillDataset
    ) -> None:
        own = ATTESTED.model_copy(update={"basis": "own_faces"})
        others = [(await fill_dataset(account.tenant, attestation=one)).id for one in (own, None)]
        for part in others:
            assert await self.merge(client, await make(client, name=part), people, part) is None

    async def test_among_drawn_faces_take_the_place_of_the_generator_s_word(
        self, client: httpx.AsyncClient, people: str, account: Account, fill_dataset: FillDataset
    ) -> None:
        """Else a dataset of people would be said to show nobody."""
        nobody = await fill_dataset(account.tenant, attestation=None)
        for part, basis in ((people, "consent"), (nobody.id, None)):
            dataset = await make(client, name=part)
            await draw(client, dataset)
            assert (await attestation_of(client, dataset))["basis"] == "generated"
            said = await self.merge(client, dataset, part)
            assert (said and said["basis"]) == basis

    async def test_leave_what_somebody_said(self, client: httpx.AsyncClient, people: str) -> None:
        own = await make(client, attestation={**ATTESTATION, "basis": "own_faces"})
        assert (await self.merge(client, own, people))["basis"] == "own_faces"

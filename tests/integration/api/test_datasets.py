"""Datasets, uploads, images, and what a training may learn from."""

import asyncio
import base64
import hashlib
import io

import httpx
import numpy as np
import pytest
from PIL import Image

from maskeraid_core.blobs import thumbnail_key
from maskeraid_core.documents.datasets import Role
from maskeraid_core.portal import Stores
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.images import to_network

from .conftest import ATTESTATION, Account, FillDataset, Open

PART = 8 * 2**20


def digest_header(data: bytes) -> dict[str, str]:
    return {"Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"}


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


async def announce(client: httpx.AsyncClient, data: bytes) -> str:
    body = {"file_name": "a.zip", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    answer = await client.post("/v1/uploads", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


class TestUploads:
    async def test_parts_in_any_order_then_an_import(self, account: Account) -> None:
        client, data = account.client, b"a" * PART + b"the rest"
        path = await announce(client, data)
        assert (await client.post(f"{path}/complete")).json()["code"] == "upload_incomplete"
        for number, piece in ((2, data[PART:]), (1, data[:PART]), (2, data[PART:])):
            sent = await client.put(f"{path}/parts/{number}", content=piece, headers=digest_header(piece))
            assert sent.status_code == 200, sent.text
        assert (await client.get(path)).json()["missing_parts"] == []
        assert (await client.post(f"{path}/complete")).json()["status"] == "complete"
        dataset = (await client.post("/v1/datasets", json={"name": "a", "attestation": ATTESTATION})).json()
        source = {"type": "upload", "upload_id": path.rpartition("/")[2]}
        made = await client.post("/v1/imports", json={"dataset_id": dataset["id"], "source": source})
        assert made.status_code == 202
        assert made.json()["source"]["files"][0]["bytes"] == len(data)

    async def test_one_that_is_gone_tells_an_import_what_to_do(self, client: httpx.AsyncClient) -> None:
        """As after an import that has succeeded."""
        path = await announce(client, b"bytes")
        assert (await client.delete(path)).status_code == 204
        dataset = (await client.post("/v1/datasets", json={"name": "a", "attestation": ATTESTATION})).json()
        order = {"dataset_id": dataset["id"], "source": {"type": "upload", "upload_id": path.rpartition("/")[2]}}
        answer = await client.post("/v1/imports", json=order)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert answer.json()["errors"][0]["pointer"] == "/source/upload_id"
        assert "send the file again" in answer.json()["detail"]

    async def test_wrong_bytes_are_refused_and_removed(self, client: httpx.AsyncClient) -> None:
        path = await announce(client, b"right")
        wrong = await client.put(f"{path}/parts/1", content=b"wrong", headers=digest_header(b"right"))
        assert (wrong.status_code, wrong.json()["code"]) == (422, "digest_mismatch")
        short = await client.put(f"{path}/parts/1", content=b"rig", headers=digest_header(b"rig"))
        assert short.status_code == 422
        assert (await client.get(path)).json()["missing_parts"] == [1]

    async def test_the_whole_must_have_its_digest(self, client: httpx.AsyncClient) -> None:
        path = await announce(client, b"right")
        await client.put(f"{path}/parts/1", content=b"wrong", headers=digest_header(b"wrong"))
        assert (await client.post(f"{path}/complete")).json()["code"] == "digest_mismatch"

    async def test_no_more_than_the_slots(self, client: httpx.AsyncClient) -> None:
        for _ in range(4):
            await announce(client, b"x")
        refused = await client.post("/v1/uploads", json={"file_name": "a", "bytes": 1, "sha256": "0" * 64})
        assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")


class TestImages:
    async def test_filter_offset_and_total(self, account: Account, fill_dataset: FillDataset) -> None:
        dataset = await fill_dataset(account.tenant, 10)
        query = {"dataset_id": dataset.id, "where": "mouth:2", "limit": "2", "include": "total"}
        page = (await account.client.get("/v1/images", params={**query, "offset": "1"})).json()
        assert [row["row"] for row in page["data"]] == [3, 5]
        assert (page["total"], page["has_more"]) == (5, True)
        after = (await account.client.get("/v1/images", params={**query, "after": page["last_id"]})).json()
        assert [row["row"] for row in after["data"]] == [7, 9]

    async def test_bytes_with_headers_of_bytes(self, account: Account, fill_dataset: FillDataset) -> None:
        dataset = await fill_dataset(account.tenant)
        image = (await account.client.get("/v1/images", params={"dataset_id": dataset.id})).json()["data"][0]
        answer = await account.client.get(image["urls"]["content"])
        assert answer.content == b"picture 1"
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["cache-control"] == "private, no-store"
        part = await account.client.get(image["urls"]["content"], headers={"Range": "bytes=-3"})
        assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"e 1", "bytes 6-8/9")
        beyond = await account.client.get(image["urls"]["content"], headers={"Range": "bytes=9-"})
        assert (beyond.status_code, beyond.json()["code"]) == (416, "range_not_satisfiable")

    async def test_thumbnail_where_there_is_one(
        self, account: Account, fill_dataset: FillDataset, stores: Stores
    ) -> None:
        dataset = await fill_dataset(account.tenant, 2, side=256)
        first, second = (await account.client.get("/v1/images", params={"dataset_id": dataset.id})).json()["data"]
        await stores.blobs.put(thumbnail_key(account.tenant, first["sha256"]), b"small")
        answer = await account.client.get(first["urls"]["thumbnail"])
        assert (answer.content, answer.headers["content-type"]) == (b"small", "image/webp")
        assert answer.headers["repr-digest"] == digest_header(b"small")["Content-Digest"]
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        part = await account.client.get(first["urls"]["thumbnail"], headers={"Range": "bytes=1-2"})
        assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"ma", "bytes 1-2/5")
        tag = {"If-None-Match": answer.headers["etag"]}
        assert (await account.client.get(first["urls"]["thumbnail"], headers=tag)).status_code == 304
        whole = await account.client.get(second["urls"]["thumbnail"])
        assert (whole.content, whole.headers["content-type"]) == (b"picture 2", "image/png")

    async def test_facets(self, account: Account, fill_dataset: FillDataset) -> None:
        dataset = await fill_dataset(account.tenant, 9)
        found = (await account.client.get("/v1/facets", params={"dataset_id": dataset.id})).json()
        assert found["sentence"] == "9 images. mouth: 2 values"
        assert [(one["value"], one["count"]) for one in found["facets"][0]["values"]] == [("1", 4), ("2", 5)]

    async def test_unknown_attribute_is_named(self, account: Account, fill_dataset: FillDataset) -> None:
        dataset = await fill_dataset(account.tenant)
        answer = await account.client.get("/v1/images", params={"dataset_id": dataset.id, "where": "nose:1"})
        assert answer.status_code == 422
        assert "they have: mouth" in answer.json()["detail"]


class TestImageSheets:
    async def test_has_the_tiles_of_the_page(self, account: Account, fill_dataset: FillDataset) -> None:
        faces = draw_faces("faces-light").images[:10]
        dataset = await fill_dataset(account.tenant, 10, pictures=[png(face) for face in faces])
        query = {"dataset_id": dataset.id, "where": "mouth:2", "limit": "3", "offset": "1"}
        answer = await account.client.get("/v1/image-sheets", params=query)
        assert answer.status_code == 200, answer.text
        laid_out = [answer.headers[name] for name in ("content-type", "sheet-tile", "sheet-columns", "sheet-count")]
        assert laid_out == ["image/webp", "32", "2", "3"]
        pixels = np.asarray(Image.open(io.BytesIO(answer.content)))
        rows = [row["row"] for row in (await account.client.get("/v1/images", params=query)).json()["data"]]
        for number, row in enumerate(rows):
            top, left = number // 2 * 32, number % 2 * 32
            assert (pixels[top : top + 32, left : left + 32] == faces[row - 1]).all()
        unchanged = await account.client.get(
            "/v1/image-sheets", params=query, headers={"If-None-Match": answer.headers["etag"]}
        )
        assert unchanged.status_code == 304
        other = await account.client.get("/v1/image-sheets", params={**query, "offset": "0"})
        assert other.headers["etag"] != answer.headers["etag"]

    async def test_takes_the_thumbnails_of_large_images(
        self, account: Account, fill_dataset: FillDataset, stores: Stores
    ) -> None:
        dataset = await fill_dataset(account.tenant, 1, side=256)
        (image,) = (await account.client.get("/v1/images", params={"dataset_id": dataset.id})).json()["data"]
        small = io.BytesIO()
        Image.new("RGB", (128, 128), (250, 250, 250)).save(small, "WEBP")
        await stores.blobs.put(thumbnail_key(account.tenant, image["sha256"]), small.getvalue())
        answer = await account.client.get("/v1/image-sheets", params={"dataset_id": dataset.id})
        assert answer.headers["sheet-tile"] == "64"
        assert np.asarray(Image.open(io.BytesIO(answer.content))).min() > 240

    async def test_of_no_images_has_none(self, account: Account, fill_dataset: FillDataset) -> None:
        dataset = await fill_dataset(account.tenant, 1)
        answer = await account.client.get("/v1/image-sheets", params={"dataset_id": dataset.id, "offset": "9"})
        assert (answer.status_code, answer.headers["sheet-count"]) == (200, "0")

    async def test_of_another_tenant_s_dataset_is_not_found(
        self, account: Account, open_account: Open, fill_dataset: FillDataset
    ) -> None:
        dataset = await fill_dataset((await open_account()).tenant, 1)
        answer = await account.client.get("/v1/image-sheets", params={"dataset_id": dataset.id})
        assert answer.status_code == 404


class TestArrays:
    async def test_of_an_image_has_the_values_that_networks_take(
        self, account: Account, fill_dataset: FillDataset
    ) -> None:
        face = draw_faces("faces-light").images[0]
        dataset = await fill_dataset(account.tenant, 1, pictures=[png(face)])
        (image,) = (await account.client.get("/v1/images", params={"dataset_id": dataset.id})).json()["data"]
        answer = await account.client.get(image["urls"]["content"], params={"format": "npy"})
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"] == f'attachment; filename="{image["id"]}.npy"'
        assert (np.load(io.BytesIO(answer.content)) == to_network(face)).all()

    async def test_of_a_large_image_is_refused(self, account: Account, fill_dataset: FillDataset) -> None:
        dataset = await fill_dataset(account.tenant, 1, side=2048)
        (image,) = (await account.client.get("/v1/images", params={"dataset_id": dataset.id})).json()["data"]
        answer = await account.client.get(image["urls"]["content"], params={"format": "npy"})
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "format")


class TestImagesOfSeveralDatasets:
    async def test_come_one_dataset_behind_another(self, account: Account, fill_dataset: FillDataset) -> None:
        first = await fill_dataset(account.tenant, 3)
        second = await fill_dataset(account.tenant, values=[{"nose": "1"}, {"nose": "2"}])
        client, both = account.client, [first.id, second.id]
        url, seen = "/v1/images?limit=2&" + "&".join(f"dataset_id={one}" for one in both), list[tuple[str, int]]()
        while url:
            answer = await client.get(url)
            seen += [(row["dataset_id"], row["row"]) for row in answer.json()["data"]]
            url = answer.links.get("next", {}).get("url", "")
        assert seen == [(first.id, 1), (first.id, 2), (first.id, 3), (second.id, 1), (second.id, 2)]
        counted = (await client.get("/v1/facets", params={"dataset_id": both})).json()
        assert counted["sentence"] == "5 images. mouth: 2 values, nose: 2 values"
        narrowed = (await client.get("/v1/facets", params={"dataset_id": both, "where": ["nose:", "mouth:1"]})).json()
        assert narrowed["total"] == 1

    async def test_of_a_role_are_those_of_all_such_datasets(self, account: Account, fill_dataset: FillDataset) -> None:
        await fill_dataset(account.tenant, 3)
        trial = await fill_dataset(account.tenant, 2, role=Role.TEST)
        await account.client.post("/v1/datasets", json={"name": "empty", "role": "test"})
        page = (await account.client.get("/v1/images", params={"role": "test"})).json()["data"]
        assert {row["dataset_id"] for row in page} == {trial.id}
        none = await account.client.get("/v1/images", params={"role": "train", "dataset_id": trial.id})
        assert none.json()["data"] == []

    async def test_have_no_version_in_common(self, account: Account, fill_dataset: FillDataset) -> None:
        ids = [(await fill_dataset(account.tenant, 1)).id for _ in range(2)]
        answer = await account.client.get("/v1/images", params={"dataset_id": ids, "version": "1"})
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "version")

    async def test_of_others_are_not_found(
        self, account: Account, open_account: Open, fill_dataset: FillDataset
    ) -> None:
        ids = [(await fill_dataset(tenant, 1)).id for tenant in (account.tenant, (await open_account()).tenant)]
        assert (await account.client.get("/v1/images", params={"dataset_id": ids})).status_code == 404


class TestNames:
    async def test_only_one_of_many_at_the_same_time_gets_it(self, client: httpx.AsyncClient) -> None:
        answers = await asyncio.gather(*(client.post("/v1/datasets", json={"name": "a"}) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
        refused = next(answer.json() for answer in answers if answer.status_code == 409)
        assert (refused["code"], refused["errors"][0]["pointer"]) == ("name_taken", "/name")
        made = next(answer.json()["id"] for answer in answers if answer.status_code == 201)
        assert refused["dataset_id"] == made
        assert f"The dataset {made} is called so already" in refused["detail"]

    async def test_taken_for_renaming_until_its_owner_is_deleted(self, client: httpx.AsyncClient) -> None:
        first, second = [(await client.post("/v1/datasets", json={"name": name})).json()["id"] for name in "ab"]
        refused = await client.patch(f"/v1/datasets/{second}", json={"name": "a"})
        assert (refused.json()["code"], refused.json()["dataset_id"]) == ("name_taken", first)
        await client.delete(f"/v1/datasets/{first}")
        assert (await client.patch(f"/v1/datasets/{second}", json={"name": "a"})).json()["name"] == "a"

    async def test_of_another_tenant_is_no_matter(self, client: httpx.AsyncClient, open_account: Open) -> None:
        for one in (client, (await open_account()).client):
            assert (await one.post("/v1/datasets", json={"name": "a"})).status_code == 201


class TestWhatMayBeTrainedOn:
    @pytest.mark.parametrize(
        ("fields", "where", "code"),
        [
            ({"role": Role.TEST}, [], "test_data_in_training"), ({"count": 5}, [], "too_few_images"),
            ({}, ["mouth:2"], "too_few_images"), ({"side": 33}, [], "resolution_not_supported"),
            ({"side": 512}, [], "resolution_not_supported"), ({}, ["nose:1"], "validation_failed"),
        ],
    )  # fmt: skip
    async def test_known_at_the_start(
        self, account: Account, fill_dataset: FillDataset, fields: dict[str, object], where: list[str], code: str
    ) -> None:
        dataset = await fill_dataset(account.tenant, **fields)
        body = {"name": "t", "data": [{"dataset_id": dataset.id, "where": where}]}
        answer = await account.client.post("/v1/trainings", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert not (await account.client.get("/v1/jobs")).json()["data"]

    async def test_empty_dataset(self, client: httpx.AsyncClient) -> None:
        dataset = (await client.post("/v1/datasets", json={"name": "a"})).json()
        answer = await client.post("/v1/trainings", json={"name": "t", "data": [{"dataset_id": dataset["id"]}]})
        assert (answer.status_code, answer.json()["code"]) == (409, "dataset_empty")

    async def test_an_image_that_is_in_several_parts_counts_once(
        self, account: Account, fill_dataset: FillDataset
    ) -> None:
        dataset = await fill_dataset(account.tenant, 40)
        for wheres in ([[]] * 16, [["mouth:1"], [], ["mouth:2"]]):
            data = [{"dataset_id": dataset.id, "where": where} for where in wheres]
            training = (await account.client.post("/v1/trainings", json={"name": "t", "data": data})).json()
            assert training["image_count"] == 40
            assert [warning["code"] for warning in training["warnings"]] == ["few_images"]
        few = await fill_dataset(account.tenant, 7)
        refused = await account.client.post("/v1/trainings", json={"name": "t", "data": [{"dataset_id": few.id}] * 2})
        assert (refused.status_code, refused.json()["code"], refused.json()["count"]) == (422, "too_few_images", 7)

    async def test_sizes_of_several_datasets_must_agree(self, account: Account, fill_dataset: FillDataset) -> None:
        sets = [await fill_dataset(account.tenant, side=side) for side in (32, 64)]
        body = {"name": "t", "data": [{"dataset_id": dataset.id} for dataset in sets]}
        answer = await account.client.post("/v1/trainings", json=body)
        assert answer.json()["code"] == "resolution_not_supported"


class TestDeletingDatasets:
    async def test_one_in_use_is_kept(self, account: Account, fill_dataset: FillDataset) -> None:
        dataset = await fill_dataset(account.tenant)
        body = {"name": "t", "data": [{"dataset_id": dataset.id}]}
        training = (await account.client.post("/v1/trainings", json=body)).json()
        refused = await account.client.delete(f"/v1/datasets/{dataset.id}")
        assert (refused.status_code, refused.json()["code"]) == (409, "dataset_in_use")
        assert refused.json()["users"] == [training["id"]]
        await account.client.post(f"/v1/jobs/{training['id']}/cancel")
        assert (await account.client.delete(f"/v1/datasets/{dataset.id}")).status_code == 204
        assert (await account.client.get(f"/v1/datasets/{dataset.id}")).status_code == 404

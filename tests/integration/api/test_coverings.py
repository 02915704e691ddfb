"""Coverings over HTTP: sent, found by re-imagings, fetched, used again, and deleted; a test stands for the worker."""

import base64
import hashlib
import json
from typing import Any

import httpx
import pytest

from maskeraid_api.settings import ApiSettings
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.ids import new_id
from maskeraid_core.jobs import Job, JobError

from .conftest import FillDataset, Hand, Open

PNG = b"\x89PNG\r\n\x1a\n and the rest of it"
CLEAN = b"a clean map"
FOUND = {"by": "colour", "share": 0.3, "colours": []}


async def send(client: httpx.AsyncClient, content: bytes = PNG, **options: object) -> httpx.Response:
    data = {"options": json.dumps(options)} if options else None
    return await client.post("/v1/coverings", files={"map": ("map.png", content)}, data=data)


async def read(hand: Hand, covering_id: str) -> Job:
    """As the worker does with a map that it can read."""
    job = await hand.claim(covering_id)
    facts = {"by": "map", "share": 0.25, "width": 64, "height": 48}
    return await hand.succeed(job, {"covering": facts}, {"covering.png": CLEAN})


async def find(client: httpx.AsyncClient, hand: Hand, **options: object) -> str:
    """The id of a re-imaging that has found a covering."""
    data = {"options": json.dumps({"until": "covering", **options})}
    made = await client.post("/v1/reimagings", files={"image": ("a.png", PNG)}, data=data)
    job = await hand.claim(made.json()["id"])
    result = {"covering": FOUND, "faces": [{"index": 0, "box": [0, 0, 32, 32], "confidence": 1.0}]}
    return (await hand.succeed(job, result, {"covering.png": CLEAN})).id


def refusal(answer: httpx.Response) -> tuple[int, str, str | None]:
    body = answer.json()
    place = body["errors"][0] if body["errors"] else {}
    return answer.status_code, body["code"], place.get("pointer") or place.get("parameter")


async def reimage(client: httpx.AsyncClient, **covering: object) -> httpx.Response:
    options = json.dumps({"covering": covering})
    return await client.post("/v1/reimagings", files={"image": ("a.png", PNG)}, data={"options": options})


class TestSent:
    async def test_is_accepted_read_and_fetched(self, client: httpx.AsyncClient, hand: Hand) -> None:
        labels = {"metadata": {"a": "b"}, "client_reference_id": "7"}
        sent = await send(client, name="left half", grow=2, feather=3, **labels)
        assert sent.status_code == 202, sent.text
        waiting = sent.json()
        assert sent.headers["location"] == waiting["urls"]["self"] == f"/v1/coverings/{waiting['id']}"
        assert (waiting["status"], waiting["share"], waiting["digest"]) == ("queued", None, None)
        await read(hand, waiting["id"])
        covering = (await client.get(f"/v1/coverings/{waiting['id']}")).json()
        told = ("status", "name", "found_by", "share", "width", "height", "grow", "feather", "is_found", "reimaging_id")
        assert [covering[name] for name in told] == [
            "succeeded", "left half", "map", 0.25, 64, 48, 2, 3, False, None,
        ]  # fmt: skip
        assert {name: covering[name] for name in labels} == labels
        assert covering["digest"] == f"sha256:{hashlib.sha256(CLEAN).hexdigest()}"

        content = await client.get(covering["urls"]["content"])
        assert (content.status_code, content.content) == (200, CLEAN)
        assert content.headers["content-type"] == "image/png"
        assert "immutable" in content.headers["cache-control"]
        digest = base64.b64encode(hashlib.sha256(CLEAN).digest()).decode()
        assert content.headers["repr-digest"] == f"sha-256=:{digest}:"
        known = {"If-None-Match": content.headers["etag"]}
        assert (await client.get(covering["urls"]["content"], headers=known)).status_code == 304

    async def test_the_bytes_that_came_go_when_they_are_read(self, client: httpx.AsyncClient, hand: Hand) -> None:
        covering_id = (await send(client)).json()["id"]
        job = await read(hand, covering_id)
        (key,) = job.spec["covering"]["upload"]["keys"]
        assert not await hand.blobs.exists(key)

    async def test_is_a_job_like_others(self, client: httpx.AsyncClient, hand: Hand) -> None:
        covering_id = (await send(client, name="n")).json()["id"]
        assert (await client.get(f"/v1/jobs/{covering_id}")).json()["name"] == "n"
        listed = (await client.get("/v1/jobs", params={"kind": "covering"})).json()["data"]
        assert [(row["id"], row["urls"]["self"]) for row in listed] == [(covering_id, f"/v1/coverings/{covering_id}")]

    async def test_that_cannot_be_read_says_why(self, client: httpx.AsyncClient, hand: Hand) -> None:
        covering_id = (await send(client)).json()["id"]
        await hand.fail(await hand.claim(covering_id), JobError(code="unreadable_image", message="not a PNG"))
        covering = (await client.get(f"/v1/coverings/{covering_id}")).json()
        assert (covering["status"], covering["error"]["code"]) == ("failed", "unreadable_image")
        for answer in (
            await client.get(f"/v1/coverings/{covering_id}/content"), await reimage(client, covering_id=covering_id),
        ):  # fmt: skip
            assert (answer.status_code, answer.json()["code"]) == (409, "job_state_conflict")
            assert "could not be read (not a PNG): send another" in answer.json()["detail"]

    async def test_that_is_not_read_yet_has_no_content(self, client: httpx.AsyncClient) -> None:
        covering_id = (await send(client)).json()["id"]
        answer = await client.get(f"/v1/coverings/{covering_id}/content")
        assert refusal(answer)[:2] == (409, "job_state_conflict")
        assert "not read yet" in answer.json()["detail"]
        assert answer.json()["current_status"] == "queued"

    async def test_twice_with_one_idempotency_key_is_once(self, client: httpx.AsyncClient, hand: Hand) -> None:
        twice = [
            await client.post("/v1/coverings", files={"map": ("m", PNG)}, headers={"Idempotency-Key": "k"})
            for _ in range(2)
        ]
        assert twice[0].json()["id"] == twice[1].json()["id"]
        assert twice[1].headers["idempotency-replayed"] == "true"


class TestRefused:
    @pytest.mark.parametrize("content", [b"", b"GIF89a", b"RIFF\x00\x00\x00\x00WAVE", b"<svg/>", b"PK\x03\x04"])
    async def test_what_is_no_picture(self, client: httpx.AsyncClient, content: bytes) -> None:
        answer = await send(client, content)
        assert refusal(answer) == (415, "unsupported_media", "map")
        assert "neither a PNG, a JPEG, nor a WebP" in answer.json()["detail"]

    @pytest.mark.parametrize("content", [b"\xff\xd8\xff\xe0", b"RIFF\x00\x00\x00\x00WEBPVP8 "])
    async def test_not_the_other_kinds_of_pictures(self, client: httpx.AsyncClient, content: bytes) -> None:
        assert (await send(client, content)).status_code == 202

    async def test_no_map(self, client: httpx.AsyncClient) -> None:
        assert refusal(await client.post("/v1/coverings")) == (422, "validation_failed", "map")
        answer = await client.post("/v1/coverings", files={"options": (None, "{}")})
        assert refusal(answer) == (422, "validation_failed", "map")

    async def test_text_in_place_of_the_map(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/coverings", files={"map": (None, "text")})
        assert refusal(answer) == (422, "validation_failed", "map")

    async def test_two_maps(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/coverings", files=[("map", ("a", PNG)), ("map", ("b", PNG))])
        assert refusal(answer) == (422, "validation_failed", "map")
        assert "One `map` is taken, not 2" in answer.json()["detail"]

    async def test_a_map_that_is_too_large(self, client: httpx.AsyncClient) -> None:
        answer = await send(client, PNG + bytes(25 * 2**20))
        assert refusal(answer) == (413, "too_large", "map")

    async def test_json(self, client: httpx.AsyncClient) -> None:
        assert refusal(await client.post("/v1/coverings", json={"map": "x"}))[:2] == (415, "unsupported_media")

    @pytest.mark.parametrize(
        ("options", "pointer"),
        [
            ({"grow": 17}, "/grow"), ({"feather": 9}, "/feather"), ({"grow": -1}, "/grow"), ({"name": ""}, "/name"),
            ({"colours": []}, "/colours"),
        ],
    )  # fmt: skip
    async def test_options_by_name(self, client: httpx.AsyncClient, options: dict[str, Any], pointer: str) -> None:
        answer = await send(client, **options)
        assert (answer.status_code, refusal(answer)[2]) == (422, pointer)

    async def test_an_unknown_part(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/coverings", files={"map": ("m", PNG), "image": ("i", PNG)})
        assert refusal(answer)[:2] == (422, "unknown_field")


class TestFound:
    async def test_is_told_and_fetched(self, client: httpx.AsyncClient, hand: Hand) -> None:
        reimaging_id = await find(client, hand)
        result = (await client.get(f"/v1/reimagings/{reimaging_id}")).json()["result"]
        covering_id = result["covering"]["covering_id"]
        covering = (await client.get(f"/v1/coverings/{covering_id}")).json()
        told = ("id", "status", "is_found", "reimaging_id", "found_by", "share", "width", "height", "grow")
        assert [covering[name] for name in told] == [
            covering_id, "succeeded", True, reimaging_id, "colour", 0.3, 32, 32, 0,
        ]  # fmt: skip
        assert covering["urls"]["reimaging"] == f"/v1/reimagings/{reimaging_id}"
        content = await client.get(covering["urls"]["content"])
        assert (content.status_code, content.content) == (200, CLEAN)

    async def test_there_is_none_before_it_is_found(self, client: httpx.AsyncClient) -> None:
        made = (await client.post("/v1/reimagings", files={"image": ("a.png", PNG)})).json()
        twin = made["id"].replace("rim_", "cov_")
        assert (await client.get(f"/v1/coverings/{twin}")).status_code == 404

    async def test_is_not_deleted_alone_and_goes_with_its_reimaging(
        self, client: httpx.AsyncClient, hand: Hand
    ) -> None:
        reimaging_id = await find(client, hand)
        place = f"/v1/coverings/{reimaging_id.replace('rim_', 'cov_')}"
        refused = await client.delete(place)
        assert (refused.status_code, refused.json()["code"]) == (409, "covering_in_use")
        assert refused.json()["reimaging_id"] == reimaging_id
        assert (await client.delete(f"/v1/reimagings/{reimaging_id}")).status_code == 204
        for path in (place, f"{place}/content"):
            assert (await client.get(path)).status_code == 404

    async def test_the_id_of_another_object_is_none_of_a_covering(self, client: httpx.AsyncClient, hand: Hand) -> None:
        reimaging_id = await find(client, hand)
        assert (await client.get(f"/v1/coverings/{reimaging_id}")).status_code == 404
        sent = (await send(client)).json()["id"]
        assert (await client.get(f"/v1/reimagings/{sent}")).status_code == 404


class TestUsed:
    async def test_a_sent_one_with_its_own_grow_and_feather(self, client: httpx.AsyncClient, hand: Hand) -> None:
        covering_id = (await send(client, grow=2, feather=3)).json()["id"]
        await read(hand, covering_id)
        made = await reimage(client, covering_id=covering_id)
        assert made.status_code == 202, made.text
        covering = made.json()["options"]["covering"]
        assert (covering["covering_id"], covering["grow"], covering["feather"]) == (covering_id, 2, 3)
        assert "stored" not in covering
        job = await hand.claim(made.json()["id"])
        file = job.spec["covering"]["stored"]
        assert await hand.blobs.get(file["key"], file["sha256"]) == CLEAN

    async def test_what_the_reimaging_says_comes_first(self, client: httpx.AsyncClient, hand: Hand) -> None:
        covering_id = (await send(client, grow=2, feather=3)).json()["id"]
        await read(hand, covering_id)
        options = (await reimage(client, covering_id=covering_id, grow=0, feather=0, clean=True)).json()["options"]
        assert [options["covering"][name] for name in ("grow", "feather", "clean")] == [0, 0, True]

    async def test_with_an_image_of_a_dataset(
        self, client: httpx.AsyncClient, hand: Hand, fill_dataset: FillDataset
    ) -> None:
        reimaging_id = await find(client, hand)
        tenant = (await hand.claim((await send(client)).json()["id"])).tenant
        dataset = await fill_dataset(tenant)
        image = {"image_id": f"{dataset.id.replace('ds_', 'img_')}_000001"}
        covering = {"covering_id": reimaging_id.replace("rim_", "cov_"), "feather": 8}
        made = await client.post("/v1/reimagings", json={"image": image, "covering": covering})
        assert made.status_code == 202, made.text
        assert made.json()["options"]["covering"]["feather"] == 8

    async def test_whole_numbers_may_be_written_with_a_point(self, client: httpx.AsyncClient) -> None:
        made = await reimage(client, colours=[[20.0, 150, 140]], grow=2.0)
        assert made.status_code == 202, made.text
        assert made.json()["options"]["covering"]["colours"] == [[20, 150, 140]]
        assert refusal(await reimage(client, colours=[[20.5, 150, 140]]))[2] == "/covering/colours/0/0"

    async def test_not_beside_a_map_that_comes(self, client: httpx.AsyncClient, hand: Hand) -> None:
        covering_id = (await send(client)).json()["id"]
        await read(hand, covering_id)
        options = json.dumps({"covering": {"covering_id": covering_id}})
        files = {"image": ("a.png", PNG), "covering": ("c.png", PNG)}
        answer = await client.post("/v1/reimagings", files=files, data={"options": options})
        assert refusal(answer) == (422, "validation_failed", "covering")
        assert "send one of the two" in answer.json()["detail"]

    async def test_one_that_is_not_there_is_not_found(self, client: httpx.AsyncClient) -> None:
        assert refusal(await reimage(client, covering_id=new_id("cov"))) == (
            404, "not_found", "/covering/covering_id",
        )  # fmt: skip

    async def test_one_that_is_not_read_yet_is_refused(self, client: httpx.AsyncClient) -> None:
        answer = await reimage(client, covering_id=(await send(client)).json()["id"])
        assert refusal(answer) == (409, "job_state_conflict", "/covering/covering_id")

    @pytest.mark.parametrize(
        ("covering", "pointer"),
        [({"covering_id": "cov_1"}, "covering_id"), ({"grow": 17}, "grow"), ({"feather": 9}, "feather"),
         ({"feather": -1}, "feather"), ({"clean": "yes"}, "clean")],
    )  # fmt: skip
    async def test_values_out_of_range_are_named(
        self, client: httpx.AsyncClient, covering: dict[str, object], pointer: str
    ) -> None:
        answer = await reimage(client, **covering)
        assert refusal(answer)[::2] == (422, f"/covering/{pointer}")


class TestDelete:
    async def test_takes_the_bytes_along_and_leaves_what_was_made_with_it(
        self, client: httpx.AsyncClient, hand: Hand
    ) -> None:
        covering_id = (await send(client)).json()["id"]
        job = await read(hand, covering_id)
        made = (await reimage(client, covering_id=covering_id)).json()["id"]
        assert (await client.delete(f"/v1/coverings/{covering_id}")).status_code == 204
        assert (await client.get(f"/v1/coverings/{covering_id}")).status_code == 404
        assert (await client.delete(f"/v1/coverings/{covering_id}")).status_code == 404
        assert await hand.blobs.keys(f"t/{job.tenant}/jobs/{covering_id}/") == []
        assert (await client.get(f"/v1/reimagings/{made}")).status_code == 200

    async def test_of_one_that_waits_takes_what_came_along(self, client: httpx.AsyncClient, hand: Hand) -> None:
        covering_id = (await send(client)).json()["id"]
        assert (await client.delete(f"/v1/coverings/{covering_id}")).status_code == 204
        assert (await client.get(f"/v1/coverings/{covering_id}")).status_code == 404

    async def test_only_of_the_state_that_was_seen(self, client: httpx.AsyncClient, hand: Hand) -> None:
        covering_id = (await send(client)).json()["id"]
        tag = (await client.get(f"/v1/coverings/{covering_id}")).headers["etag"]
        await read(hand, covering_id)
        stale = await client.delete(f"/v1/coverings/{covering_id}", headers={"If-Match": tag})
        assert refusal(stale)[:2] == (412, "stale_object")


class TestTenancy:
    async def test_of_others_are_not_there(self, client: httpx.AsyncClient, hand: Hand, open_account: Open) -> None:
        sent = (await send(client)).json()["id"]
        await read(hand, sent)
        found = (await find(client, hand)).replace("rim_", "cov_")
        stranger = (await open_account()).client
        for covering_id in (sent, found):
            unknown = new_id("cov")
            for method, tail in (("GET", ""), ("GET", "/content"), ("DELETE", "")):
                foreign = await stranger.request(method, f"/v1/coverings/{covering_id}{tail}")
                missing = await stranger.request(method, f"/v1/coverings/{unknown}{tail}")
                assert foreign.status_code == missing.status_code == 404
                assert foreign.json()["detail"] == missing.json()["detail"]
            assert refusal(await reimage(stranger, covering_id=covering_id))[:2] == (404, "not_found")
        assert (await client.get(f"/v1/coverings/{sent}/content")).status_code == 200

    async def test_scopes(self, client: httpx.AsyncClient, open_account: Open) -> None:
        reader = (await open_account(Scope.REIMAGINGS_READ)).client
        assert refusal(await send(reader))[:2] == (403, "scope_missing")
        assert refusal(await reader.delete(f"/v1/coverings/{new_id('cov')}"))[:2] == (403, "scope_missing")
        other = (await open_account(Scope.DATASETS_READ)).client
        assert refusal(await other.get(f"/v1/coverings/{new_id('cov')}"))[:2] == (403, "scope_missing")


class TestQuota:
    @pytest.fixture
    def api_settings(self, api_settings: ApiSettings) -> ApiSettings:
        return api_settings.model_copy(update={"max_storage_bytes": 2 * len(CLEAN)})

    async def test_counts_maps_that_were_sent(self, client: httpx.AsyncClient, hand: Hand) -> None:
        sent = [(await send(client)).json()["id"] for _ in range(2)]
        await find(client, hand)
        for done, covering_id in enumerate(sent, 1):
            await read(hand, covering_id)
            assert (await client.get("/v1/me")).json()["usage"]["storage_bytes"] == done * len(CLEAN)
        refused = await send(client)
        assert refusal(refused)[:2] == (429, "quota_exceeded")
        assert refused.json()["quota"] == "storage_bytes"
        await client.delete(f"/v1/coverings/{sent[0]}")
        assert (await send(client)).status_code == 202

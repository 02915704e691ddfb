"""The bundle of a result, as it is served."""

import base64
import hashlib
import io
import json
import zipfile

import httpx
import pytest

from maskeraid_api.bundles import packing
from maskeraid_core.jobs import Job

from .conftest import Account, Hand, Open
from .finished import finish_reimaging


@pytest.fixture
async def done(account: Account, hand: Hand) -> Job:
    return await finish_reimaging(account, hand)


@pytest.fixture
async def answer(client: httpx.AsyncClient, done: Job) -> httpx.Response:
    shown = (await client.get(f"/v1/reimagings/{done.id}")).json()
    return await client.get(shown["files"]["bundle.zip"])


class TestServing:
    def test_comes_as_other_files_do(self, answer: httpx.Response, done: Job) -> None:
        assert answer.status_code == 200, answer.text
        digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
        expected = {
            "content-type": "application/zip", "content-length": str(len(answer.content)),
            "content-disposition": f'attachment; filename="{done.id}.zip"', "repr-digest": f"sha-256=:{digest}:",
            "cache-control": "private, no-store", "content-security-policy": "default-src 'none'; sandbox",
        }  # fmt: skip
        assert {name: answer.headers[name] for name in expected} == expected

    def test_says_who_asked(self, answer: httpx.Response) -> None:
        manifest = json.loads(zipfile.ZipFile(io.BytesIO(answer.content)).read("manifest.json"))
        assert manifest["requested_by"] == "test"  # the name of the key

    async def test_names_no_training_image(self, client: httpx.AsyncClient, account: Account, hand: Hand) -> None:
        """It is handed on; whom a candidate comes near to is the model owner's to know."""
        done = await finish_reimaging(account, hand, near_copy_of="img_1")
        shown = (await client.get(f"/v1/reimagings/{done.id}")).json()
        assert shown["result"]["candidates"][0]["near_copy_of"] == "img_1"
        bundle = zipfile.ZipFile(io.BytesIO((await client.get(shown["files"]["bundle.zip"])).content))
        assert b"img_1" not in b"".join(bundle.read(name) for name in bundle.namelist())
        assert "near copy of a training face" in bundle.read("report.html").decode()

    async def test_is_the_same_each_time(self, client: httpx.AsyncClient, answer: httpx.Response) -> None:
        again = await client.get(answer.request.url)
        assert again.content == answer.content
        known = await client.get(answer.request.url, headers={"If-None-Match": answer.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")

    @pytest.mark.parametrize("held", [0, 2**30], ids=["read twice", "held"])
    async def test_a_range_is_that_part(
        self, client: httpx.AsyncClient, answer: httpx.Response, held: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(packing, "HELD_BYTES", held)
        whole = await client.get(answer.request.url)
        assert whole.content == answer.content
        for start, end in ((0, 1), (40, 5000), (len(whole.content) - 30, len(whole.content))):
            part = await client.get(answer.request.url, headers={"Range": f"bytes={start}-{end - 1}"})
            assert (part.status_code, part.content) == (206, whole.content[start:end])
        beyond = await client.get(answer.request.url, headers={"Range": f"bytes={len(whole.content)}-"})
        assert beyond.status_code == 416

    async def test_of_a_stranger_is_not_there(self, answer: httpx.Response, open_account: Open) -> None:
        stranger = await open_account()
        assert (await stranger.client.get(answer.request.url)).status_code == 404

    async def test_there_is_none_without_candidates(self, account: Account, hand: Hand) -> None:
        stopped = await finish_reimaging(account, hand, until="covering")
        shown = (await account.client.get(f"/v1/reimagings/{stopped.id}")).json()
        assert "bundle.zip" not in shown["files"]
        answer = await account.client.get(f"/v1/reimagings/{stopped.id}/files/bundle.zip")
        assert answer.status_code == 404

    async def test_a_stored_file_that_changed_is_not_signed(
        self, client: httpx.AsyncClient, done: Job, hand: Hand
    ) -> None:
        file = (done.result or {})["files"]["generated.npy"]
        await hand.blobs.put(file["key"], bytes(file["bytes"]))
        answer = await client.get(f"/v1/reimagings/{done.id}/files/bundle.zip")
        assert (answer.status_code, answer.json()["code"]) == (500, "artifact_corrupt")

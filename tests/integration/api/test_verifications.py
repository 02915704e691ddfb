"""A bundle that is handed in is checked; nothing of it is kept."""

import httpx

from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.reimagings import LARGEST_BUNDLE, STATEMENT
from maskeraid_core.portal import Stores

from .conftest import Account, Hand, Open
from .finished import finish_reimaging

PATH = "/v1/verifications"


class TestVerification:
    async def test_whoever_may_read_can_check_a_bundle_of_any_account(
        self, account: Account, hand: Hand, open_account: Open, stores: Stores
    ) -> None:
        done = await finish_reimaging(account, hand)
        content = (await account.client.get(f"/v1/reimagings/{done.id}/files/bundle.zip")).content
        stranger, keys = await open_account(Scope.REIMAGINGS_READ), await stores.blobs.keys("")
        good = await stranger.client.post(PATH, files={"bundle": ("b.zip", content)})
        assert good.status_code == 200, good.text
        said = good.json()
        assert (said["object"], said["valid"], said["reimaging_id"]) == ("verification", True, done.id)
        assert said["statement"] == STATEMENT
        assert said["manifest"]["requested_by"] == "test"
        assert {check["outcome"] for check in said["checks"]} == {"passed"}
        place = content.index(b"maskeraid-bundle-1")
        changed = content[:place] + b"M" + content[place + 1 :]
        bad = (await stranger.client.post(PATH, files={"bundle": ("b.zip", changed)})).json()
        assert (bad["valid"], bad["reimaging_id"], bad["manifest"]) == (False, None, None)
        assert await stores.blobs.keys("") == keys

    async def test_what_is_no_bundle_is_refused_in_the_answer_or_as_a_request(
        self, client: httpx.AsyncClient, open_account: Open
    ) -> None:
        said = (await client.post(PATH, files={"bundle": ("b.zip", b"PK, or so it says")})).json()
        assert said["valid"] is False
        assert said["checks"][0]["outcome"] == "failed"
        answers = [
            await client.post(PATH),
            await client.post(PATH, files={"bundle": (None, "text")}),
            await client.post(PATH, json={"bundle": "text"}),
            await client.post(PATH, files={"bundle": ("b.zip", b"x"), "options": (None, b"{}")}),
            await client.post(
                PATH,
                content=b"x",
                headers={"Content-Type": "multipart/form-data", "Content-Length": str(2 * LARGEST_BUNDLE)},
            ),
        ]
        codes = [(answer.status_code, answer.json()["code"]) for answer in answers]
        assert codes == [
            (422, "validation_failed"), (422, "validation_failed"), (415, "unsupported_media"), (422, "unknown_field"),
            (413, "too_large"),
        ]  # fmt: skip
        writer = await open_account(Scope.REIMAGINGS_WRITE)
        refused = await writer.client.post(PATH, files={"bundle": ("b.zip", b"x")})
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")

"""An account's policy: each setting is decided by an administrator, and acts where it says."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.factories import PICTURE

from maskeraid_core.documents.accounts import Scope
from maskeraid_core.jobs import JobError
from maskeraid_core.litter import sweep_litter
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.repository import now
from maskeraid_core.retention import end_expired_datasets

from .conftest import Account, FillDataset, Hand, Open
from .made_models import add_model
from .test_sharing import DATA_URL

DAY = timedelta(days=1)
UNDECIDED = {
    "object": "policy", "purpose_required": False, "forensic_illustration": False, "results_kept_days": None,
    "datasets_kept_days": None, "widest_visibility": "public", "exact_places": True,
}  # fmt: skip


async def decide(client: httpx.AsyncClient, **settings: object) -> None:
    answer = await client.patch("/v1/policy", json=settings)
    assert answer.status_code == 200, answer.text
    assert settings.items() <= answer.json().items()


async def order(client: httpx.AsyncClient, path: str = "/v1/reimagings", **options: object) -> httpx.Response:
    """A re-imaging, or a batch, of a picture in JSON."""
    image: dict[str, Any] = {"data_url": DATA_URL}
    given = {"images": [{**image}]} if path.endswith("batches") else {"image": image}
    return await client.post(path, json={**given, **options})


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    problem = answer.json()
    return answer.status_code, problem["code"], problem["errors"][0]["pointer"]


class TestDeciding:
    async def test_nothing_is_decided_at_first(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/v1/policy")).json() == UNDECIDED

    async def test_what_is_absent_stays(self, client: httpx.AsyncClient) -> None:
        await decide(client, purpose_required=True, results_kept_days=30)
        await decide(client, results_kept_days=None, exact_places=False)
        kept = {**UNDECIDED, "purpose_required": True, "exact_places": False}
        assert (await client.get("/v1/policy")).json() == kept

    async def test_takes_an_administrator_and_is_read_by_any_key(self, account: Account, open_account: Open) -> None:
        weak = (await open_account(Scope.REIMAGINGS_READ, tenant=account.tenant)).client
        refused = await weak.patch("/v1/policy", json={"purpose_required": True})
        assert (refused.status_code, refused.json()["scope"]) == (403, "admin")
        assert (await weak.get("/v1/policy")).json() == UNDECIDED

    async def test_one_decided_meanwhile_is_not_overwritten(self, client: httpx.AsyncClient) -> None:
        tag = (await client.get("/v1/policy")).headers["etag"]
        await decide(client, purpose_required=True)
        late = await client.patch("/v1/policy", json={"exact_places": False}, headers={"If-Match": tag})
        assert (late.status_code, late.json()["code"]) == (412, "stale_object")

    async def test_is_each_accounts_own(self, client: httpx.AsyncClient, open_account: Open) -> None:
        await decide(client, purpose_required=True)
        stranger = (await open_account()).client
        assert (await stranger.get("/v1/policy")).json() == UNDECIDED
        assert (await order(stranger)).status_code == 202


class TestPurpose:
    @pytest.fixture
    async def strict(self, client: httpx.AsyncClient) -> httpx.AsyncClient:
        await decide(client, purpose_required=True)
        return client

    @pytest.mark.parametrize("path", ["/v1/reimagings", "/v1/batches"])
    async def test_is_asked_for(self, strict: httpx.AsyncClient, path: str) -> None:
        refused = await order(strict, path)
        assert refusal(refused) == (403, "purpose_required", "/purpose")
        assert "order it with a purpose" in refused.json()["detail"]
        assert (await strict.get("/v1/jobs")).json()["data"] == []
        assert (await order(strict, path, purpose="restoration")).status_code == 202

    async def test_is_asked_for_beside_a_file(self, strict: httpx.AsyncClient, stores: Stores) -> None:
        picture = {"image": ("a.png", PICTURE)}
        refused = await strict.post("/v1/reimagings", files=picture)
        assert refusal(refused) == (403, "purpose_required", "/purpose")
        assert not await stores.blobs.keys("t/"), "the picture was put away"
        said = {"options": json.dumps({"purpose": "restoration"})}
        assert (await strict.post("/v1/reimagings", files=picture, data=said)).status_code == 202

    @pytest.mark.parametrize("until", ["covering", "selection"])
    async def test_is_not_needed_where_no_face_is_invented(self, strict: httpx.AsyncClient, until: str) -> None:
        assert (await order(strict, until=until)).status_code == 202

    async def test_stays_with_the_order(self, strict: httpx.AsyncClient) -> None:
        said = {"purpose": "restoration", "case_reference": "2026-118"}
        made = (await order(strict, **said)).json()
        assert said.items() <= (await strict.get(f"/v1/reimagings/{made['id']}")).json()["options"].items()

    async def test_is_asked_for_when_an_earlier_order_is_repeated(self, client: httpx.AsyncClient, hand: Hand) -> None:
        made = [(await order(client, purpose=purpose)).json() for purpose in (None, "restoration")]
        for one in made:
            await hand.fail(await hand.claim(one["id"]), JobError(code="no_face", message="No face.", retryable=False))
        await decide(client, purpose_required=True)
        silent, said = [await client.post(f"/v1/jobs/{one['id']}/retry") for one in made]
        assert refusal(silent) == (403, "purpose_required", "/purpose")
        assert said.status_code == 202

    @pytest.mark.parametrize("purpose", ["forensic_illustration", "Forensics, cold case"])
    async def test_of_forensics_is_refused_until_it_is_allowed(self, client: httpx.AsyncClient, purpose: str) -> None:
        assert refusal(await order(client, purpose=purpose)) == (403, "purpose_refused", "/purpose")
        await decide(client, forensic_illustration=True)
        assert (await order(client, purpose=purpose)).status_code == 202


class TestRetention:
    @pytest.mark.parametrize(
        ("own", "of_account", "of_service", "days", "is_kept"),
        [(None, 10, 30, 9, True), (None, 10, 30, 11, False), (None, 40, 30, 35, True), (20, 10, 30, 15, True),
         (None, 0, None, 0.1, False), (None, None, 30, 31, False)],
    )  # fmt: skip
    async def test_of_results(
        self, account: Account, hand: Hand, stores: Stores, own: int | None, of_account: int | None,
        of_service: float | None, days: float, is_kept: bool,
    ) -> None:  # fmt: skip
        stores.settings.reimagings_kept_days = of_service
        await decide(account.client, results_kept_days=of_account)
        made = (await order(account.client, retention_days=own)).json()
        await hand.succeed(await hand.claim(made["id"]), {"candidates": []}, {"final.png": b"picture"})
        await sweep_litter(stores, now() + timedelta(days=days))
        there = await account.client.get(f"/v1/reimagings/{made['id']}")
        assert (there.status_code == 200) is is_kept

    @pytest.mark.parametrize(
        ("of_account", "of_service", "days", "kept"),
        [(10, None, 11, (False, True)), (10, None, 9, (True, True)), (40, 30, 35, (True, False)),
         (None, 30, 31, (False, False))],
    )  # fmt: skip
    async def test_of_datasets_is_each_accounts_own(
        self, account: Account, open_account: Open, fill_dataset: FillDataset, stores: Stores, of_account: int | None,
        of_service: float | None, days: int, kept: tuple[bool, bool],
    ) -> None:  # fmt: skip
        stores.settings.datasets_kept_days = of_service
        await decide(account.client, datasets_kept_days=of_account)
        owners = account, await open_account()
        datasets = [await fill_dataset(one.tenant) for one in owners]
        await end_expired_datasets(stores, now() + days * DAY)
        answers = [
            await owner.client.get(f"/v1/datasets/{one.id}") for owner, one in zip(owners, datasets, strict=True)
        ]
        assert tuple(answer.status_code == 200 for answer in answers) == kept


class TestSharing:
    @pytest.mark.parametrize(
        ("widest", "shared", "public"), [("public", 200, 200), ("shared", 200, 403), ("private", 403, 403)]
    )
    async def test_goes_so_far(
        self, account: Account, open_account: Open, fill_dataset: FillDataset, stores: Stores, widest: str,
        shared: int, public: int,
    ) -> None:  # fmt: skip
        await decide(account.client, widest_visibility=widest)
        reader = (await open_account()).tenant
        dataset, model = await fill_dataset(account.tenant, licence="CC0-1.0"), await add_model(stores, account.tenant)
        for path in (f"/v1/datasets/{dataset.id}", f"/v1/models/{model.id}"):
            by_name = await account.client.patch(path, json={"visibility": "shared", "shared_with": [reader]})
            for_all = await account.client.patch(path, json={"visibility": "public", "licence": "CC0-1.0"})
            assert (by_name.status_code, for_all.status_code) == (shared, public), path
            if public == 403:
                assert refusal(for_all) == (403, "sharing_blocked", "/visibility")

    async def test_that_is_wider_already_stays_and_may_end(self, account: Account, fill_dataset: FillDataset) -> None:
        dataset = await fill_dataset(account.tenant, licence="CC0-1.0")
        path = f"/v1/datasets/{dataset.id}"
        assert (await account.client.patch(path, json={"visibility": "public"})).status_code == 200
        await decide(account.client, widest_visibility="private")
        assert (await account.client.get(path)).json()["visibility"] == "public"
        assert (await account.client.patch(path, json={"visibility": "private"})).status_code == 200


class TestPlaces:
    async def test_are_rounded_where_the_policy_says_so(self, client: httpx.AsyncClient) -> None:
        exact = {"attributes": {"place": {"type": "geo", "exact": True}}}
        path = f"/v1/datasets/{(await client.post('/v1/datasets', json={'name': 'before', **exact})).json()['id']}"
        await decide(client, exact_places=False)
        made = await client.post("/v1/datasets", json={"name": "after", **exact})
        added = await client.patch(path, json={"attributes": {"home": {"type": "geo", "exact": True}}})
        for answer, name in ((made, "place"), (added, "home")):
            assert refusal(answer) == (422, "validation_failed", f"/attributes/{name}/exact")
        rounded = {"attributes": {"place": {"type": "geo"}}}
        assert (await client.post("/v1/datasets", json={"name": "after", **rounded})).status_code == 201
        kept = await client.patch(path, json={"attributes": {"place": {"exact": True, "private": True}}})
        assert kept.json()["attributes"]["place"]["exact"] is True


async def test_an_account_of_an_earlier_release_has_decided_nothing(account: Account, stores: Stores) -> None:
    await stores.database["tenants"].update_one({"_id": account.tenant}, {"$unset": {"policy": ""}})
    assert (await account.client.get("/v1/policy")).json() == UNDECIDED
    await AccountRepository(stores.database).change_policy(account.tenant, {"purpose_required": True})
    assert (await account.client.get("/v1/policy")).json() == {**UNDECIDED, "purpose_required": True}

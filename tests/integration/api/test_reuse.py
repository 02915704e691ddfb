"""A re-imaging that uses the faces of an earlier one: what may stand beside it, and what is refused."""

import json
from typing import Any

import httpx
import pytest
from tests.factories import PICTURE
from tests.integration.api.conftest import Account, Hand, Open

from maskeraid_core.documents.models import Model
from maskeraid_core.ids import new_id
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.needs import input_keys
from maskeraid_core.repositories.repository import now

from .made_models import add_model


@pytest.fixture
async def model(account: Account, stores: Stores) -> Model:
    return await add_model(stores, account.tenant)


def result_by(model: Model, candidates: int) -> dict[str, Any]:
    selection = {"model_id": model.id, "version": 1}
    return {"candidates": [{"index": index} for index in range(candidates)], "selection": selection}


@pytest.fixture
async def earlier(client: httpx.AsyncClient, hand: Hand, model: Model) -> dict[str, Any]:
    options = '{"candidates": 3, "seed": 7, "pick": "sample", "smoothing": {"k": 16}}'
    asked = await client.post("/v1/reimagings", files={"image": ("a.png", PICTURE)}, data={"options": options})
    job = await hand.claim(asked.json()["id"])
    await hand.succeed(job, result_by(model, 3))
    return (await client.get(f"/v1/reimagings/{job.id}")).json()


async def ask(client: httpx.AsyncClient, earlier: dict[str, Any], **more: Any) -> httpx.Response:  # noqa: ANN401 any option
    return await client.post("/v1/reimagings", json={"reuse": {"reimaging_id": earlier["id"]}, **more})


async def test_takes_over_all_but_smoothing_and_tone(client: httpx.AsyncClient, earlier: dict[str, Any]) -> None:
    answer = await ask(client, earlier, smoothing={"k": 4}, tone_match="off", metadata={"slider": "4"})

    assert answer.status_code == 202, answer.text
    options = answer.json()["options"]
    assert options["reuse"] == {"reimaging_id": earlier["id"], "candidate": None}
    assert (options["smoothing_k"], options["tone_match"]) == (4, "off")
    assert (options["seed"], options["pick"], options["candidates"]) == (7, "sample", 3)


async def test_of_what_was_used_again_knows_the_covering_of_the_first(
    client: httpx.AsyncClient, hand: Hand, model: Model
) -> None:
    covering = {"colours": [[1, 2, 3]], "tolerance": 9, "clean": True, "grow": 5, "feather": 3}
    options = json.dumps({"covering": covering, "explain": True})
    asked = await client.post(
        "/v1/reimagings", files={"image": ("a.png", PICTURE), "covering": ("b.png", PICTURE)}, data={"options": options}
    )
    for _ in range(2):
        job = await hand.claim(asked.json()["id"])
        await hand.succeed(job, result_by(model, 1))
        asked = await ask(client, {"id": job.id})
        shown = asked.json()["options"]
        assert {name: shown["covering"][name] for name in covering} == covering
        assert (shown["covering"]["method"], shown["covering"]["is_uploaded"]) == ("colour", False)
        assert shown["explain"] is False, "there is no why.png"
    assert input_keys((await hand.claim(asked.json()["id"])).spec) == set()


async def test_is_for_what_the_earlier_one_was_for(client: httpx.AsyncClient, hand: Hand, model: Model) -> None:
    await client.patch("/v1/policy", json={"purpose_required": True})
    said = {"purpose": "restoration", "case_reference": "2026-118"}
    options = {"data": {"options": json.dumps(said)}}
    asked = await client.post("/v1/reimagings", files={"image": ("a.png", PICTURE)}, **options)
    job = await hand.claim(asked.json()["id"])
    await hand.succeed(job, result_by(model, 1))
    again, other = await ask(client, {"id": job.id}), await ask(client, {"id": job.id}, purpose="teaching")
    assert again.status_code == other.status_code == 202, again.text
    assert said.items() <= again.json()["options"].items()
    assert {**said, "purpose": "teaching"}.items() <= other.json()["options"].items()


async def test_smoothing_is_switched_off_by_0(client: httpx.AsyncClient, earlier: dict[str, Any]) -> None:
    answer = await ask(client, earlier, smoothing={"k": 0})
    assert answer.status_code == 202, answer.text
    assert answer.json()["options"]["smoothing_k"] == 0
    assert (await ask(client, earlier, smoothing={"k": -1})).status_code == 422


@pytest.mark.parametrize("option", [{"seed": 8}, {"engine": "R"}, {"model": None}, {"covering": {"grow": 2}}])
async def test_other_options_are_refused_by_name(
    client: httpx.AsyncClient, earlier: dict[str, Any], option: dict[str, Any]
) -> None:
    answer = await ask(client, earlier, **option)

    assert answer.status_code == 422
    assert f"{next(iter(option))}: that is as the earlier re-imaging had it" in answer.text


async def test_an_image_beside_it_is_refused(client: httpx.AsyncClient, earlier: dict[str, Any]) -> None:
    image = {"image_id": "img_01KA9G4NK0N4KPKYMBYYB3G1PS_000001"}
    assert "exactly one of image and reuse" in (await ask(client, earlier, image=image)).text
    assert "exactly one of image and reuse" in (await client.post("/v1/reimagings", json={})).text


async def test_a_candidate_that_is_not_there_is_refused(client: httpx.AsyncClient, earlier: dict[str, Any]) -> None:
    reuse = {"reimaging_id": earlier["id"], "candidate": 3}
    answer = await client.post("/v1/reimagings", json={"reuse": reuse})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/reuse/candidate"
    assert "3 candidates, 0 to 2" in answer.text


async def test_one_that_has_none_is_refused(client: httpx.AsyncClient) -> None:
    waiting = (await client.post("/v1/reimagings", files={"image": ("a.png", PICTURE)})).json()
    answer = await ask(client, waiting)

    assert (answer.status_code, answer.json()["code"]) == (409, "job_state_conflict")


async def test_one_whose_model_is_gone_is_refused_at_once(
    client: httpx.AsyncClient, earlier: dict[str, Any], account: Account, stores: Stores, model: Model
) -> None:
    """What goes after the order fails the job: a worker finds it gone."""
    versions = ModelVersionRepository(stores.database, account.tenant)
    pruned = await versions.of_model(model.id, 1)
    assert pruned
    for change in ("pruned", "deleted"):
        if change == "pruned":
            await stores.database["model_versions"].update_one({"_id": pruned.id}, {"$set": {"pruned_at": now()}})
        else:
            assert await ModelRepository(stores.database, account.tenant).delete(model.id)
        answer = await ask(client, earlier)
        assert (answer.status_code, answer.json()["code"]) == (410, "expired"), change
        assert [row["pointer"] for row in answer.json()["errors"]] == ["/reuse/reimaging_id"]
        assert "re-image the picture itself" in answer.json()["detail"]


async def test_another_tenants_is_not_found(
    client: httpx.AsyncClient, earlier: dict[str, Any], open_account: Open
) -> None:
    other = await open_account()
    assert (await ask(other.client, earlier)).status_code == 404
    unknown = await ask(client, {"id": new_id("rim")})
    assert unknown.status_code == 404
    assert [row["pointer"] for row in unknown.json()["errors"]] == ["/reuse/reimaging_id"]

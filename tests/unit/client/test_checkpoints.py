"""Trainings by the client: what they learn from; checkpoints listed over pages, looked at, promoted."""

import json
from typing import Any

from tests.unit.client.service import Service, job, ok


def checkpoint(step: int) -> dict[str, Any]:
    return {"object": "checkpoint", "training_id": "trn_1", "step": step, "is_resumable": True, "files": []}


class TestOrders:
    def test_a_dataset_is_its_latest_version_or_a_part_that_is_named(self) -> None:
        service = Service(ok(code=202, **job("queued", name="t")))
        with service.client() as client:
            client.trainings.create("t", ["ds_1", {"dataset_id": "ds_2", "version": 3}], where=["eyes:1"])
        assert json.loads(service.requests[0].content)["data"] == [
            {"dataset_id": "ds_1", "where": ["eyes:1"]},
            {"dataset_id": "ds_2", "version": 3, "where": ["eyes:1"]},
        ]


class TestCheckpoints:
    def test_they_come_page_after_page(self) -> None:
        pages = [
            ok(object="list", data=[checkpoint(step)], has_more=has_more, last_id=step)
            for step, has_more in ((9, True), (2, False))
        ]
        service = Service(*pages)
        with service.client() as client:
            assert [one.step for one in client.trainings.checkpoints("trn_1")] == [9, 2]
        assert service.requests[1].url.params["after"] == "9"

    def test_one_is_promoted_without_a_body(self) -> None:
        page = ok(object="list", data=[checkpoint(9)], has_more=False, last_id=9)
        service = Service(page, ok(code=202, **job("queued", name="t (step 9)")))
        with service.client() as client:
            (one,) = client.trainings.checkpoints("trn_1")
            assert one.promote().status == "queued"
        request = service.requests[-1]
        assert (request.url.path, request.content) == ("/v1/trainings/trn_1/checkpoints/9/promote", b"")

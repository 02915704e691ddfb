"""How the client asks: keys, repeats, errors, pages."""

from typing import Any

import httpx
import pytest
from tests.unit.client.service import Service, listed, ok, problem

from maskeraid import ApiError, Client, NotReachable

LOST = httpx.ConnectError("refused")
DATASET: dict[str, Any] = {"id": "ds_1", "name": "faces", "role": "train"}


class TestIdempotency:
    def test_every_post_has_a_key_of_its_own(self) -> None:
        service = Service(lambda _: ok(code=201, **DATASET))
        with service.client() as client:
            client.datasets.create("a")
            client.datasets.create("b")
        keys = [request.headers["Idempotency-Key"] for request in service.requests]
        assert len(set(keys)) == 2

    def test_a_repeat_has_the_key_of_the_first_try(self) -> None:
        service = Service(httpx.ReadError("cut"), ok(code=201, **DATASET))
        with service.client() as client:
            assert client.datasets.create("a").id == "ds_1"
        first, second = service.requests
        assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
        assert first.content == second.content

    def test_a_read_needs_none(self) -> None:
        service = Service(ok(**DATASET))
        with service.client() as client:
            client.datasets.get("ds_1")
        assert "Idempotency-Key" not in service.requests[0].headers


class TestActions:
    def test_an_action_has_no_body(self) -> None:
        service = Service(ok(id="trn_1", status="cancelled"))
        with service.client() as client:
            assert client.jobs.cancel("trn_1").status == "cancelled"
        assert service.requests[0].content == b""
        assert "Content-Type" not in service.requests[0].headers


class TestKey:
    def test_the_key_is_sent(self) -> None:
        service = Service(ok())
        with service.client() as client:
            client.get_json("/v1/me")
        assert service.requests[0].headers["Authorization"] == "Bearer mk_test"

    def test_key_and_address_come_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MASKERAID_KEY", "mk_env")
        monkeypatch.setenv("MASKERAID_URL", "http://elsewhere:9/")
        with Client() as client:
            assert client.url == "http://elsewhere:9"
            assert client.http.headers["Authorization"] == "Bearer mk_env"


class TestRepeats:
    @pytest.mark.parametrize("status", [429, 503])
    def test_retry_after_is_obeyed(self, status: int) -> None:
        busy = problem(status, "overloaded", headers={"Retry-After": "3"}, retryable=True)
        service = Service(busy, ok(**DATASET))
        with service.client() as client:
            client.datasets.get("ds_1")
        assert service.pauses == [3.0]

    def test_pauses_double_and_have_an_end(self) -> None:
        service = Service(problem(503, "overloaded", headers={"Retry-After": "9"}, retryable=True))
        with service.client(repeats=3) as client, pytest.raises(ApiError):
            client.datasets.get("ds_1")
        assert service.pauses == [9.0, 18.0, 30.0]
        assert len(service.requests) == 4

    @pytest.mark.parametrize("after", ["soon", "Wed, 21 Oct 2026 07:28:00 GMT", "-1"])
    def test_a_strange_retry_after_does_not_hurt(self, after: str) -> None:
        service = Service(problem(503, "overloaded", headers={"Retry-After": after}), ok(**DATASET))
        with service.client() as client:
            client.datasets.get("ds_1")
        assert service.pauses == [0.25]

    def test_what_the_service_calls_final_is_not_repeated(self) -> None:
        service = Service(problem(429, "quota_exceeded", retryable=False))
        with service.client() as client, pytest.raises(ApiError):
            client.datasets.create("a")
        assert len(service.requests) == 1

    def test_a_first_request_still_running_is_waited_for(self) -> None:
        running = problem(409, "idempotency_in_progress", headers={"Retry-After": "1"}, retryable=True)
        service = Service(httpx.ReadError("cut"), running, ok(code=201, **DATASET))
        with service.client() as client:
            assert client.datasets.create("a").id == "ds_1"

    def test_a_lost_connection_is_tried_again(self) -> None:
        service = Service(LOST, LOST, ok(**DATASET))
        with service.client() as client:
            assert client.datasets.get("ds_1").name == "faces"
        assert service.pauses == [0.25, 0.5]

    def test_a_service_that_is_gone_is_not_reachable(self) -> None:
        service = Service(LOST)
        with service.client(repeats=2) as client, pytest.raises(NotReachable, match=r"service\.test does not answer"):
            client.datasets.get("ds_1")
        assert len(service.requests) == 3

    def test_a_delete_whose_answer_was_lost_is_not_repeated(self) -> None:
        service = Service(LOST)
        with service.client() as client, pytest.raises(NotReachable):
            client.datasets.delete("ds_1")
        assert len(service.requests) == 1


class TestErrors:
    def test_a_problem_names_its_fields(self) -> None:
        rows = [{"pointer": "/role", "code": "enum", "detail": "must be train or test"}, {"parameter": "Prefer"}]
        service = Service(problem(422, "validation_failed", errors=rows, request_id="req_1"))
        with service.client() as client, pytest.raises(ApiError) as refused:
            client.datasets.create("a", role="x")
        error = refused.value
        assert (error.status, error.code, error.request_id, error.errors) == (422, "validation_failed", "req_1", rows)
        assert str(error) == "It is so. [validation_failed]\n  /role: must be train or test\n  Prefer"

    def test_an_internal_error_says_where_to_look(self) -> None:
        service = Service(problem(500, "internal", request_id="req_9", retryable=False))
        with service.client() as client, pytest.raises(ApiError, match="req_9"):
            client.datasets.get("ds_1")

    @pytest.mark.parametrize("body", ["<html>Bad gateway</html>", '["a list"]'])
    def test_an_answer_that_is_no_problem_is_still_an_error(self, body: str) -> None:
        service = Service(httpx.Response(502, text=body))
        with service.client(repeats=0) as client, pytest.raises(ApiError) as refused:
            client.datasets.get("ds_1")
        assert (refused.value.status, refused.value.code) == (502, "unknown")


class TestPages:
    def test_a_list_reads_page_after_page(self) -> None:
        service = Service(
            listed({**DATASET, "id": "ds_3"}, {**DATASET, "id": "ds_2"}, has_more=True), listed({**DATASET})
        )
        with service.client() as client:
            assert [dataset.id for dataset in client.datasets.list(role="train")] == ["ds_3", "ds_2", "ds_1"]
        queries = [dict(request.url.params) for request in service.requests]
        assert queries == [{"limit": "100", "role": "train"}, {"limit": "100", "role": "train", "after": "ds_2"}]

    def test_conditions_are_repeated_in_the_address(self) -> None:
        service = Service(listed())
        with service.client() as client:
            assert client.images.of_dataset("ds_1", where=["eyes:1", "mouth:2"]) == []
        assert service.requests[0].url.params.get_list("where") == ["eyes:1", "mouth:2"]


class TestObjects:
    def test_fields_that_are_not_known_here_are_kept(self) -> None:
        service = Service(ok(**DATASET, colour="teal"))
        with service.client() as client:
            assert client.datasets.get("ds_1").to_dict() == {**DATASET, "colour": "teal"}

    def test_a_name_finds_its_dataset_or_nothing(self) -> None:
        service = Service(listed(DATASET), listed())
        with service.client() as client:
            assert client.datasets.named("faces") is not None
            assert client.datasets.named("other") is None
        assert service.requests[0].url.params["name"] == "faces"

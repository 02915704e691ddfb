"""What the client asks of models: their aliases, with whom they are shared, what is thought of them."""

import json
from collections.abc import Callable

import httpx
import pytest
from tests.unit.client.service import Service, job, listed, ok

from maskeraid import Client

MODEL = ok(id="mdl_1", object="model", name="m")

ASKED: list[tuple[Callable[[Client], object], str, dict[str, object] | None]] = [
    (lambda c: c.models.change("mdl_1", tags=["a"]), "PATCH /v1/models/mdl_1", {"tags": ["a"]}),
    (lambda c: c.models.set_alias("mdl_1", "best", 2), "PUT /v1/models/mdl_1/aliases/best", {"version": 2}),
    (lambda c: c.models.delete_alias("mdl_1", "best"), "DELETE /v1/models/mdl_1/aliases/best", None),
    (lambda c: c.models.delete_version("mdl_1", 2), "DELETE /v1/models/mdl_1/versions/2", None),
    (
        lambda c: c.models.share("mdl_1", ["ten_1"], download=False),
        "PATCH /v1/models/mdl_1",
        {"visibility": "shared", "shared_with": ["ten_1"], "download": False},
    ),
    (
        lambda c: c.models.share("mdl_1", everyone=True, licence="MIT"),
        "PATCH /v1/models/mdl_1",
        {"visibility": "public", "licence": "MIT"},
    ),
    (lambda c: c.models.unshare("mdl_1"), "PATCH /v1/models/mdl_1", {"visibility": "private"}),
    (lambda c: c.models.adopt("mdl_1"), "PUT /v1/models/mdl_1/adoption", None),
    (lambda c: c.models.forgo("mdl_1"), "DELETE /v1/models/mdl_1/adoption", None),
    (lambda c: c.models.choose_default("mdl_1"), "PUT /v1/models/mdl_1/default", None),
    (lambda c: c.models.forgo_default("mdl_1"), "DELETE /v1/models/mdl_1/default", None),
    (lambda c: c.models.rate("mdl_1", 4, "so"), "PUT /v1/models/mdl_1/ratings", {"stars": 4, "note": "so"}),
    (lambda c: c.trainings.delete("trn_1"), "DELETE /v1/trainings/trn_1", None),
    (lambda c: c.datasets.delete("ds_1", force=True), "DELETE /v1/datasets/ds_1?force=true", None),
]


class TestRequests:
    @pytest.mark.parametrize(("ask", "line", "body"), ASKED)
    def test_are_what_the_service_takes(
        self, ask: Callable[[Client], object], line: str, body: dict[str, object] | None
    ) -> None:
        service = Service(MODEL)
        with service.client() as client:
            ask(client)
        (request,) = service.requests
        assert f"{request.method} {request.url.raw_path.decode()}" == line
        assert (json.loads(request.content) if request.content else None) == body


class TestLists:
    def test_of_ratings_go_on_page_by_page(self) -> None:
        first, last = listed({"id": "rat_2", "stars": 5}, has_more=True), listed({"id": "rat_1", "stars": 1})
        service = Service(first, last)
        with service.client() as client:
            assert [rating.stars for rating in client.models.ratings("mdl_1")] == [5, 1]
        assert service.requests[1].url.params["after"] == "rat_2"

    def test_of_images_that_a_model_learned_from(self) -> None:
        service = Service(listed({"id": "img_1", "models": [{"model_id": "mdl_1", "version": 2}]}))
        with service.client() as client:
            (image,) = client.images.of_model("mdl_1", 2, where=["mouth:1"])
        assert image.models == [{"model_id": "mdl_1", "version": 2}]
        assert dict(service.requests[0].url.params)["version"] == "2"


class TestCompare:
    def test_asks_each_for_the_same_photo_and_seed(self) -> None:
        service = Service(ok(code=202, **job("queued", "reimaging")))
        with service.client() as client:
            versions = ["mdl_1:2", "mdl_1:best", "mdl_2"]
            client.models.compare(b"face", versions, seed=7, candidates=4, covering_map=b"map")
        sent = [request.content for request in service.requests]
        for content, version in zip(sent, (b"2", b'"best"', b'"latest"'), strict=True):
            assert b'"version": ' + version in content
            assert b'"seed": 7' in content
            assert b"face" in content

    def test_a_covering_that_nobody_gave_is_guessed_once(self) -> None:
        found = job("succeeded", "reimaging", id="rim_0", files={"covering.png": ""})
        service = Service(ok(code=202, **found), httpx.Response(200, content=b"the map"), ok(code=202, **found))
        with service.client() as client:
            client.models.compare(b"face", ["mdl_1", "mdl_2"])
        first, second, *filled = service.requests
        assert b'"until": "covering"' in first.content
        assert second.url.path == "/v1/reimagings/rim_0/files/covering.png"
        assert len(filled) == 2
        assert all(b"the map" in request.content for request in filled)

    def test_colours_are_the_same_for_all(self) -> None:
        service = Service(ok(code=202, **job("queued", "reimaging")))
        with service.client() as client:
            client.models.compare(b"face", ["mdl_1", "mdl_2"], covering={"method": "colour", "colours": [[1, 2, 3]]})
        assert [b'"colours": [[1, 2, 3]]' in request.content for request in service.requests] == [True, True]

    @pytest.mark.parametrize("number", [0, 5])
    def test_takes_one_to_four(self, number: int) -> None:
        with Service(MODEL).client() as client, pytest.raises(ValueError, match="one to 4"):
            client.models.compare(b"face", ["mdl_1"] * number)

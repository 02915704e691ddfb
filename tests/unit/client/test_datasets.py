"""Reports, sheets, and arrays of datasets in the SDK."""

import httpx

from .service import Service, ok


class TestReports:
    def test_asks_for_what_is_meant(self) -> None:
        report = {"dataset_id": "ds_1", "version": 2, "sentence": "No confound.", "confounds": []}
        service = Service(ok(**report))
        found = service.client().datasets.report("ds_1", "confounds", where=["mouth:2"], beside=["ds_2", "ds_3"])
        (request,) = service.requests
        assert request.url.path == "/v1/datasets/ds_1/reports/confounds"
        assert request.url.params.multi_items() == [
            ("version", "latest"), ("where", "mouth:2"), ("beside", "ds_2"), ("beside", "ds_3")
        ]  # fmt: skip
        assert (found.sentence, found.version) == ("No confound.", 2)


class TestImages:
    def test_come_in_the_order_that_is_asked_for(self) -> None:
        service = Service(ok(data=[], has_more=False))
        assert service.client().images.of_dataset("ds_1", where=["quality.warning:flat"], sort="like:img_1") == []
        assert service.requests[0].url.params["sort"] == "like:img_1"

    def test_are_those_of_a_version(self) -> None:
        service = Service(ok(data=[], has_more=False))
        assert service.client().images.of_dataset("ds_1", version=2) == []
        assert service.requests[0].url.params["version"] == "2"


class TestSheets:
    def test_tells_where_each_tile_lies(self) -> None:
        headers = {"Sheet-Tile": "32", "Sheet-Columns": "3", "Sheet-Count": "7"}
        service = Service(httpx.Response(200, content=b"webp", headers=headers))
        sheet = service.client().images.sheet(dataset_id="ds_1", limit=7, offset=14)
        assert (sheet.content, sheet.count) == (b"webp", 7)
        assert [sheet.place(number) for number in (0, 2, 3)] == [(0, 0), (64, 0), (0, 32)]
        assert dict(service.requests[0].url.params) == {
            "dataset_id": "ds_1", "version": "latest", "limit": "7", "offset": "14", "tile": "64"
        }  # fmt: skip


class TestArrays:
    def test_are_fetched_by_their_format(self) -> None:
        service = Service(httpx.Response(200, content=b"array"))
        assert service.client().images.array("img_1") == b"array"
        assert str(service.requests[0].url).endswith("/v1/images/img_1/content?format=npy")

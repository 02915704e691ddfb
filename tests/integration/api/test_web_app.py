"""The app and the interface under one origin: which address is whose."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from maskeraid_api.main import create_app
from maskeraid_api.settings import ApiSettings
from maskeraid_core.portal import Stores

from .conftest import BASE_URL

PAGE = "<title>the app</title>"
AS_BROWSERS = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(params=[True, False], ids=["built", "not built"])
async def visitor(
    api_settings: ApiSettings, stores: Stores, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[httpx.AsyncClient, bool]]:
    """Somebody without a key, and whether there is an app."""
    folder = tmp_path / "dist"
    if request.param:
        (folder / "assets").mkdir(parents=True)
        (folder / "index.html").write_text(PAGE)
        (folder / "assets/a.js").write_text("1")
        (folder / "licences.json").write_text("[]")
        (tmp_path / "secret.js").write_text("2")
    app = create_app(api_settings.model_copy(update={"web_folder": folder}))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=AS_BROWSERS) as client:
            yield client, request.param


async def test_whose_an_address_is(visitor: tuple[httpx.AsyncClient, bool]) -> None:
    client, is_built = visitor
    root = await client.get("/")
    assert (root.status_code, PAGE in root.text, "make web" in root.text) == (200, is_built, not is_built)
    for place in ("/datasets", "/jobs?status=running", "/reimage/rim_1", "/no/such/place"):
        answer = await client.get(place)
        assert (answer.status_code, PAGE in answer.text) == (200 if is_built else 404, is_built), place
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    for path, status in (
        ("/v1/nowhere", 404), ("/v1", 404), ("/v1/sign-in", 405), ("/v1/me", 401), ("/problems/not-found", 200),
        ("/problems/nonsense", 404), ("/healthz", 200), ("/docs", 200), ("/openapi.json/x", 404),
    ):  # fmt: skip
        answer = await client.get(path)
        assert (answer.status_code, PAGE in answer.text) == (status, False), path
    assert (await client.get("/datasets", headers={"Accept": "application/json"})).status_code == 404
    assert (await client.post("/datasets")).status_code == 405
    for path in ("/assets/a.js", "/licences.json"):
        answer = await client.get(path, headers={"Accept": "*/*"})
        assert (answer.status_code, PAGE in answer.text) == (200 if is_built else 404, False)
    for name in ("..%2fsecret.js", "%2e%2e/secret.js", "..%2f..%2fsecret.js", "b.js", ""):
        assert (await client.get(f"/assets/{name}")).status_code == 404, name

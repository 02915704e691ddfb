"""The installation's signing key: one for all gateways, its public half for everyone, its private half for nobody."""

import asyncio
import base64
import logging

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from maskeraid_api.main import create_app
from maskeraid_api.settings import ApiSettings
from maskeraid_api.signing import SECRET_PREFIX, make_key, open_signer
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.signing_keys import SigningKeyRepository


class TestKey:
    async def test_gateways_that_start_at_once_agree_on_one(self, stores: Stores) -> None:
        signers = await asyncio.gather(*(open_signer(stores.database) for _ in range(8)))
        assert len({(one.key_id, one.sign(b"manifest")) for one in signers}) == 1

    async def test_the_first_one_that_was_kept_stays(self, stores: Stores) -> None:
        keys, (first, second) = SigningKeyRepository(stores.database), (make_key(), make_key())
        assert [(await keys.keep(one)).key_id for one in (first, second)] == [first.key_id] * 2
        assert (await open_signer(stores.database)).public_key == first.public_key

    async def test_the_public_half_is_shown_and_verifies(self, client: httpx.AsyncClient, stores: Stores) -> None:
        shown = (await client.get("/v1/server")).json()["signing_key"]
        signer = await open_signer(stores.database)
        assert shown == {"id": signer.key_id, "algorithm": "ed25519", "public_key": signer.public_key}
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(shown["public_key"]))
        public.verify(signer.sign(b"manifest"), b"manifest")  # raises when it is not so

    async def test_the_private_half_is_neither_logged_nor_shown(
        self, api_settings: ApiSettings, stores: Stores, caplog: pytest.LogCaptureFixture
    ) -> None:
        app = create_app(api_settings)
        with caplog.at_level(logging.DEBUG):
            async with app.router.lifespan_context(app):
                nobody = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")
                answers = [(await nobody.get(path)).text for path in ("/v1/server", "/readyz", "/openapi.json")]
                signer = app.state.gateway.signer
        kept = await SigningKeyRepository(stores.database).own()
        assert kept is not None
        secret = kept.private_key.removeprefix(SECRET_PREFIX)
        assert len(base64.b64decode(secret)) == 32
        for text in (*answers, caplog.text, repr(kept), repr(signer)):
            assert secret not in text

"""The application: `uvicorn --factory maskeraid_api.main:create_app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from maskeraid_api.access import Rates
from maskeraid_api.documentation import describe
from maskeraid_api.envelope import Envelope
from maskeraid_api.gateway import Gateway
from maskeraid_api.refusals import add_refusals
from maskeraid_api.routers import ROUTERS
from maskeraid_api.settings import ApiSettings
from maskeraid_api.signing import open_signer
from maskeraid_core import VERSION
from maskeraid_core.log import configure_log
from maskeraid_core.mongo import create_indexes
from maskeraid_core.portal import open_stores
from maskeraid_core.settings import read_settings


def create_app(settings: ApiSettings | None = None) -> FastAPI:
    """The gateway; without settings they are read from the environment."""
    settings = settings or read_settings(ApiSettings)
    configure_log(settings, "api")
    rates = Rates(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        stores = await open_stores(settings)
        await create_indexes(stores.database)
        app.state.gateway = gateway = Gateway.on(settings, stores, rates, await open_signer(stores.database))
        yield
        await gateway.background.finish()
        await gateway.lookout.close()
        await stores.close()

    app = FastAPI(
        title="MASKERAID",
        version=VERSION,
        lifespan=lifespan,
        openapi_url=None,  # routes/health.py serves it, and its page
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(Envelope, allowed_hosts=settings.allowed_hosts, rate_policy=rates.policy)
    add_refusals(app)
    for router in ROUTERS:
        app.router.routes += router.routes  # including each would try its routes twice: a fifth of a request's time
    describe(app)
    return app

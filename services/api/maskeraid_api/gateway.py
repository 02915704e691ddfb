"""What lives as long as the process, made in `lifespan`, and found by every request."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from anyio import CapacityLimiter
from starlette.requests import Request

from maskeraid_api.access import Keys, Rates
from maskeraid_api.background import Background
from maskeraid_api.backlogs import Backlogs
from maskeraid_api.estimates import Estimates
from maskeraid_api.kept import Kept
from maskeraid_api.learning import MOST_KEPT_BYTES, bytes_of
from maskeraid_api.lookout import Lookout
from maskeraid_api.manifest_cache import ManifestCache
from maskeraid_api.recent_reads import RecentReads
from maskeraid_api.sessions import Sessions
from maskeraid_api.settings import ApiSettings
from maskeraid_api.signing import Signer
from maskeraid_api.web_app import WebApp
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.events import EventRepository
from maskeraid_core.repositories.models import Learner
from maskeraid_core.repositories.sessions import SessionRepository
from maskeraid_core.turns import LaneMarks


@dataclass(frozen=True)
class Gateway:
    settings: ApiSettings
    stores: Stores
    keys: Keys
    sessions: Sessions
    rates: Rates
    manifests: ManifestCache
    answers: Kept[bytes]  # about images of versions, which never change
    learners: Kept[Sequence[Learner]]  # of datasets
    estimates: Estimates
    lookout: Lookout
    signer: Signer
    web_app: WebApp
    background: Background = field(default_factory=Background)
    backlogs: Backlogs = field(default_factory=Backlogs)
    # One at a time: a large bundle takes a core for seconds.
    verifying: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))
    packing: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(os.cpu_count() or 1))  # of image sheets
    lanes: LaneMarks = field(default_factory=LaneMarks)
    recent_reads: RecentReads = field(default_factory=RecentReads)

    @classmethod
    def on(cls, settings: ApiSettings, stores: Stores, rates: Rates, signer: Signer) -> "Gateway":
        keys = Keys(AccountRepository(stores.database))
        return cls(
            settings,
            stores,
            keys,
            Sessions(SessionRepository(stores.database), keys),
            rates,
            ManifestCache(stores.blobs, settings.manifest_cache_bytes),
            Kept(settings.answer_cache_bytes, len),
            Kept(MOST_KEPT_BYTES, bytes_of),
            Estimates(stores.database),
            Lookout(EventRepository(stores.database), settings.event_poll_seconds),
            signer,
            WebApp(settings.web_folder),
        )


def gateway_of(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway

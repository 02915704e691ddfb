"""The e-mail a week before a key ends."""

from datetime import datetime, timedelta

import pytest

from maskeraid_core.documents.accounts import ApiKey, Scope, Tenant
from maskeraid_core.documents.deliveries import KEY_EXPIRING
from maskeraid_core.keys import mint_key
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository, ApiKeyRepository
from maskeraid_core.repositories.deliveries import DeliveryRepository
from maskeraid_core.repositories.repository import PageRequest
from maskeraid_notifier.expiring_keys import warn_of_expiring_keys

TENANT = "ten_1"


@pytest.fixture
async def key(stores: Stores) -> ApiKey:
    """A key for 90 days, of an account with a verified address."""
    made = mint_key(TENANT, "for the lab", [Scope.MODELS_READ], environment="test").document
    owner = Tenant(id=TENANT, name="one", email="a@x.example", is_email_verified=True, created_at=made.created_at)
    await AccountRepository(stores.database).add_tenant(owner)
    return await ApiKeyRepository(stores.database, TENANT).add(made)


async def told_at(stores: Stores, *moments: datetime) -> list[str]:
    """Subjects of what was told by looks at these moments."""
    for at in moments:
        await warn_of_expiring_keys(stores, at)
    page = await DeliveryRepository(stores.database, TENANT).page(PageRequest(), event=KEY_EXPIRING)
    return [delivery.subject for delivery in page.items]


def before_end(key: ApiKey, *days: float) -> list[datetime]:
    return [key.expires_at - timedelta(days=each) for each in days]


async def test_tells_once_in_the_last_week(stores: Stores, key: ApiKey) -> None:
    assert await told_at(stores, *before_end(key, 30, 7.01)) == []
    assert await told_at(stores, *before_end(key, 6.99, 6, 1, 0.1)) == [key.id]


async def test_tells_once_where_the_address_changes_and_the_log_ends(stores: Stores, key: ApiKey) -> None:
    await told_at(stores, *before_end(key, 6))
    await AccountRepository(stores.database).change(TENANT, {"email": "b@x.example"})
    await stores.database["deliveries"].delete_many({})
    assert await told_at(stores, *before_end(key, 5)) == []


async def test_tells_once_though_it_died_before_it_noted_so(stores: Stores, key: ApiKey) -> None:
    await told_at(stores, *before_end(key, 6))
    await stores.database["api_keys"].update_one({"_id": key.id}, {"$unset": {"expiry_told_at": 1}})
    assert await told_at(stores, *before_end(key, 5)) == [key.id]


async def test_waits_for_a_verified_address(stores: Stores, key: ApiKey) -> None:
    accounts = AccountRepository(stores.database)
    await accounts.change(TENANT, {"is_email_verified": False})
    assert await told_at(stores, *before_end(key, 6)) == []
    await accounts.change(TENANT, {"is_email_verified": True})
    assert await told_at(stores, *before_end(key, 3)) == [key.id]


@pytest.mark.parametrize("fate", ["revoked", "ended", "made for a week"])
async def test_says_nothing_of_a_key_that_is(stores: Stores, key: ApiKey, fate: str) -> None:
    keys = ApiKeyRepository(stores.database, TENANT)
    if fate == "revoked":
        await keys.revoke(key.id)
    if fate == "made for a week":
        await keys.change(key.id, {"created_at": key.expires_at - timedelta(days=7)})
    assert await told_at(stores, *before_end(key, -1 if fate == "ended" else 6)) == []

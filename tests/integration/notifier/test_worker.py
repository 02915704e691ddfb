"""The notifier as a process: a bell delivers, the sweeper delivers what no bell told, and a kill loses nothing."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from tests.integration.notifier.test_delivering import make_delivery, make_endpoint
from tests.unit.notifier.receiver import Receiver, receive

from maskeraid_core.documents.accounts import Scope, Tenant
from maskeraid_core.documents.deliveries import DeliveryStatus, Sink
from maskeraid_core.jobs import QueueName
from maskeraid_core.keys import mint_key
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.accounts import AccountRepository, ApiKeyRepository
from maskeraid_core.repositories.deliveries import DeliveryQueue, DeliveryRepository, WebhookEndpointRepository
from maskeraid_core.repositories.repository import PageRequest, now
from maskeraid_core.repositories.workers import WorkerRepository
from maskeraid_notifier.slots import MOST_OF_ENDPOINT

THREADS = 4
COMMAND = f"-m celery -A maskeraid_notifier.worker worker -Q notifier --pool threads --concurrency {THREADS}"


@asynccontextmanager
async def notifier(stores: Stores, outbox: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    settings = stores.settings.model_dump(exclude_none=True) | {
        "outbox_folder": outbox,
        "webhook_allowed_hosts": "127.0.0.1:*",
    }
    variables = {f"MASKERAID_{name.upper()}": str(value) for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *COMMAND.split(), env=os.environ | variables, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 20)


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 another process's deed, which sets no event here
            await asyncio.sleep(0.05)


async def add_webhook(stores: Stores, receiver: Receiver, tenant: str = "ten_1") -> str:
    endpoint = make_endpoint(receiver, id=f"whe_{receiver.port}", tenant=tenant)
    await WebhookEndpointRepository(stores.database, tenant).add_once(endpoint)
    delivery = make_delivery(Sink(kind="webhook", target=endpoint.id), tenant=tenant)
    await DeliveryQueue(stores.database).add_once(delivery)
    return delivery.id


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    return tmp_path / "outbox"


async def test_bell_delivers_and_a_stop_is_prompt(stores: Stores, outbox: Path) -> None:
    owner = Tenant(id="ten_1", name="one", email="a@x.example", is_email_verified=True, created_at=now())
    await AccountRepository(stores.database).add_tenant(owner)
    async with notifier(stores, outbox) as process:
        delivery = make_delivery(Sink(kind="email", target="a@x.example"))
        await DeliveryQueue(stores.database).add_once(delivery)
        await stores.doorbell.ring(QueueName.NOTIFIER, delivery.id)

        async def is_kept() -> bool:
            return (outbox / f"{delivery.id}.eml").exists()

        await until(is_kept)
        assert [worker.queue for worker in await WorkerRepository(stores.database).alive()] == [QueueName.NOTIFIER]
    assert process.returncode == 0


async def test_key_that_ends_soon_is_told_of(stores: Stores, outbox: Path) -> None:
    owner = Tenant(id="ten_1", name="one", email="a@x.example", is_email_verified=True, created_at=now())
    await AccountRepository(stores.database).add_tenant(owner)
    key = mint_key("ten_1", "for the lab", [Scope.MODELS_READ], environment="test", days=6).document
    long_ago = now() - timedelta(days=84)
    await ApiKeyRepository(stores.database, "ten_1").add(key.model_copy(update={"created_at": long_ago}))
    deliveries = DeliveryRepository(stores.database, "ten_1")
    async with notifier(stores, outbox):

        async def is_delivered() -> int:
            return await deliveries.count(status=DeliveryStatus.DELIVERED)

        await until(is_delivered)
    (mail,) = (await deliveries.page(PageRequest())).items
    assert (mail.subject, mail.sink.target) == (key.id, "a@x.example")
    assert f"maskeraid keys revoke {key.id}" in str(mail.message)


async def test_hanging_receiver_delays_only_its_own_news(stores: Stores, outbox: Path) -> None:
    async with receive(Receiver(seconds_between_bytes=60)) as hanging, receive(Receiver()) as prompt:
        for _ in range(3 * THREADS):
            await stores.doorbell.ring(QueueName.NOTIFIER, await add_webhook(stores, hanging))
        await stores.doorbell.ring(QueueName.NOTIFIER, await add_webhook(stores, prompt, tenant="ten_2"))

        async def is_asked() -> int:
            return len(prompt.requests)

        async with notifier(stores, outbox) as process:
            await until(is_asked)
            process.kill()
        assert len(hanging.requests) == MOST_OF_ENDPOINT


async def test_kill_while_sending_repeats_the_delivery_under_its_id(stores: Stores, outbox: Path) -> None:
    async with receive(Receiver(seconds_between_bytes=5)) as receiver:
        delivery_id = await add_webhook(stores, receiver)  # no bell: the sweeper finds it

        async def is_asked() -> int:
            return len(receiver.requests)

        async with notifier(stores, outbox) as first:
            await until(is_asked)
            first.kill()
        receiver.seconds_between_bytes = 0
        before = len(receiver.requests)

        async def is_repeated() -> bool:
            return len(receiver.requests) > before

        async with notifier(stores, outbox):
            await until(is_repeated)
    assert {request.headers["webhook-id"] for request in receiver.requests} == {delivery_id}

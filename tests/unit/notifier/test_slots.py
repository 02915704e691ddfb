"""Who hangs keeps its own news waiting and nobody else's."""

from datetime import UTC, datetime

import pytest

from maskeraid_core.documents.deliveries import Delivery, Sink
from maskeraid_notifier.slots import (
    MOST_BY_MAIL,
    MOST_OF_ENDPOINT,
    MOST_OF_TENANT,
    MOST_WAITING,
    MOST_WAITING_OF_TENANT,
    Slots,
)


def delivery(number: int, target: str = "whe_1", tenant: str = "ten_1") -> Delivery:
    at, sink = datetime(2026, 3, 1, tzinfo=UTC), Sink(kind="webhook", target=target)
    return Delivery(
        id=f"dlv_{tenant}_{target}_{number}", tenant=tenant, sink=sink, event="training.succeeded", subject="trn_1",
        data={}, next_attempt_at=at, created_at=at,
    )  # fmt: skip


def mail(number: int) -> Delivery:
    """Each of a tenant of its own."""
    own, sink = f"ten_{number}", Sink(kind="email", target=f"{number}@x.example")
    return delivery(number, tenant=own).model_copy(update={"sink": sink})


class TestSlots:
    def test_of_a_receiver_are_few(self) -> None:
        slots = Slots()
        assert sum(slots.enter(delivery(number)) for number in range(10)) == MOST_OF_ENDPOINT
        assert slots.enter(delivery(1, "whe_2"))

    def test_of_a_tenant_are_few(self) -> None:
        slots = Slots()
        assert sum(slots.enter(delivery(1, f"whe_{number}")) for number in range(20)) == MOST_OF_TENANT
        assert slots.enter(delivery(1, tenant="ten_2"))

    def test_go_to_who_has_waited_longest(self) -> None:
        slots = Slots()
        for number in range(6):
            slots.enter(delivery(number))
        for ended, rung in ((0, 2), (1, 3)):
            assert slots.leave(delivery(ended)) == delivery(rung).id
            assert slots.enter(delivery(rung))

    def test_of_another_receiver_do_not_help_who_waits_for_this_one(self) -> None:
        slots = Slots()
        for number in range(3):
            slots.enter(delivery(number))
        slots.enter(delivery(1, "whe_2"))
        assert slots.leave(delivery(1, "whe_2")) is None

    def test_are_not_kept_for_what_was_rung_for_twice(self) -> None:
        slots = Slots()
        for number in (0, 1, 2, 2):
            slots.enter(delivery(number))
        assert slots.leave(delivery(0)) == delivery(2).id
        assert slots.leave(delivery(1)) is None

    def test_go_to_another_tenant_where_the_mail_server_is_what_both_wait_for(self) -> None:
        slots = Slots()
        assert sum(slots.enter(mail(number)) for number in range(20)) == MOST_BY_MAIL
        assert slots.leave(mail(0)) == mail(MOST_BY_MAIL).id
        assert slots.enter(delivery(1))

    @pytest.mark.parametrize(("tenants", "most"), [(1, MOST_WAITING_OF_TENANT), (20, MOST_WAITING)])
    def test_remember_so_many_who_wait(self, tenants: int, most: int) -> None:
        slots = Slots()
        for tenant in range(tenants):
            for number in range(MOST_OF_ENDPOINT + 2 * MOST_WAITING_OF_TENANT):
                slots.enter(delivery(number, f"whe_{tenant}", f"ten_{tenant}"))
        rung = 0
        for tenant in range(tenants):
            while slots.leave(delivery(1, f"whe_{tenant}", f"ten_{tenant}")) is not None:
                rung += 1
        assert rung == most

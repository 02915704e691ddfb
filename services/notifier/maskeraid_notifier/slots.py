"""How many attempts of this process may be under way for one receiver, and for one tenant; the others wait here.

A receiver that hangs keeps its own news waiting and nobody else's. Used on one event loop, so it needs no lock.
"""

from collections import Counter, defaultdict

from maskeraid_core.documents.deliveries import Delivery

MOST_OF_RECEIVER = 2
MOST_OF_TENANT = 4  # of the threads of a process, which are more
MOST_WAITING = 1000  # of a tenant; for the others the sweeper rings again


class Slots:
    """Taken by `enter`, given back by `leave`."""

    def __init__(self) -> None:
        self._of_receiver: Counter[tuple[str, str]] = Counter()  # tenant and target
        self._of_tenant: Counter[str] = Counter()
        self._waiting: defaultdict[str, dict[str, str]] = defaultdict(dict)  # of a tenant: delivery to target, in order

    def enter(self, delivery: Delivery) -> bool:
        """Take a slot; False when there is none, and the delivery waits for one."""
        tenant, target = delivery.tenant, delivery.sink.target
        if not self._is_free(tenant, target):
            if len(self._waiting[tenant]) < MOST_WAITING:
                self._waiting[tenant][delivery.id] = target
            return False
        self._of_tenant[tenant] += 1
        self._of_receiver[tenant, target] += 1
        self._stop_waiting(tenant, delivery.id)
        return True

    def leave(self, delivery: Delivery) -> str | None:
        """Give the slot back; the delivery that has waited longest for one like it, to be rung for, if there is one."""
        tenant = delivery.tenant
        self._of_tenant -= Counter([tenant])  # drops what is zero
        self._of_receiver -= Counter([(tenant, delivery.sink.target)])
        waiting = self._waiting.get(tenant, {})
        free = next((waits for waits, target in waiting.items() if self._is_free(tenant, target)), None)
        if free is not None:
            self._stop_waiting(tenant, free)
        return free

    def _is_free(self, tenant: str, target: str) -> bool:
        return self._of_tenant[tenant] < MOST_OF_TENANT and self._of_receiver[tenant, target] < MOST_OF_RECEIVER

    def _stop_waiting(self, tenant: str, delivery_id: str) -> None:
        waiting = self._waiting.get(tenant, {})
        waiting.pop(delivery_id, None)
        if not waiting:
            self._waiting.pop(tenant, None)

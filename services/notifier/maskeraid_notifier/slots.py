"""How many attempts of this process may be under way for one receiver, and for one tenant; the others wait here.

A receiver that hangs keeps its own news waiting and nobody else's, and so does the mail server. Used on one event
loop, so it needs no lock.
"""

from collections import Counter

from maskeraid_core.documents.deliveries import Delivery

MOST_OF_ENDPOINT = 2
MOST_OF_TENANT = 4
MOST_BY_MAIL = 8  # of everybody; the threads of a process are more
MOST_WAITING = 5000  # for the others the sweeper rings again
MOST_WAITING_OF_TENANT = 500

Limits = tuple[tuple[str, int], ...]  # whom a slot is taken from, and how many there are


class Slots:
    """Taken by `enter`, given back by `leave`."""

    def __init__(self) -> None:
        self._taken = Counter[str]()
        self._waiting: dict[str, Limits] = {}  # by delivery, who has waited longest first
        self._waiting_of_tenant = Counter[str]()

    def enter(self, delivery: Delivery) -> bool:
        """Take a slot; False when there is none, and the delivery waits for one."""
        limits = _limits(delivery)
        self._stop_waiting(delivery.id)
        if not self._is_free(limits):
            self._wait(delivery.id, limits)
            return False
        self._taken.update(name for name, _ in limits)
        return True

    def leave(self, delivery: Delivery) -> str | None:
        """Give the slot back; the delivery that has waited longest for one like it, to be rung for, if there is one."""
        self._taken -= Counter(name for name, _ in _limits(delivery))  # drops what is zero
        free = next((waits for waits, limits in self._waiting.items() if self._is_free(limits)), None)
        if free is not None:
            self._stop_waiting(free)
        return free

    def _is_free(self, limits: Limits) -> bool:
        return all(self._taken[name] < most for name, most in limits)

    def _wait(self, delivery_id: str, limits: Limits) -> None:
        (tenant, _), *_ = limits
        if len(self._waiting) < MOST_WAITING and self._waiting_of_tenant[tenant] < MOST_WAITING_OF_TENANT:
            self._waiting[delivery_id] = limits
            self._waiting_of_tenant[tenant] += 1

    def _stop_waiting(self, delivery_id: str) -> None:
        if limits := self._waiting.pop(delivery_id, None):
            self._waiting_of_tenant -= Counter([limits[0][0]])


def _limits(delivery: Delivery) -> Limits:
    is_mail = delivery.sink.kind == "email"
    receiver = ("the mail server", MOST_BY_MAIL) if is_mail else (delivery.sink.target, MOST_OF_ENDPOINT)
    return (delivery.tenant, MOST_OF_TENANT), receiver

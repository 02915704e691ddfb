"""A webhook receiver that remembers every request, whether it was signed, and answers as it is told."""

import json
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from maskeraid_local.receiver import WebhookReceiver


@dataclass(frozen=True)
class Arrival:
    """One request: when it came, under which `webhook-id`, and what it said."""

    at: float  # monotonic seconds
    webhook_id: str
    body: dict[str, Any]

    @property
    def occasion(self) -> tuple[str, str]:
        """What it is about: the event, and the object's id."""
        return self.body["type"], self.body["data"]["id"]


class LoggingReceiver(WebhookReceiver):
    """Signatures are verified by the official package; requests without a right one are only counted, as `refused`."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.log: list[Arrival] = []
        self.changed = threading.Condition()

    def take(self, body: str, headers: dict[str, str]) -> bool:
        is_good = super().take(body, headers)
        with self.changed:
            if is_good:
                lowered = {name.lower(): value for name, value in headers.items()}
                self.log.append(Arrival(time.monotonic(), lowered["webhook-id"], json.loads(body)))
            self.changed.notify_all()
        return is_good

    def ids(self) -> dict[tuple[str, str], set[str]]:
        """By occasion, the ids under which it was told. More than one id for one occasion is a doubled notice."""
        with self.changed:
            arrivals = list(self.log)
        found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for arrival in arrivals:
            found[arrival.occasion].add(arrival.webhook_id)
        return dict(found)

    def count(self, object_id: str) -> int:
        """How many requests were about an object."""
        with self.changed:
            return sum(arrival.occasion[1] == object_id for arrival in self.log)

    def wait_for(self, occasions: set[tuple[str, str]], limit_seconds: float) -> set[tuple[str, str]]:
        """What of these was not told of within the time; empty when everything was."""
        with self.changed:
            self.changed.wait_for(
                lambda: occasions <= {arrival.occasion for arrival in self.log}, timeout=limit_seconds
            )
            return occasions - {arrival.occasion for arrival in self.log}

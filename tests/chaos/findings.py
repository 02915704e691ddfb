"""What is wrong with one job, by its state and its history as the API shows them. Pure values."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from maskeraid.objects import TERMINAL

JobFacts = Mapping[str, Any]
History = Sequence[Mapping[str, Any]]


def doubled_in(job: JobFacts, history: History) -> list[str]:
    """What was seen twice, or seen otherwise than the job says: an end, a last status, a claim."""
    ends = [event["data"]["status"] for event in history if event["type"] == "end"]
    statuses = [event["data"] for event in history if event["type"] == "job.status"]
    last = [data["status"] for data in statuses if data["status"] in TERMINAL]
    claims = Counter(data["attempt"] for data in statuses if data["status"] == "running")
    found = [f"{job['id']}: {what} {seen}" for what, seen in (("ends", ends), ("last statuses", last)) if len(seen) > 1]
    if any(status != job["status"] for status in (*ends, *last)):
        found.append(f"{job['id']}: is {job['status']}, but was told to be {[*ends, *last]}")
    twice = [attempt for attempt, count in claims.items() if count > 1]
    return found + [f"{job['id']}: attempt {attempt} was claimed twice" for attempt in twice]


def holes_in(job: JobFacts, history: History) -> list[str]:
    """Whether the history of a job that has ended is 1, 2, 3 … and closes with `end`."""
    numbers = [event["id"] for event in history]
    found = []
    if numbers != list(range(1, len(numbers) + 1)):
        found.append(f"{job['id']}: numbers {numbers}")
    if job["status"] in TERMINAL and (not history or history[-1]["type"] != "end"):
        found.append(f"{job['id']}: closes with {history[-1]['type'] if history else 'nothing'}")
    return found

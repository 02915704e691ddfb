"""Figures for operators, in Prometheus's form. Labels are route templates, never ids."""

from prometheus_client import REGISTRY, Counter, Histogram, generate_latest
from starlette.types import Scope

ANSWERS = Counter("maskeraid_http_answers", "Answers by route, method, and status.", ["route", "method", "status"])
SECONDS = Histogram(
    "maskeraid_http_seconds", "Time to the first byte of an answer, in seconds.", ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)  # fmt: skip
ACCEPTED_JOBS = Counter("maskeraid_jobs_accepted", "Jobs accepted, by kind.", ["kind"])
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def note_answer(scope: Scope, status: int, seconds: float) -> None:
    """Count one answer."""
    route = getattr(scope.get("route"), "path", "none")
    method = scope["method"] if scope["method"] in METHODS else "other"
    ANSWERS.labels(route, method, status).inc()
    SECONDS.labels(route).observe(seconds)


def exposition() -> bytes:
    return generate_latest(REGISTRY)

"""Models, what is thought and measured of them, and what chooses among them."""

from datetime import datetime
from typing import Any

from maskeraid.objects.api_object import ApiObject
from maskeraid.objects.jobs import JobWithFiles


class Model(ApiObject):
    """One of yours (`access` is `owner`), or one that `owner` shares with you."""

    name: str
    access: str = "owner"
    owner: str | None = None
    is_adopted: bool = False
    is_default: bool = False
    latest_version: int = 0
    aliases: dict[str, int] = {}
    tags: list[str] = []
    visibility: str = "private"
    licence: str | None = None
    shared_with: list[str] = []
    download: bool = False
    rating_count: int = 0
    rating_mean: float | None = None
    flags: list[dict[str, Any]] = []


class Rating(ApiObject):
    """What an account thinks of a model."""

    model_id: str = ""
    author: str | None = None
    stars: int = 0
    note: str | None = None
    is_yours: bool = False


class ModelVersion(ApiObject):
    model_id: str = ""
    version: int = 0
    digest: str = ""
    architecture: str = ""
    resolution: int = 0
    card: dict[str, Any] = {}
    files: list[dict[str, Any]] = []
    pruned_at: datetime | None = None  # since then only its card and pictures are kept


class Evaluation(JobWithFiles):
    """What was measured of a model's version; `result` has the figures."""

    measures: str = ""
    model: dict[str, Any] = {}
    score: float | None = None  # of `quality`: higher is better, 1 at the best


class Selector(ApiObject):
    """The thesis's network that chooses a model for a face, and how well it does that."""

    name: str = ""
    is_current: bool = False
    is_stale: bool = False
    stale_because: list[str] = []
    models: list[dict[str, Any]] = []
    left_out: list[dict[str, Any]] = []
    curves: list[dict[str, Any]] = []
    report: dict[str, Any] = {}
    confusion: list[list[int]] = []
    layers: dict[str, Any] = {}
    files: list[dict[str, Any]] = []

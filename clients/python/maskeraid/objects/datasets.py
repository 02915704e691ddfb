"""Datasets, their images, and how these come in."""

from typing import Any

from maskeraid.objects.api_object import ApiObject
from maskeraid.objects.jobs import Job


class Dataset(ApiObject):
    name: str
    role: str
    latest_version: int = 0
    image_count: int = 0
    attributes: dict[str, Any] = {}


class Upload(ApiObject):
    """A file on its way in, part by part."""

    status: str
    part_bytes: int
    part_count: int
    missing_parts: list[int]


class Image(ApiObject):
    file: str = ""
    width: int = 0
    height: int = 0
    attributes: dict[str, Any] = {}
    models: list[dict[str, Any]] = []  # `model_id` and `version` of those that learned from it


class Import(Job):
    """A change of a dataset; its result counts what was imported and rejected."""

    dataset_id: str = ""
    rejected_rows: list[dict[str, Any]] = []

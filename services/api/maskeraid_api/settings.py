"""Settings of the gateway, from MASKERAID_* variables."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from maskeraid_core.settings import CoreSettings

MOST_UPLOAD_BYTES = 8 * 2**30


class ApiSettings(CoreSettings):
    """What the gateway allows, beside where the stores are."""

    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        default=["127.0.0.1", "localhost", "[::1]"], description="Names in `Host` that are answered, comma-separated."
    )
    reads_per_second: float = Field(default=50, gt=0, description="GET requests a second and key, on average.")
    writes_per_second: float = Field(default=5, gt=0, description="Other requests a second and key, on average.")
    max_queued_jobs: int = Field(default=1000, ge=1, description="Queued jobs a tenant and queue.")
    max_waiting_jobs: int = Field(
        default=20_000, ge=1, description="Queued jobs of all tenants in one queue; above, requests get 503."
    )
    max_training_seconds: float | None = Field(
        default=None, gt=0, description="Seconds that a tenant's trainings may run a calendar month; empty: any."
    )
    max_storage_bytes: int | None = Field(
        default=None, ge=1, description="Bytes of images and models that a tenant may keep; empty: any."
    )
    # Filling takes a second; the rest of the time is waiting, and a minute would cancel what a burst has queued.
    reimaging_deadline_seconds: float = Field(
        default=3600, ge=10, description="Re-imagings that wait and run for longer are cancelled."
    )
    batch_deadline_seconds: float = Field(
        default=86_400, ge=10, description="Batches that wait and run for longer are cancelled, unless they say it."
    )
    max_upload_bytes: int = Field(
        default=MOST_UPLOAD_BYTES, ge=1, le=MOST_UPLOAD_BYTES, description="Largest upload in parts, in bytes."
    )
    manifest_cache_bytes: int = Field(
        default=512 * 2**20, ge=0, description="Lists of datasets' images that stay in memory, in bytes."
    )
    answer_cache_bytes: int = Field(
        default=64 * 2**20, ge=0, description="Facets, reports, and image sheets that stay in memory, in bytes."
    )
    upload_slots: int = Field(default=4, ge=1, description="Unfinished uploads a tenant.")
    least_free_share: float = Field(
        default=0.1, ge=0, lt=1, description="Uploads are refused below this free share of a local store's disk."
    )
    stream_seconds: float = Field(default=600, gt=0, description="Longest life of one event stream.")
    keepalive_seconds: float = Field(default=15, gt=0, description="Time between comments in a silent event stream.")
    web_folder: Path | None = Field(default=None, description="Folder of the built web app; empty: none is served.")
    metrics_token: SecretStr | None = Field(
        default=None,
        description="Bearer token of /metrics; without one only this machine may read them, and on a server nobody.",
    )

    @field_validator("web_folder", mode="before")
    @classmethod
    def _none_if_empty(cls, value: object) -> object:
        return value or None

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value

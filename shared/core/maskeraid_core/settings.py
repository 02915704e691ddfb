"""Settings that every process shares, from MASKERAID_* variables.

A wrong value stops the start with a readable line.
"""

import sys
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from maskeraid_core.failpoints import parse

Environment = Literal["local", "server", "test"]
SettingsT = TypeVar("SettingsT", bound="CoreSettings")


class CoreSettings(BaseSettings):
    """Where the stores are, and the times that govern jobs."""

    model_config = SettingsConfigDict(env_prefix="MASKERAID_", env_file=".env", extra="ignore")

    environment: Environment = Field(default="server", description="local, server, or test.")
    mongodb_url: str = Field(
        default="mongodb://127.0.0.1:27017", description="MongoDB, or a server that speaks its protocol."
    )
    mongodb_database: str = Field(default="maskeraid", description="Name of the database.")
    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0", description="Redis: Celery's broker and the news channel."
    )
    blobs_url: str = Field(
        default="file:///var/lib/maskeraid/blobs", description="Object store: file://, s3://, gs://, az://."
    )
    scratch_folder: Path | None = Field(
        default=None, description="Folder for temporary files; the system's when empty."
    )

    owner_email: str = Field(
        default="owner@maskeraid.local", description="Address of the account that local mode makes at its first start."
    )

    lease_seconds: float = Field(
        default=60, gt=0, description="How long a claimed job is its worker's without a heartbeat."
    )
    heartbeat_seconds: float = Field(default=10, gt=0, description="Time between heartbeats of a claimed job.")
    sweep_seconds: float = Field(default=10, gt=0, description="Time between two sweeps.")
    ring_again_seconds: float = Field(default=30, gt=0, description="A queued job whose bell is older is rung again.")
    crash_limit: int = Field(
        default=3, ge=1, description="Crashes without a new checkpoint before a job fails as poisoned."
    )
    crash_delay_seconds: float = Field(
        default=10, ge=0, description="Wait before a crashed job is claimed again; six times as long after the second."
    )
    litter_seconds: float = Field(
        default=600, gt=0, description="Time between two rounds that delete objects which nothing names any more."
    )
    attempts_kept_seconds: float = Field(
        default=3600, gt=0, description="How long objects of a job's attempts that nothing names are kept."
    )
    exports_kept_days: float = Field(
        default=7, gt=0, description="Days after which the zip of an export is deleted; its record stays."
    )
    versions_kept_days: float | None = Field(
        default=None,
        gt=0,
        description="Days after which the weights of a model's version that is neither its latest nor named by an "
        "alias are deleted; its card and pictures stay. Empty: never.",
    )
    datasets_kept_days: float | None = Field(
        default=None,
        gt=0,
        description="Days after its last use after which a dataset without a date of its own (`retain_until`) is "
        "deleted, where its owner's policy says nothing. Empty: never.",
    )
    reimagings_kept_days: float | None = Field(
        default=None,
        ge=0,
        description="Days after which a re-imaging that names no time of its own (`retention_days`) is deleted with "
        "its pictures, where its owner's policy says nothing. Empty: never.",
    )
    event_poll_seconds: float = Field(
        default=5, gt=0, description="How often a reader of events looks without being told."
    )

    failpoints: str = Field(
        default="", description="Where tests break a process: name=kill|raise|sleep:seconds; only in environment test."
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    log_format: Literal["json", "console"] = Field(default="json", description="json for machines, console for people.")

    @field_validator("failpoints")
    @classmethod
    def _only_in_tests(cls, text: str, others: ValidationInfo) -> str:
        if parse(text) and others.data.get("environment") != "test":
            raise ValueError("failpoints are for the environment `test` alone")
        return text


def read_settings(kind: type[SettingsT]) -> SettingsT:
    """Read the settings of a process, or end it with one readable line for each wrong value."""
    try:
        return kind()
    except ValidationError as error:
        for row in error.errors():
            name = "MASKERAID_" + "_".join(str(part) for part in row["loc"]).upper()
            sys.stderr.write(f"{name}: {row['msg']}\n")
        raise SystemExit(2) from None

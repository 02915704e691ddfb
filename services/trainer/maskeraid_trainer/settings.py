"""Settings of the trainer, from MASKERAID_* variables."""

import tempfile
from pathlib import Path

from pydantic import Field

from maskeraid_core.settings import CoreSettings


class TrainerSettings(CoreSettings):
    """What the trainer needs beside the stores: how it treats the child that trains."""

    checkpoint_seconds: float = Field(
        default=60, gt=0, description="Time between two checkpoints of a training: the most that a kill loses."
    )
    child_silence_seconds: float = Field(
        default=300, gt=0, description="A training's process that says nothing for so long is killed."
    )
    child_alive_seconds: float = Field(
        default=30, gt=0, description="How often a training's process says that it lives."
    )
    child_grace_seconds: float = Field(
        default=25, gt=0, description="Time for a last checkpoint when the trainer leaves."
    )
    child_niceness: int = Field(
        default=5, ge=0, le=19, description="Niceness of a training: a busy machine starves it, not the heartbeat."
    )
    multi_worker: bool = Field(
        default=False,
        description="Whether trainings heed TF_CONFIG: only where somebody starts the same training on all its hosts.",
    )

    images_in_memory_bytes: int = Field(
        default=2 * 2**30,
        ge=0,
        description="Images of one job above so many bytes lie in a file of the scratch folder, which must be on a "
        "disk, and not in memory.",
    )

    @property
    def matplotlib_folder(self) -> Path:
        """Where Matplotlib keeps its font cache: building it anew takes seconds."""
        return (self.scratch_folder or Path(tempfile.gettempdir())) / "maskeraid-matplotlib"

    def to_environment(self) -> dict[str, str]:
        """The variables from which a child process reads the same settings."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {f"MASKERAID_{name.upper()}": str(value) for name, value in values.items() if value is not None}

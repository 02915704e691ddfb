"""Settings of the inference worker, from MASKERAID_* variables."""

from pydantic import Field

from maskeraid_core.settings import CoreSettings


class InferenceSettings(CoreSettings):
    """What the inference worker needs beside the stores: how much it keeps in memory."""

    models_kept: int = Field(
        default=32, ge=1, description="Most models and selectors that an inference worker keeps in memory."
    )
    models_kept_bytes: int = Field(
        default=2 * 2**30,
        gt=0,
        description="Most bytes of models and selectors that an inference worker keeps in memory.",
    )
    models_warmed: int = Field(
        default=4, ge=0, description="Newest models that an inference worker loads before its first job."
    )

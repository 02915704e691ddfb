"""What may be set of the stack itself; everything else it passes on to its services."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from maskeraid_core.settings import CoreSettings

SETTING = "MASKERAID_START_SECONDS"


class LocalSettings(CoreSettings):
    """Of `maskeraid up` and `maskeraid demo`, from the environment alone: as for the services, no .env is read."""

    model_config = SettingsConfigDict(env_file=None)

    start_seconds: float = Field(
        default=120, gt=0, description="How long a store, or all services together, may take to start (`maskeraid up`)."
    )

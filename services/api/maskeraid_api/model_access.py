"""Finding a version of a model by number, `latest`, or alias."""

from maskeraid_core.documents.models import Model, ModelVersion
from maskeraid_core.errors import NotFound
from maskeraid_core.repositories.models import ModelVersionRepository

LONGEST_NUMBER = 9  # digits


async def version_of(versions: ModelVersionRepository, model: Model, wanted: str | int) -> ModelVersion:
    """Raises NotFound for a number or an alias that the model does not have."""
    number = _number(model, str(wanted))
    version = await versions.of_model(model.id, number) if number else None
    if version is None:
        raise NotFound(f"The model {model.name} has no version {wanted}.")
    return version


def _number(model: Model, wanted: str) -> int | None:
    if wanted == "latest":
        return model.latest_version
    if wanted.isascii() and wanted.isdecimal():
        return int(wanted) if len(wanted) <= LONGEST_NUMBER else None
    return model.aliases.get(wanted)

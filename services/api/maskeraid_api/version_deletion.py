"""Deleting one version of a model: what stands in its way, and what its model is without it."""

from typing import Any

from maskeraid_core.documents.models import Model
from maskeraid_core.errors import VersionInUse
from maskeraid_core.repositories.models import ModelVersionRepository, facts_of
from maskeraid_core.repositories.repository import now


async def facts_without(versions: ModelVersionRepository, model: Model, number: int) -> dict[str, Any]:
    """What a deletion sets in the model's document. Raises: VersionInUse."""
    aliases = sorted(alias for alias, version in model.aliases.items() if version == number)
    if aliases:
        raise VersionInUse(f"Let {', '.join(aliases)} lead to another version first, or take it away.", aliases=aliases)
    rest = [other for other in await versions.whole_numbers(model.id) if other != number]
    if not rest:
        raise VersionInUse("No other version has its weights: delete the model instead.")
    facts: dict[str, Any] = {"updated_at": now()}
    if model.latest_version == number:
        latest = await versions.of_model(model.id, rest[-1])
        facts |= {"latest_version": rest[-1], **(facts_of(latest) if latest else {})}
    return facts | _grants_without(model, number, rest)


def _grants_without(model: Model, number: int, rest: list[int]) -> dict[str, Any]:
    """Grants end at the last version that they opened; where none of those is left, nothing is open any more."""
    if all(grant.up_to != number for grant in model.grants):
        return {}
    below = [other for other in rest if other < number]
    if not below:
        return {"visibility": "private", "grants": []}
    return {"grants": [grant.model_copy(update={"up_to": below[-1]}).model_dump() for grant in model.grants]}

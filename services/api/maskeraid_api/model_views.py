"""Models as a caller sees them."""

from collections.abc import Sequence

from maskeraid_api.model_access import Registry
from maskeraid_api.schemas.models import ModelView
from maskeraid_core.documents.models import Model


async def view_of(registry: Registry, model: Model) -> ModelView:
    """One model, with how the caller stands to it."""
    (view,) = await views_of(registry, [model])
    return view


async def views_of(registry: Registry, models: Sequence[Model]) -> list[ModelView]:
    """Models, with how the caller stands to each."""
    standings = await registry.standings(models)
    return [ModelView.of(model, standing) for model, standing in zip(models, standings, strict=True)]

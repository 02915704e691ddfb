"""The models that a caller may read, its own and others'; their versions by number, `latest`, or alias; their files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from maskeraid_core.documents.models import Model, ModelFile, ModelVersion
from maskeraid_core.errors import Expired, NotFound
from maskeraid_core.repositories.accounts import AccountRepository
from maskeraid_core.repositories.default_models import DefaultModelRepository
from maskeraid_core.repositories.models import ModelRepository, ModelVersionRepository
from maskeraid_core.repositories.repository import Page, PageRequest
from maskeraid_core.repositories.shares import AdoptionRepository, SharedModelRepository

LONGEST_NUMBER = 9  # digits
Access = Literal["owner", "shared"]


@dataclass(frozen=True)
class Standing:
    """How a caller stands to a model: as its owner, or as one with whom the owner shares it."""

    access: Access = "owner"
    owner: str | None = None  # the name of another tenant
    is_adopted: bool = False
    is_default: bool = False  # the service's


OWN = Standing()


@dataclass(frozen=True)
class Registry:
    """Everything of models that one tenant may read. What others share comes as they let it be seen."""

    tenant: str
    own: ModelRepository
    own_versions: ModelVersionRepository
    shared: SharedModelRepository
    adoptions: AdoptionRepository
    accounts: AccountRepository
    default: DefaultModelRepository

    async def get(self, model_id: str) -> Model | None:
        return await self.own.get(model_id) or await self.shared.get(model_id)

    async def require(self, model_id: str) -> Model:
        """Raises: NotFound, with the same words for what is not shared and for what never was."""
        found = await self.get(model_id)
        if found is None:
            raise NotFound
        return found

    async def page(self, request: PageRequest, access: Access | None, **filters: object) -> Page[Model]:
        """One page in the order of creation: own models and shared ones, or one kind of them."""
        if request.after and (last := await self.get(request.after)):
            request = replace(request, start=last.created_at)
        pages = [await part.page(request, **filters) for part in self._parts(access)]
        found = [model for page in pages for model in page.items]
        found.sort(key=lambda model: (model.created_at, model.id), reverse=request.order == "desc")
        has_more = len(found) > request.limit or any(page.has_more for page in pages)
        return Page(found[: request.limit], has_more)

    async def count(self, access: Access | None, **filters: object) -> int:
        return sum([await part.count(**filters) for part in self._parts(access)])

    async def learned_from(self, dataset_id: str) -> list[str]:
        """Own models of which a version learned from a dataset, or began with one that did."""
        return sorted({learner.model_id for learner in await self.own_versions.learned_from(dataset_id)})

    def _parts(self, access: Access | None) -> Sequence[ModelRepository | SharedModelRepository]:
        return [part for part, kind in ((self.own, "owner"), (self.shared, "shared")) if access in (None, kind)]

    def is_own(self, model: Model) -> bool:
        return model.tenant == self.tenant

    async def standings(self, models: Sequence[Model]) -> list[Standing]:
        """That of each model; two more reads when some are shared, and one when some are public."""
        shared = [model for model in models if not self.is_own(model)]
        names = await self.accounts.names({model.tenant for model in shared}) if shared else {}
        adopted = await self.adoptions.among([model.id for model in shared]) if shared else set()
        public = {model.id for model in models if model.public_grant}
        default = await self.default.model_id() if public else None
        standings = [
            OWN if self.is_own(model) else Standing("shared", names.get(model.tenant), model.id in adopted)
            for model in models
        ]
        return [
            replace(standing, is_default=model.id == default and model.id in public)
            for model, standing in zip(models, standings, strict=True)
        ]

    async def version(self, model: Model, wanted: str | int) -> ModelVersion:
        """Raises NotFound for a number or an alias that the model does not have."""
        number = _number(model, str(wanted))
        found = await self.numbered(model, number) if number else None
        if found is None:
            raise NotFound(f"The model {model.name} has no version {wanted}.")
        return found

    async def whole_version(self, model: Model, wanted: str | int) -> ModelVersion:
        """A version to work with. Raises NotFound; Expired when its weights are gone."""
        found = await self.version(model, wanted)
        if found.pruned_at is not None:
            raise Expired(f"Version {found.version} of the model {model.name} was pruned: its weights are gone.")
        return found

    async def numbered(self, model: Model, number: int) -> ModelVersion | None:
        if number > model.latest_version:
            return None
        if self.is_own(model):
            return await self.own_versions.of_model(model.id, number)
        return await self.shared.version(model, number)

    def files(self, model: Model, version: ModelVersion) -> list[ModelFile]:
        """Those that can be fetched now by this caller: of a shared model, without leave to download, what it shows."""
        may_have_all = self.may_have_weights(model) and version.pruned_at is None
        return [file for file in version.files if may_have_all or file.is_shown]

    def may_have_weights(self, model: Model) -> bool:
        """Whether this caller may fetch them, or make something of its own of them."""
        return self.is_own(model) or model.may_download


def _number(model: Model, wanted: str) -> int | None:
    if wanted == "latest":
        return model.latest_version
    if wanted.isascii() and wanted.isdecimal():
        return int(wanted) if len(wanted) <= LONGEST_NUMBER else None
    return model.aliases.get(wanted)

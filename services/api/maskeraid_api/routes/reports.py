"""What a dataset's attributes, and what was measured of its images, say before a training."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import kept_view, shown_bytes
from maskeraid_api.dependencies import GatewayOf, LibraryOf
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import WhereParameter
from maskeraid_api.reports.axes import axes_of
from maskeraid_api.reports.confounds import find_confounds
from maskeraid_api.reports.coverage import find_coverage
from maskeraid_api.reports.quality import find_quality
from maskeraid_api.routes.images import MOST_DATASETS
from maskeraid_api.schemas.parts import id_pattern
from maskeraid_api.schemas.reports import (
    ConfoundReportView,
    ConfoundView,
    CoverageReportView,
    FixedAttribute,
    LinkView,
    QualityReportView,
    confounds_in_words,
    left_out_of,
    pair_view,
    whole_view,
)
from maskeraid_api.selected_images import Selected, images_of_datasets
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.datasets import DatasetVersion
from maskeraid_core.errors import DatasetEmpty

router = APIRouter(prefix="/v1/datasets/{dataset_id}/reports", route_class=GuardedRoute, tags=["datasets"])

VersionParameter = Annotated[
    str, Query(pattern="^(latest|[1-9][0-9]{0,8})$", description="A version's number, or `latest`.")
]
BesideParameter = Annotated[
    list[Annotated[str, Query(pattern=id_pattern("ds"))]],
    Query(max_length=MOST_DATASETS, description="Other datasets of yours whose newest images are counted as well."),
]


@dataclass(frozen=True)
class Asked:
    """Of which version, and under which filter."""

    version: DatasetVersion
    where: Sequence[str]

    def facts(self, found: Selected) -> dict[str, object]:
        return {
            "dataset_id": self.version.dataset_id, "version": self.version.version, "where": list(self.where),
            "image_count": found.total,
        }  # fmt: skip


async def asked(
    dataset_id: str,
    library: LibraryOf,
    version: VersionParameter = "latest",
    where: WhereParameter = [],  # noqa: B006 read by FastAPI, never changed
) -> Asked:
    return Asked(await library.version(await library.require(dataset_id), version), where)


AskedOf = Annotated[Asked, Depends(asked)]


@router.get("/coverage", response_model=CoverageReportView)
@operation(Scope.DATASETS_READ, problems=(DatasetEmpty,))
async def get_coverage_report(request: Request, one: AskedOf, library: LibraryOf, gateway: GatewayOf) -> Response:
    """Combinations of values that exist, that are missing, and that a model could return: every pair of attributes.

    Values that the schema names count although no image has them.
    """
    found = await images_of_datasets(library, [one.version], one.where)
    declared = {name: part.values for name, part in one.version.attributes.items() if part.values}

    def report() -> CoverageReportView:
        axes = axes_of(found.attributes(), declared)
        coverage = find_coverage(axes)
        return CoverageReportView.model_validate(
            {**one.facts(found), "left_out": left_out_of(axes), "sentence": coverage.sentence,
             "pairs": [pair_view(pair) for pair in coverage.pairs], "whole": whole_view(coverage)}
        )  # fmt: skip

    return shown_bytes(request, await kept_view(gateway.answers, ("coverage", one.version.id, found.key), report))


@router.get("/confounds", response_model=ConfoundReportView)
@operation(Scope.DATASETS_READ, problems=(DatasetEmpty,))
async def get_confound_report(
    request: Request,
    one: AskedOf,
    library: LibraryOf,
    gateway: GatewayOf,
    beside: BesideParameter = [],  # noqa: B006 read by FastAPI, never changed
) -> Response:
    """Attributes that travel together: a model that learns from these images will not be able to tell them apart.

    Mutual information of every pair with a permutation test; what has one value here and others in your other datasets
    is named as well. `beside` counts the images of several datasets together, as one training on all of them would.
    """
    others = [await library.version(await library.require(one_id)) for one_id in dict.fromkeys(beside)]
    versions = [one.version, *(other for other in others if other.dataset_id != one.version.dataset_id)]
    found = await images_of_datasets(library, versions, one.where)
    elsewhere = await library.named_values()

    def report() -> ConfoundReportView:
        axes = axes_of(found.attributes())
        confounds = find_confounds(axes, elsewhere)
        return ConfoundReportView.model_validate(
            {**one.facts(found), "left_out": left_out_of(axes), "beside": list(beside),
             "sentence": confounds_in_words(confounds),
             "confounds": [ConfoundView.of(confound) for confound in confounds.confounds],
             "pairs": [LinkView.of(pair) for pair in confounds.pairs],
             "fixed": [FixedAttribute(attribute=name, value=value) for name, value in confounds.fixed.items()]}
        )  # fmt: skip

    key = "confounds", one.version.id, found.key, str(sorted(elsewhere.items()))
    return shown_bytes(request, await kept_view(gateway.answers, key, report))


@router.get("/quality", response_model=QualityReportView)
@operation(Scope.DATASETS_READ, problems=(DatasetEmpty,))
async def get_quality_report(request: Request, one: AskedOf, library: LibraryOf, gateway: GatewayOf) -> Response:
    """What was measured of the images: how many have which warning, how they are spread, and the worst of them."""
    found = await images_of_datasets(library, [one.version], one.where)

    def report() -> QualityReportView:
        return QualityReportView.model_validate({**one.facts(found), **find_quality(found.parts[0])})

    return shown_bytes(request, await kept_view(gateway.answers, ("quality", one.version.id, found.key), report))

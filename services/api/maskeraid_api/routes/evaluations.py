"""Evaluations: measure something of a model; the ranking of models on a dataset."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.accepting import Order, accept
from maskeraid_api.answers import accepted, shown
from maskeraid_api.dataset_access import Library
from maskeraid_api.dependencies import CallerOf, Evaluations, GatewayOf, Jobs, LibraryOf, RegistryOf
from maskeraid_api.job_access import job_of
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import Asked, ListView, listed, page_asked, page_of
from maskeraid_api.schemas.evaluations import FEWEST_TEST_IMAGES, EvaluationRequest, EvaluationView
from maskeraid_api.serving import serve
from maskeraid_core import VERSION
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.datasets import IDENTITIES, DataPart, identity_in
from maskeraid_core.documents.evaluations import EvaluationKind, EvaluationSpec
from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.errors import (
    BadCursor,
    DatasetEmpty,
    Expired,
    InputGone,
    NotFound,
    QueueFull,
    RangeNotSatisfiable,
    ResolutionNotSupported,
    TooFewImages,
    ValidationFailed,
)
from maskeraid_core.jobs import JobKind, JobStatus
from maskeraid_core.manifests import attributes_of

router = APIRouter(prefix="/v1/evaluations", route_class=GuardedRoute, tags=["evaluations"])

OF_TRAINING_DATA = frozenset({EvaluationKind.MEMORISATION, EvaluationKind.GUARANTEES})


@router.get("", response_model=ListView[EvaluationView])
@operation(Scope.MODELS_READ, problems=(BadCursor,))
async def list_evaluations(
    request: Request,
    evaluations: Evaluations,
    asked: Annotated[Asked, Depends(page_asked("evl"))],
    kind: Annotated[EvaluationKind | None, Query(description="Only of this kind.")] = None,
    model_id: Annotated[str | None, Query(max_length=40, description="Only of this model.")] = None,
    dataset_id: Annotated[str | None, Query(max_length=40, description="Only those by this dataset's images.")] = None,
    status: Annotated[JobStatus | None, Query(description="Only evaluations in this status.")] = None,
    sort: Annotated[
        Literal["created_at", "score"],
        Query(description="`score` ranks the models on a dataset: the newest evaluation of each version, best first."),
    ] = "created_at",
) -> Response:
    """The tenant's evaluations; with `dataset_id` and `sort=score`, the ranking of its models on a dataset.

    By score only evaluations of `quality` that have succeeded are listed; scores of different datasets do not compare.
    """
    if sort == "score":
        return await _ranking(request, evaluations, asked, dataset_id, model_id)
    return await page_of(
        request, evaluations, asked, EvaluationView.of, kind=JobKind.EVALUATION, status=status,
        **{"spec.kind": kind, "spec.model_id": model_id, "spec.data.dataset_id": dataset_id},
    )  # fmt: skip


async def _ranking(
    request: Request, evaluations: Evaluations, asked: Asked, dataset_id: str | None, model_id: str | None
) -> Response:
    """Raises: BadCursor, when `after` is not of this ranking."""
    ranked = [job for job in await evaluations.ranked(dataset_id) if model_id in (None, job.spec["model_id"])]
    if asked.request.order == "asc":
        ranked.reverse()
    ids, after, limit = [job.id for job in ranked], asked.request.after, asked.request.limit
    if after is not None and after not in ids:
        raise BadCursor
    rest = ranked[ids.index(after) + 1 :] if after else ranked
    total = len(ranked) if asked.is_total_wanted else None
    return listed(request, [EvaluationView.of(job) for job in rest[:limit]], has_more=len(rest) > limit, total=total)


@router.post("", status_code=202, response_model=EvaluationView)
@operation(
    Scope.MODELS_WRITE,
    problems=(NotFound, Expired, DatasetEmpty, TooFewImages, ResolutionNotSupported, QueueFull),
    is_job=True,
)
async def create_evaluation(
    body: EvaluationRequest,
    request: Request,
    caller: CallerOf,
    registry: RegistryOf,
    library: LibraryOf,
) -> Response:
    """Measure something of a model. All that can be known now is checked now.

    A model that others share can be tried (`samples`) and compared (`quality`, `recognition`); what needs the images
    that it learned from is for its owner.
    """
    n = body.check()
    model = await registry.get(body.model.model_id)
    if model is None:
        raise NotFound("There is no such model.", pointer="/model/model_id")
    version = await registry.whole_version(model, body.model.version)
    if body.kind in OF_TRAINING_DATA and not version.lineage.get("data"):
        raise ValidationFailed(f"`{body.kind}` needs a model whose training images are known.", pointer="/model")
    if body.dataset is not None:
        caller.need(Scope.DATASETS_READ)
    data = await choose_images(library, body, version)
    spec = EvaluationSpec(
        kind=body.kind, model_id=model.id, version=version.version, data=data, n=n, seed=body.seed,
        group_by=body.group_by, software=VERSION,
    )  # fmt: skip
    order = Order(
        JobKind.EVALUATION, spec, notify=body.notify.to_document(), metadata=body.metadata,
        client_reference_id=body.client_reference_id,
    )  # fmt: skip
    job = await accept(request, order)
    return accepted(EvaluationView.of(job), f"/v1/evaluations/{job.id}")


async def choose_images(library: Library, body: EvaluationRequest, version: ModelVersion) -> DataPart | None:
    """The images that the model is compared with.

    Raises: NotFound, DatasetEmpty, TooFewImages, ResolutionNotSupported, ValidationFailed (they lack an attribute).
    """
    if body.dataset is None:
        return None
    dataset = await library.require(body.dataset.dataset_id, pointer="/dataset/dataset_id")
    found = await library.version(dataset, body.dataset.version)
    rows = await library.rows(found, body.dataset.where, "/dataset")
    await library.check_values([found], body.dataset.where, "/dataset")
    if rows.height < FEWEST_TEST_IMAGES:
        raise TooFewImages(
            f"Only {rows.height} images are left; an evaluation needs at least {FEWEST_TEST_IMAGES}.", count=rows.height
        )
    sides = sorted({*rows["width"].to_list(), *rows["height"].to_list()})
    if sides != [version.resolution]:
        raise ResolutionNotSupported(
            f"The model draws {version.resolution} pixels a side; the images have {', '.join(map(str, sides[:5]))}."
        )
    if body.kind is EvaluationKind.RECOGNITION and identity_in(attributes_of(rows)) is None:
        raise ValidationFailed(
            f"Recognition needs images with the attribute {IDENTITIES[0]}: whom each one shows.",
            pointer="/dataset",
        )
    if body.group_by is not None and body.group_by not in attributes_of(rows):
        known = ", ".join(attributes_of(rows)) or "none"
        raise ValidationFailed(
            f"The images have no attribute '{body.group_by}'; they have: {known}.", pointer="/group_by"
        )
    return DataPart(dataset_id=dataset.id, version=found.version, where=body.dataset.where)


@router.get("/{evaluation_id}", response_model=EvaluationView)
@operation(Scope.MODELS_READ)
async def get_evaluation(
    evaluation_id: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf
) -> Response:
    """One evaluation."""
    job = await job_of(jobs, caller, evaluation_id, JobKind.EVALUATION)
    return shown(request, EvaluationView.of(job, await gateway.estimates.wait_of(job)))


@router.get("/{evaluation_id}/files/{name}", response_class=Response)
@operation(Scope.MODELS_READ, problems=(RangeNotSatisfiable, InputGone))
async def get_evaluation_file(
    evaluation_id: str, name: str, request: Request, jobs: Jobs, caller: CallerOf, gateway: GatewayOf
) -> Response:
    """One file of a result: a picture, an array, or the figures as JSON. Faces in it are generated."""
    job = await job_of(jobs, caller, evaluation_id, JobKind.EVALUATION)
    file = (job.result or {}).get("files", {}).get(name)
    if file is None:
        raise NotFound
    return await serve(
        request, gateway.stores.blobs, file["key"], size=file["bytes"], sha256=file["sha256"],
        media_type=file["media_type"], name=name,
    )  # fmt: skip

"""Images of a dataset: rows, bytes, and counts of values."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import json_response, shown
from maskeraid_api.dependencies import CallerOf, GatewayOf, LearnersOf, LibraryOf, RegistryOf
from maskeraid_api.learning import Selected, images_of_dataset, images_of_model
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import ListView, listed
from maskeraid_api.schemas.datasets import FacetsView, ImageView
from maskeraid_api.schemas.parts import ModelReference, id_pattern
from maskeraid_api.serving import serve, serve_small
from maskeraid_core.blobs import Blobs, image_key, thumbnail_key
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.datasets import DatasetVersion
from maskeraid_core.errors import InputGone, NotFound, RangeNotSatisfiable, ValidationFailed
from maskeraid_core.ids import image_id
from maskeraid_core.manifests import PREFIX, facets, sentence

router = APIRouter(prefix="/v1", route_class=GuardedRoute, tags=["images"])

DatasetParameter = Annotated[str | None, Query(pattern=id_pattern("ds"), description="The dataset.")]
ModelParameter = Annotated[
    str | None,
    Query(pattern=id_pattern("mdl"), description="Instead: a model of yours, for the images that it learned from."),
]
VersionParameter = Annotated[
    str,
    Query(
        pattern=r"^(latest|[1-9][0-9]{0,8}|[a-z][a-z0-9_-]{0,39})$",
        description="A version's number, `latest`, or, of a model, an alias.",
    ),
]
WhereParameter = Annotated[
    list[Annotated[str, Query(max_length=300)]],
    Query(max_length=50, description="`attribute:value`, `age:30..40`, or `hair:` for missing; may be repeated."),
]


async def selected(
    caller: CallerOf,
    library: LibraryOf,
    registry: RegistryOf,
    dataset_id: DatasetParameter = None,
    model_id: ModelParameter = None,
    version: VersionParameter = "latest",
    where: WhereParameter = [],  # noqa: B006 read by FastAPI, never changed
) -> Selected:
    """The images that are asked for. Raises: ValidationFailed unless of exactly one dataset or model."""
    if (dataset_id is None) == (model_id is None):
        raise ValidationFailed("give exactly one of `dataset_id` and `model_id`", parameter="dataset_id")
    if model_id is not None:
        caller.need(Scope.MODELS_READ)
        model = await registry.own.require(model_id)
        return await images_of_model(library, await registry.version(model, version), where)
    dataset = await library.datasets.require(str(dataset_id))
    if version != "latest" and not version.isdecimal():
        raise NotFound
    return await images_of_dataset(library, await library.version(dataset, version), where)


SelectedOf = Annotated[Selected, Depends(selected)]


@router.get("/images", response_model=ListView[ImageView])
@operation(Scope.DATASETS_READ, problems=(NotFound,))
async def list_images(
    request: Request,
    found: SelectedOf,
    learners: LearnersOf,
    limit: Annotated[int, Query(ge=1, le=500, description="Most images in one page.")] = 20,
    after: Annotated[str | None, Query(max_length=64, description="The last id of the page before.")] = None,
    offset: Annotated[int | None, Query(ge=0, le=10**7, description="Instead of `after`: how many to skip.")] = None,
    include: Annotated[Literal["total"] | None, Query(description="`total` adds the number of all.")] = None,
) -> Response:
    """Images of one version under a filter, in their order. The version is immutable: offsets do not drift.

    Of a model they are those that it learned from, whatever the filters of its training left of several datasets.
    """
    if after is not None and offset is not None:
        raise ValidationFailed("give `after` or `offset`, not both", parameter="offset")
    start = offset or 0 if after is None else await to_thread.run_sync(found.behind, after)
    page = found.page(start, limit)
    learned = await learners.of([(version.dataset_id, row["row"]) for version, row in page])
    views = [image_view(version, row, learned.get((version.dataset_id, row["row"]), ())) for version, row in page]
    total = found.rows.height if include else None
    return listed(request, views, has_more=start + limit < found.rows.height, total=total)


def image_view(version: DatasetVersion, row: dict[str, Any], models: Sequence[ModelReference]) -> ImageView:
    """A row of the manifest as clients see it; attributes that are missing are left out."""
    own = f"/v1/images/{image_id(version.dataset_id, row['row'])}"
    attributes = {name.removeprefix(PREFIX): value for name, value in row.items() if name.startswith(PREFIX) and value}
    return ImageView(
        id=image_id(version.dataset_id, row["row"]), dataset_id=version.dataset_id, version=version.version,
        row=row["row"], file=row["file"], sha256=row["sha256"], bytes=row["bytes"], width=row["width"],
        height=row["height"], grey=row["grey"], attributes=attributes,
        models=list(models),
        urls={"self": own, "content": f"{own}/content", "thumbnail": f"{own}/content?size=thumb"},
    )  # fmt: skip


@router.get("/facets", response_model=FacetsView)
@operation(Scope.DATASETS_READ, problems=(NotFound,))
async def get_facets(selection: SelectedOf) -> Response:
    """Values of every attribute under a filter, with their counts."""
    found = await to_thread.run_sync(facets, selection.rows)
    total = selection.rows.height
    return json_response(
        FacetsView.model_validate({"total": total, "sentence": sentence(total, found), "facets": found})
    )


@router.get("/images/{image_id}", response_model=ImageView)
@operation(Scope.DATASETS_READ)
async def get_image(image_id: str, request: Request, library: LibraryOf, learners: LearnersOf) -> Response:
    """One image with its attributes, as the newest version has it."""
    version, row = await library.image(image_id)
    place = version.dataset_id, int(str(row["row"]))
    return shown(request, image_view(version, row, (await learners.of([place])).get(place, ())))


@router.get("/images/{image_id}/content", response_class=Response)
@operation(Scope.DATASETS_READ, problems=(RangeNotSatisfiable,))
async def get_image_content(
    image_id: str,
    request: Request,
    library: LibraryOf,
    caller: CallerOf,
    gateway: GatewayOf,
    size: Annotated[
        Literal["full", "face", "thumb"],
        Query(description="`face` is `full`; `thumb` is WebP, 128 pixels at most, of what is larger."),
    ] = "full",
) -> Response:
    """The bytes of an image, encoded here: a PNG, or the thumbnail of one that is larger than that."""
    _, row = await library.image(image_id)
    digest, blobs = str(row["sha256"]), gateway.stores.blobs
    if size == "thumb" and (small := await _thumbnail(blobs, thumbnail_key(caller.tenant, digest))):
        return serve_small(request, small, media_type="image/webp", name=f"{image_id}.webp")
    return await serve(
        request, blobs, image_key(caller.tenant, digest), size=int(str(row["bytes"])), sha256=digest,
        media_type="image/png", name=f"{image_id}.png",
    )  # fmt: skip


async def _thumbnail(blobs: Blobs, key: str) -> bytes | None:
    """None for an image that is small itself."""
    try:
        return await blobs.get(key)
    except InputGone:
        return None

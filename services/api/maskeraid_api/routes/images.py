"""Images of a dataset: rows, bytes, and counts of values."""

from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import json_response, shown
from maskeraid_api.dataset_access import Library
from maskeraid_api.dependencies import CallerOf, GatewayOf, LibraryOf
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import ListView, listed
from maskeraid_api.schemas.datasets import FacetsView, ImageView
from maskeraid_api.schemas.parts import id_pattern
from maskeraid_api.serving import serve, serve_small
from maskeraid_core.blobs import Blobs, image_key, thumbnail_key
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.datasets import DatasetVersion
from maskeraid_core.errors import BadCursor, InputGone, NotFound, RangeNotSatisfiable, ValidationFailed
from maskeraid_core.ids import image_id, parse_image_id
from maskeraid_core.manifests import PREFIX, facets, sentence

router = APIRouter(prefix="/v1", route_class=GuardedRoute, tags=["images"])

DatasetParameter = Annotated[str, Query(pattern=id_pattern("ds"), description="The dataset.")]
VersionParameter = Annotated[
    str, Query(pattern=r"^(latest|[1-9][0-9]{0,8})$", description="A version's number, or `latest`.")
]
WhereParameter = Annotated[
    list[Annotated[str, Query(max_length=300)]],
    Query(max_length=50, description="`attribute:value`, `age:30..40`, or `hair:` for missing; may be repeated."),
]


@router.get("/images", response_model=ListView[ImageView])
@operation(Scope.DATASETS_READ, problems=(NotFound,))
async def list_images(
    request: Request,
    library: LibraryOf,
    dataset_id: DatasetParameter,
    version: VersionParameter = "latest",
    where: WhereParameter = [],  # noqa: B006 read by FastAPI, never changed
    limit: Annotated[int, Query(ge=1, le=500, description="Most images in one page.")] = 20,
    after: Annotated[str | None, Query(max_length=64, description="The last id of the page before.")] = None,
    offset: Annotated[int | None, Query(ge=0, le=10**7, description="Instead of `after`: how many to skip.")] = None,
    include: Annotated[Literal["total"] | None, Query(description="`total` adds the number of all.")] = None,
) -> Response:
    """Images of one version under a filter, in their order. The version is immutable: offsets do not drift."""
    found, rows = await selected(library, dataset_id, version, where)
    start = await to_thread.run_sync(_start, rows, dataset_id, after, offset)
    views = [image_view(found, row) for row in rows.slice(start, limit).iter_rows(named=True)]
    total = rows.height if include else None
    return listed(request, views, has_more=start + limit < rows.height, total=total)


async def selected(library: Library, dataset_id: str, version: str, where: list[str]) -> tuple[DatasetVersion, Any]:
    dataset = await library.datasets.require(dataset_id)
    found = await library.version(dataset, version)
    return found, await library.rows(found, where)


def _start(rows: Any, dataset_id: str, after: str | None, offset: int | None) -> int:  # noqa: ANN401 a data frame
    """Where a page begins."""
    if after is None:
        return offset or 0
    if offset is not None:
        raise ValidationFailed("give `after` or `offset`, not both", parameter="offset")
    place = parse_image_id(after)
    if place is None or place[0] != dataset_id:
        raise BadCursor
    return int((rows["row"] <= place[1]).sum())


def image_view(version: DatasetVersion, row: dict[str, Any]) -> ImageView:
    """A row of the manifest as clients see it; attributes that are missing are left out."""
    own = f"/v1/images/{image_id(version.dataset_id, row['row'])}"
    attributes = {name.removeprefix(PREFIX): value for name, value in row.items() if name.startswith(PREFIX) and value}
    return ImageView(
        id=image_id(version.dataset_id, row["row"]), dataset_id=version.dataset_id, version=version.version,
        row=row["row"], file=row["file"], sha256=row["sha256"], bytes=row["bytes"], width=row["width"],
        height=row["height"], grey=row["grey"], attributes=attributes,
        urls={"self": own, "content": f"{own}/content", "thumbnail": f"{own}/content?size=thumb"},
    )  # fmt: skip


@router.get("/facets", response_model=FacetsView)
@operation(Scope.DATASETS_READ, problems=(NotFound,))
async def get_facets(
    library: LibraryOf,
    dataset_id: DatasetParameter,
    version: VersionParameter = "latest",
    where: WhereParameter = [],  # noqa: B006 read by FastAPI, never changed
) -> Response:
    """Values of every attribute under a filter, with their counts."""
    _, rows = await selected(library, dataset_id, version, where)
    found = await to_thread.run_sync(facets, rows)
    return json_response(
        FacetsView.model_validate({"total": rows.height, "sentence": sentence(rows.height, found), "facets": found})
    )


@router.get("/images/{image_id}", response_model=ImageView)
@operation(Scope.DATASETS_READ)
async def get_image(image_id: str, request: Request, library: LibraryOf) -> Response:
    """One image with its attributes, as the newest version has it."""
    version, row = await library.image(image_id)
    return shown(request, image_view(version, row))


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

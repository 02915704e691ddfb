"""Images of a dataset: rows, bytes, and counts of values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import kept_view, shown, shown_bytes
from maskeraid_api.dataset_access import Library
from maskeraid_api.dependencies import CallerOf, GatewayOf, LearnersOf, LibraryOf, RegistryOf
from maskeraid_api.image_facts import image_facts
from maskeraid_api.image_order import SORT, Ordered, in_order
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pages import ListView, WhereParameter, listed_facts
from maskeraid_api.pictures import as_array
from maskeraid_api.schemas.datasets import FacetsView, ImageView
from maskeraid_api.schemas.parts import id_pattern
from maskeraid_api.selected_images import Part, Selected, images_of_datasets, images_of_model
from maskeraid_api.serving import serve, serve_small
from maskeraid_core.blobs import Blobs, image_key, thumbnail_key
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.audit import Action
from maskeraid_core.documents.datasets import Dataset, DatasetVersion, Role
from maskeraid_core.errors import InputGone, NotFound, RangeNotSatisfiable, ValidationFailed
from maskeraid_core.manifests import facets, sentence
from maskeraid_core.quality import quality_facets
from maskeraid_core.suggestions import ASKED_FOR

router = APIRouter(prefix="/v1", route_class=GuardedRoute, tags=["images"])

MOST_DATASETS = 20
LARGEST_ARRAY = 1024  # pixels a side: 12 MB

DatasetParameter = Annotated[
    list[Annotated[str, Query(pattern=id_pattern("ds"))]],
    Query(max_length=MOST_DATASETS, description="The dataset; repeated, the newest versions of several."),
]
RoleParameter = Annotated[
    Role | None, Query(description="Only of datasets of this role; without `dataset_id` of all that are yours.")
]
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
OfVersion = Annotated[
    str, Query(pattern="^(latest|[1-9][0-9]{0,8})$", description="The dataset's version that has it, or `latest`.")
]


async def selected(
    caller: CallerOf,
    library: LibraryOf,
    registry: RegistryOf,
    dataset_id: DatasetParameter = [],  # noqa: B006 read by FastAPI, never changed
    model_id: ModelParameter = None,
    version: VersionParameter = "latest",
    role: RoleParameter = None,
    where: WhereParameter = [],  # noqa: B006 read by FastAPI, never changed
) -> Selected:
    """The images that are asked for. Raises: ValidationFailed unless of datasets, of a role, or of one model."""
    if bool(dataset_id) + (model_id is not None) + (role is not None and not dataset_id and model_id is None) != 1:
        raise ValidationFailed(
            "give `dataset_id` or `model_id`, not both, or `role` for all of your datasets", parameter="dataset_id"
        )
    if model_id is not None:
        caller.need(Scope.MODELS_READ)
        model = await registry.own.require(model_id)
        return await images_of_model(library, await registry.version(model, version), where, role)
    chosen = await chosen_versions(library, dataset_id, version, role)
    latest = {dataset.id: dataset.latest_version for dataset, _ in chosen}
    return await images_of_datasets(library, [one for _, one in chosen], where, latest)


async def chosen_versions(
    library: Library, dataset_ids: Sequence[str], version: str, role: Role | None
) -> list[tuple[Dataset, DatasetVersion]]:
    """Each dataset with the version that is meant; without ids the newest of all of a role, oldest dataset first."""
    if version != "latest" and len(dataset_ids) != 1:
        raise ValidationFailed("`version` goes with one dataset; of several the newest is meant", parameter="version")
    if version != "latest" and not version.isdecimal():
        raise NotFound
    if not dataset_ids:
        live = sorted(await library.datasets.all_live(), key=lambda dataset: dataset.id)
        return [(one, await library.version(one)) for one in live if one.role is role and one.latest_version]
    datasets = [await library.require(dataset_id) for dataset_id in dict.fromkeys(dataset_ids)]
    return [(one, await library.version(one, version)) for one in datasets if role in (None, one.role)]


SelectedOf = Annotated[Selected, Depends(selected)]


@dataclass(frozen=True)
class Page:
    """What was selected, and which of it is asked for."""

    found: Selected | Ordered
    start: int
    limit: int

    async def rows(self) -> list[tuple[Part, dict[str, Any]]]:
        if isinstance(self.found, Selected):
            return self.found.page(self.start, self.limit)  # half a millisecond, which a thread would cost as well
        return await to_thread.run_sync(self.found.page, self.start, self.limit)


async def page(
    selection: SelectedOf,
    library: LibraryOf,
    limit: Annotated[int, Query(ge=1, le=500, description="Most images in one page.")] = 20,
    after: Annotated[str | None, Query(max_length=64, description="The last id of the page before.")] = None,
    offset: Annotated[int | None, Query(ge=0, le=10**7, description="Instead of `after`: how many to skip.")] = None,
    sort: Annotated[
        str | None,
        Query(
            pattern=SORT,
            description="Instead of their own order: `like:img_…`, the likest to an image of yours first, or by "
            "`quality.sharpness`, `quality.exposure`, or `quality.face_size`, with a minus from the highest down.",
        ),
    ] = None,
) -> Page:
    if after is not None and offset is not None:
        raise ValidationFailed("give `after` or `offset`, not both", parameter="offset")
    found = await in_order(library, selection, sort) if sort else selection
    return Page(found, offset or 0 if after is None else await to_thread.run_sync(found.behind, after), limit)


PageOf = Annotated[Page, Depends(page)]


@router.get("/images", response_model=ListView[ImageView])
@operation(Scope.DATASETS_READ, problems=(NotFound,))
async def list_images(
    request: Request,
    page: PageOf,
    learners: LearnersOf,
    include: Annotated[Literal["total"] | None, Query(description="`total` adds the number of all.")] = None,
) -> Response:
    """Images of one version under a filter, in their order. The version is immutable: offsets do not drift.

    Of a model they are those that it learned from, whatever the filters of its training left of several datasets.
    """
    rows, total = await page.rows(), page.found.total
    learned = await learners.of([(part.version.dataset_id, row["row"]) for part, row in rows])
    shown = [
        image_facts(part.version, row, learned.get((part.version.dataset_id, row["row"]), ()), is_newest=part.is_newest)
        for part, row in rows
    ]
    return listed_facts(request, shown, has_more=page.start + page.limit < total, total=total if include else None)


@router.get("/facets", response_model=FacetsView)
@operation(Scope.DATASETS_READ, problems=(NotFound,))
async def get_facets(request: Request, found: SelectedOf, gateway: GatewayOf) -> Response:
    """Values of every attribute under a filter, with their counts; what was measured of the images behind them."""
    return shown_bytes(request, await kept_view(gateway.answers, ("facets", found.key), lambda: facets_view(found)))


def facets_view(found: Selected) -> FacetsView:
    counted, measured = facets(*found.counted()), quality_facets(found.quality())
    said = [facet for facet in counted if not facet["attribute"].startswith(ASKED_FOR)]
    return FacetsView.model_validate(
        {"total": found.total, "sentence": sentence(found.total, said), "facets": [*counted, *measured]}
    )


@router.get("/images/{image_id}", response_model=ImageView)
@operation(Scope.DATASETS_READ)
async def get_image(
    image_id: str, request: Request, library: LibraryOf, learners: LearnersOf, version: OfVersion = "latest"
) -> Response:
    """One image with its attributes, as a version has it: the newest when none is named."""
    found, row = await library.image(image_id, version)
    place = found.dataset_id, int(str(row["row"]))
    newest = await library.require(found.dataset_id)
    learned = (await learners.of([place])).get(place, ())
    facts = image_facts(found, row, learned, is_newest=found.version == newest.latest_version)
    return shown(request, ImageView.model_validate(facts))


@router.get("/images/{image_id}/content", response_class=Response)
@operation(Scope.DATASETS_READ, problems=(RangeNotSatisfiable,), recorded=Action.IMAGES_READ)
async def get_image_content(
    image_id: str,
    request: Request,
    library: LibraryOf,
    gateway: GatewayOf,
    size: Annotated[
        Literal["full", "face", "thumb"],
        Query(description="`face` is `full`; `thumb` is WebP, 128 pixels at most, of what is larger."),
    ] = "full",
    form: Annotated[
        Literal["png", "npy"],
        Query(alias="format", description="`npy`: the pixels as float32 (height, width, 3) in [-1, 1]."),
    ] = "png",
    version: OfVersion = "latest",
) -> Response:
    """The bytes of an image, encoded here: a PNG, or the thumbnail of one that is larger than that; or an array."""
    found, row = await library.image(image_id, version)
    digest, blobs = str(row["sha256"]), gateway.stores.blobs
    if form == "npy":
        return await serve_array(request, image_id, row, blobs, found.tenant)
    if size == "thumb" and (small := await _thumbnail(blobs, thumbnail_key(found.tenant, digest))):
        return serve_small(request, small, media_type="image/webp", name=f"{image_id}.webp")
    return await serve(
        request, blobs, image_key(found.tenant, digest), size=int(str(row["bytes"])), sha256=digest,
        media_type="image/png", name=f"{image_id}.png",
    )  # fmt: skip


async def serve_array(request: Request, image_id: str, row: Mapping[str, Any], blobs: Blobs, tenant: str) -> Response:
    """An image whole, as networks take it. Raises: ValidationFailed for one that would be many megabytes."""
    if max(row["width"], row["height"]) > LARGEST_ARRAY:
        raise ValidationFailed(f"it has more than {LARGEST_ARRAY} pixels a side: take the PNG", parameter="format")
    data = await blobs.get(image_key(tenant, row["sha256"]), row["sha256"])
    array = await to_thread.run_sync(as_array, data)
    return serve_small(request, array, media_type="application/octet-stream", name=f"{image_id}.npy")


async def _thumbnail(blobs: Blobs, key: str) -> bytes | None:
    """None for an image that is small itself."""
    try:
        return await blobs.get(key)
    except InputGone:
        return None

"""The thumbnails of a page of images as one picture, for a grid that scrolls over very many."""

from collections.abc import Sequence
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from maskeraid_api.answers import etag, is_among
from maskeraid_api.dependencies import CallerOf, GatewayOf
from maskeraid_api.operations import GuardedRoute, operation
from maskeraid_api.pictures import Sheet, pack_sheet
from maskeraid_api.routes.images import PageOf
from maskeraid_api.serving import PRIVATE, SECURITY
from maskeraid_core.blobs import LARGEST_WITHOUT_THUMBNAIL, Blobs, image_key, thumbnail_key
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.audit import Action
from maskeraid_core.documents.datasets import DatasetVersion
from maskeraid_core.errors import NotFound

router = APIRouter(prefix="/v1", route_class=GuardedRoute, tags=["images"])


@router.get("/image-sheets", response_class=Response)
@operation(Scope.DATASETS_READ, problems=(NotFound,), recorded=Action.IMAGES_READ)
async def get_image_sheet(
    request: Request,
    page: PageOf,
    caller: CallerOf,
    gateway: GatewayOf,
    tile: Annotated[int, Query(ge=16, le=128, description="Most pixels of a tile's side.")] = 64,
) -> Response:
    """The thumbnails of one page of `/v1/images` as one WebP, row by row; the headers say how they lie.

    A tile is as large as the largest image of the page, `tile` at most: what is smaller stays as it is. Up to 32 pixels
    a side the tiles are exact.
    """
    rows = [(part.version, row) for part, row in await page.rows()]
    sheet = Sheet(len(rows), min(tile, max((max(row["width"], row["height"]) for _, row in rows), default=tile)))
    key = "sheet", caller.tenant, page.found.key, page.start, page.limit, sheet
    tag = etag(repr(key).encode())
    headers = {
        "ETag": tag, "Cache-Control": PRIVATE, "Content-Security-Policy": SECURITY["Content-Security-Policy"],
        "Sheet-Tile": str(sheet.tile), "Sheet-Columns": str(sheet.columns), "Sheet-Count": str(sheet.count),
    }  # fmt: skip
    if is_among(tag, request.headers.get("if-none-match")):
        return Response(status_code=304, headers=headers)

    async def packed() -> bytes:
        pictures = await thumbnails(gateway.stores.blobs, rows)
        return await to_thread.run_sync(pack_sheet, sheet, pictures, limiter=gateway.packing)

    return Response(await gateway.answers.of(key, packed), 200, headers, "image/webp")


async def thumbnails(blobs: Blobs, rows: Sequence[tuple[DatasetVersion, dict[str, Any]]]) -> list[bytes | None]:
    """Of each image its thumbnail, or the image itself where that is small; None where it is gone."""
    return await blobs.get_those_there(
        [
            (thumbnail_key(version.tenant, row["sha256"]), None)
            if max(row["width"], row["height"]) > LARGEST_WITHOUT_THUMBNAIL
            else (image_key(version.tenant, row["sha256"]), row["sha256"])
            for version, row in rows
        ]
    )

"""What a batch is made from: its images, found or put away, in the order in which they were given."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from starlette.datastructures import UploadFile
from starlette.requests import Request

from maskeraid_api.dataset_access import Library
from maskeraid_api.forms import files_of, too_many_bytes
from maskeraid_api.inbox import label, store_bytes, store_file
from maskeraid_api.reimaging_inputs import Inputs
from maskeraid_api.schemas.batches import BatchImage, BatchRequest
from maskeraid_api.schemas.reimaging_requests import DATA_URL, IMAGE_BYTES
from maskeraid_api.schemas.training_requests import DataChoice
from maskeraid_core.blobs import image_key
from maskeraid_core.documents.accounts import Scope
from maskeraid_core.documents.batches import MOST_ITEMS, BatchInput
from maskeraid_core.documents.datasets import DatasetVersion
from maskeraid_core.documents.reimagings import ImageSource
from maskeraid_core.errors import DatasetEmpty, NotFound, ValidationFailed
from maskeraid_core.ids import image_id, parse_image_id

STORED_AT_ONCE = 16
LONGEST_REFERENCE = 200  # characters


@dataclass(frozen=True)
class Given:
    """One input, checked, and its bytes not yet put away: an image of a dataset, a picture, or a file."""

    what: ImageSource | bytes | UploadFile
    client_reference_id: str | None

    async def put_away(self, inputs: Inputs) -> BatchInput:
        """Of a stranger's file nothing is looked into here."""
        if isinstance(self.what, ImageSource):
            return BatchInput(image=self.what, client_reference_id=self.client_reference_id)
        tenant = inputs.caller.tenant
        if isinstance(self.what, bytes):
            stored = await store_bytes(inputs.blobs, tenant, "image", self.what)
        else:
            stored = await store_file(inputs.blobs, tenant, self.what)
        return BatchInput(image=ImageSource(upload=stored), client_reference_id=self.client_reference_id)


async def given_in(request: Request, body: BatchRequest | None, inputs: Inputs) -> list[Given]:
    """All inputs of a request; `body` None: they are files of a form.

    Raises: NotFound, ScopeMissing, DatasetEmpty, ValidationFailed.
    """
    if body is None:
        return _sent(request)
    if body.images is not None:
        return await _listed(body.images, inputs)
    assert body.dataset  # by the schema
    return await _chosen(body.dataset, inputs)


async def put_away(given: Sequence[Given], inputs: Inputs) -> list[BatchInput]:
    """Bytes first: those without a job are swept after a day."""
    stored: list[BatchInput] = []
    for first in range(0, len(given), STORED_AT_ONCE):
        some = given[first : first + STORED_AT_ONCE]
        stored += await asyncio.gather(*(one.put_away(inputs) for one in some))
    return stored


def _sent(request: Request) -> list[Given]:
    files = files_of(request, "images")
    if not files:
        raise ValidationFailed("At least one file is needed.", parameter="images")
    for file in files:
        if (file.size or 0) > IMAGE_BYTES:
            raise too_many_bytes("images", label(file.filename or "file"), IMAGE_BYTES)
    return [Given(file, label(file.filename or "file")[:LONGEST_REFERENCE]) for file in files]


async def _listed(images: Sequence[BatchImage], inputs: Inputs) -> list[Given]:
    sources = await _of_datasets([one.image_id for one in images], inputs)
    return [
        Given(source or _picture(one.data_url), one.client_reference_id)
        for one, source in zip(images, sources, strict=True)
    ]


def _picture(data_url: str | None) -> bytes:
    found = DATA_URL.fullmatch(data_url or "")
    assert found  # by the schema
    return base64.b64decode(found[1])


async def _of_datasets(image_ids: Sequence[str | None], inputs: Inputs) -> list[ImageSource | None]:
    """The images with these ids, each manifest read once; None stays None."""
    if any(image_ids):
        inputs.caller.need(Scope.DATASETS_READ)
    found: dict[str, dict[int, ImageSource]] = {}  # by dataset and row
    sources: list[ImageSource | None] = []
    for place, wanted in enumerate(image_ids):
        if wanted is None:
            sources.append(None)
            continue
        dataset_id, row = parse_image_id(wanted) or ("", 0)
        if dataset_id not in found:
            found[dataset_id] = await _newest_of(dataset_id, inputs.library)
        if row not in found[dataset_id]:
            raise NotFound("There is no such image.", pointer=f"/images/{place}/image_id")
        sources.append(found[dataset_id][row])
    return sources


async def _newest_of(dataset_id: str, library: Library) -> dict[int, ImageSource]:
    """The newest version's images, by row; none of a dataset that is not there."""
    dataset = await library.get(dataset_id)
    if dataset is None or dataset.latest_version == 0:
        return {}
    version = await library.version(dataset)
    return _sources(version, await library.manifest(version))


def _sources(version: DatasetVersion, rows: pl.DataFrame) -> dict[int, ImageSource]:
    return {
        row: ImageSource(
            image_id=image_id(version.dataset_id, row), key=image_key(version.tenant, sha256), sha256=sha256
        )
        for row, sha256 in rows.select("row", "sha256").iter_rows()
    }


async def _chosen(choice: DataChoice, inputs: Inputs) -> list[Given]:
    """The images of a dataset's version under a filter, in the manifest's order."""
    inputs.caller.need(Scope.DATASETS_READ)
    library = inputs.library
    dataset = await library.require(choice.dataset_id, pointer="/dataset/dataset_id")
    version = await library.version(dataset, choice.version)
    rows = await library.rows(version, choice.where, "/dataset")
    await library.check_values([version], choice.where, "/dataset")
    if rows.is_empty():
        raise DatasetEmpty("No image meets all of these conditions.", pointer="/dataset/where")
    if rows.height > MOST_ITEMS:
        raise ValidationFailed(
            f"Chosen are {rows.height:,} images, and a batch takes {MOST_ITEMS:,}: choose fewer, or order several.",
            pointer="/dataset/where",
        )
    return [Given(source, None) for source in _sources(version, rows).values()]

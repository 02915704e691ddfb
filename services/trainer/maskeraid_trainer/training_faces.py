"""The faces that a training learns from: rows of dataset versions, their pixels, and what all of them share."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from maskeraid_core.documents.datasets import Attribute, DataPart, identity_in
from maskeraid_core.errors import InputGone
from maskeraid_core.manifests import PREFIX, attributes_of, filter_manifest, parse_where, rows_of
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.dataset_shares import ReadableDatasets
from maskeraid_faces.images import Images
from maskeraid_trainer.image_reading import read_images
from maskeraid_trainer.settings import TrainerSettings

OWNER = "owner"  # the column that says whose an image is


@dataclass(frozen=True)
class TrainingFaces:
    """Row i of `images` and `rows` is one face; `rows` has a column `attr:<name>` an attribute, empty = missing."""

    images: Images  # uint8 (n, side, side, 3)
    rows: pl.DataFrame
    schema: dict[str, Attribute]

    @property
    def generated(self) -> int:
        """How many of them were made by a trained generator, or a part of them."""
        marks = self.rows.get_column("generated", default=None)
        return 0 if marks is None else int(marks.sum())

    @property
    def persons(self) -> list[str] | None:
        """Whom each face shows, empty where that is not known; None where no attribute says it."""
        identity = identity_in(attributes_of(self.rows))
        return self.rows[PREFIX + identity].to_list() if identity else None

    @property
    def groups(self) -> list[str] | None:
        """Whom each face shows, so that a person is held out whole; a face of nobody known is its own group.

        Persons of one name are one in all datasets; so is an image that came in twice.
        """
        digests = self.rows["sha256"]
        names = self.persons
        if names is None:
            return None if digests.is_unique().all() else [f"#{digest}" for digest in digests]
        return [name or f"#{digest}" for name, digest in zip(names, digests, strict=True)]


async def read_training_faces(
    stores: Stores, tenant: str, data: Sequence[DataPart], settings: TrainerSettings
) -> TrainingFaces:
    """Read the chosen rows and their images, each image once, digests checked.

    Raises: InputGone, ArtifactCorrupt, MixedSizes, ValidationFailed (a filter names an attribute that a version has
    not).
    """
    parts, schema = await read_rows(stores, tenant, data)
    return await with_images(stores, tenant, each_once(join_rows(parts)), schema, settings)


async def with_images(
    stores: Stores, tenant: str, rows: pl.DataFrame, schema: dict[str, Attribute], settings: TrainerSettings
) -> TrainingFaces:
    """The images of rows, digests checked. Raises: InputGone, ArtifactCorrupt, MixedSizes."""
    owners = rows[OWNER].to_list() if OWNER in rows.columns else [tenant] * rows.height
    keys = list(zip(owners, rows["sha256"].to_list(), strict=True))
    return TrainingFaces(await read_images(stores.blobs, keys, settings), rows, schema)


async def read_rows(
    stores: Stores, tenant: str, data: Sequence[DataPart]
) -> tuple[list[pl.DataFrame], dict[str, Attribute]]:
    """The chosen rows of each part, its own or shared with it now, with their owner; and the attributes of all."""
    readable = ReadableDatasets.of(stores.database, tenant)
    parts: list[pl.DataFrame] = []
    schema: dict[str, Attribute] = {}
    for part in data:
        version = await readable.numbered(part.dataset_id, part.version)
        if version is None:
            raise InputGone(f"version {part.version} of the dataset {part.dataset_id} is gone")
        manifest = await rows_of(stores.blobs, version)
        rows = filter_manifest(readable.rows(version, manifest), parse_where(part.where))
        parts.append(rows.with_columns(pl.lit(version.tenant).alias(OWNER)))
        schema |= version.attributes
    return parts, schema


def join_rows(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Rows of several manifests, one below the other; an attribute that a manifest does not have is missing there."""
    return pl.concat(parts, how="diagonal_relaxed").with_columns(pl.col(f"^{PREFIX}.*$").fill_null(""))


def each_once(rows: pl.DataFrame) -> pl.DataFrame:
    """An image in one row, whatever parts it is in; of an attribute what is said of it first."""
    if rows["sha256"].is_unique().all():
        return rows
    first_said = pl.col(f"^{PREFIX}.*$").replace("", None).drop_nulls().first().fill_null("")
    others = pl.exclude(f"^{PREFIX}.*$").first()
    return rows.group_by("sha256", maintain_order=True).agg(first_said, others).select(rows.columns)

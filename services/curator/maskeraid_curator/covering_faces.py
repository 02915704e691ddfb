"""Covered copies of a dataset's clean faces as rows of an import, each with its truth; our own pixels, read here."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import Any

import numpy as np
from PIL import Image as Pictures

from maskeraid_core.attributes import Schema, ValueRefused, fit
from maskeraid_core.blobs import Blobs, image_key, sha256_hex, thumbnail_key
from maskeraid_core.documents.datasets import COVERING, COVERING_ATTRIBUTE, Attribute, CoveredFaces, Dataset
from maskeraid_core.manifests import PREFIX
from maskeraid_core.portal import PortalStores, Stores
from maskeraid_curator.generating import Objects
from maskeraid_curator.rows import Accepted, Refused
from maskeraid_curator.versions import read_version
from maskeraid_faces.coverings.worn import Worn, wear_any
from maskeraid_faces.images import Image
from maskeraid_faces.measures import measure
from maskeraid_faces.png import encode_png
from maskeraid_faces.sanitising import thumbnail_of

BATCH = 64  # images that are read at once
Row = Mapping[str, Any]  # of a manifest
Outcome = tuple[Accepted | Refused, Objects]


def covered_schema(dataset: Dataset, wanted: Mapping[str, Attribute]) -> dict[str, Attribute]:
    """The dataset's schema, or that of the clean faces where it has none; and what they wear."""
    return {COVERING: COVERING_ATTRIBUTE, **(dataset.attributes or wanted)}


@dataclass(frozen=True)
class CleanFaces:
    """Rows of the faces that are to be covered, what attributes they have, and whose they are."""

    rows: Sequence[Row]
    attributes: Schema
    owner: str


async def clean_faces(stores: Stores, tenant: str, wanted: CoveredFaces) -> CleanFaces:
    """Raises: InputGone, ArtifactCorrupt, ValidationFailed."""
    _, version, rows = await read_version(stores, tenant, wanted)
    return CleanFaces(rows.to_dicts(), version.attributes, version.tenant)


def covered_rows(
    port: PortalStores, tenant: str, wanted: CoveredFaces, faces: CleanFaces, schema: Schema
) -> Iterator[list[Outcome]]:
    """Batches of outcomes in the rows' order, each with the objects to store before it counts.

    What a face wears depends on the seed and its row alone, not on which other faces are covered.
    """
    left = iter(enumerate(faces.rows, 1))
    while batch := list(islice(left, BATCH)):
        clean = [row for _, row in batch if not row.get("covering_sha256")]
        pngs = port.call(_read, port.stores.blobs, faces.owner, [str(row["sha256"]) for row in clean])
        outcomes = [_outcome(number, row, pngs, tenant, wanted, schema) for number, row in batch]
        if outcomes and faces.owner != tenant:  # what its owner deletes is ours still
            outcomes[0][1].extend((image_key(tenant, digest), png) for digest, png in pngs.items())
        yield outcomes


async def _read(blobs: Blobs, tenant: str, digests: Sequence[str]) -> dict[str, bytes]:
    found = await blobs.get_all([(image_key(tenant, digest), digest) for digest in digests])
    return dict(zip(digests, found, strict=True))


def _outcome(
    number: int, row: Row, pngs: Mapping[str, bytes], tenant: str, wanted: CoveredFaces, schema: Schema
) -> Outcome:
    file = str(row["file"])
    if row.get("covering_sha256"):
        detail = "this image is covered already: clean faces alone are covered, so that what is hidden is known"
        return Refused(number, file, "already_covered", detail), []
    rng = np.random.default_rng([wanted.seed, int(row["row"])])
    face = np.asarray(Pictures.open(io.BytesIO(pngs[row["sha256"]]), formats=("PNG",)).convert("RGB"))
    worn = wear_any(face, rng, wanted.families)
    cells = {name.removeprefix(PREFIX): value for name, value in row.items() if name.startswith(PREFIX) and value}
    try:
        attributes = fit({**cells, COVERING: worn.family}, schema)
    except ValueRefused as refusal:
        return Refused(number, file, refusal.code, str(refusal), refusal.pointer), []
    return _accepted(number, row, worn, attributes, tenant)


def _accepted(number: int, row: Row, worn: Worn, attributes: Mapping[str, str], tenant: str) -> Outcome:
    """The covered copy; its twin is the clean face itself."""
    png, truth = encode_png(worn.image), encode_png(worn.covering.astype(np.uint8) * np.uint8(255), has_repeats=True)
    digest, truth_digest = sha256_hex(png), sha256_hex(truth)
    objects = [(image_key(tenant, digest), png), (image_key(tenant, truth_digest), truth)]
    if thumbnail := thumbnail_of(worn.image):
        objects.append((thumbnail_key(tenant, digest), thumbnail))
    height, width = worn.covering.shape
    accepted = Accepted(
        number, f"{PurePath(str(row['file'])).with_suffix('')}_{worn.family}.png", attributes, digest, len(png), width,
        height, _is_grey(worn.image), truth_digest, str(row["sha256"]), measure(worn.image),
        generated=row.get("generated"),
    )  # fmt: skip
    return accepted, objects


def _is_grey(image: Image) -> bool:
    return bool((image == image[..., :1]).all())

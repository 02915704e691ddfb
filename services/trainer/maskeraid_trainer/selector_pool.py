"""The models among which a selector is to choose, each with the faces that it learned from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.selectors import LeftOut, SelectorMember
from maskeraid_core.errors import ArtifactCorrupt, InputGone, ValidationFailed
from maskeraid_core.portal import Stores
from maskeraid_core.repositories.selectors import usable_versions
from maskeraid_faces.image_rows import parts_of
from maskeraid_faces.images import Images
from maskeraid_faces.selection.network import SIDE
from maskeraid_faces.sizes import fit_image
from maskeraid_faces.training.selector_split import FEWEST_OF_A_MODEL
from maskeraid_trainer.settings import TrainerSettings
from maskeraid_trainer.training_faces import each_once, join_rows, read_rows, with_images

MOST_OF_A_MODEL = 5_000  # faces, evenly chosen: on two cores a thousand take a minute an epoch
SAME_FACES = 0.5  # share of a model's faces from which on no network can tell it from another

NOT_READABLE = "Its training faces are another account's."
GONE = "Its training faces cannot be read any more."
TOO_FEW = f"It learned from fewer than {FEWEST_OF_A_MODEL} faces that can be read."


@dataclass(frozen=True)
class Pool:
    """What a selector learns from: faces of a model, in its network's size, under the id of the model."""

    members: list[SelectorMember] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    faces: dict[str, Images] = field(default_factory=dict)  # uint8 (n, 32, 32, 3)
    warnings: list[tuple[str, str]] = field(default_factory=list)  # code, sentence


async def read_pool(stores: Stores, tenant: str, settings: TrainerSettings) -> Pool:
    """Read the training faces of every model that a tenant can use; what cannot be read is left out, with a reason."""
    pool = Pool()
    digests: dict[str, set[str]] = {}
    for version in await usable_versions(stores.database, tenant):
        try:
            rows = await _rows(stores, tenant, version)
            found = await _faces(stores, tenant, rows, settings)
        except (InputGone, ArtifactCorrupt, ValidationFailed):
            _leave_out(pool, version, GONE)
            continue
        if not version.data or len(found) < FEWEST_OF_A_MODEL:
            _leave_out(pool, version, TOO_FEW if version.data else NOT_READABLE)
            continue
        _warn_of_cuts(pool, version, rows.height, len(found))
        digests[version.model_id] = set(rows["sha256"])
        pool.faces[version.model_id] = found
        pool.members.append(
            SelectorMember(
                model_id=version.model_id, version=version.version, name=version.name, digest=version.digest,
                images=len(found),
            )
        )  # fmt: skip
    _warn_of_twins(pool, digests)
    return pool


async def _rows(stores: Stores, tenant: str, version: ModelVersion) -> pl.DataFrame:
    """Which faces it learned from, each once."""
    if not version.data:
        return pl.DataFrame({"sha256": []}, schema={"sha256": pl.String})
    parts, _ = await read_rows(stores, tenant, version.data)
    return each_once(join_rows(parts))


async def _faces(stores: Stores, tenant: str, rows: pl.DataFrame, settings: TrainerSettings) -> Images:
    chosen = rows.gather_every(-(-rows.height // MOST_OF_A_MODEL)) if rows.height > MOST_OF_A_MODEL else rows
    if not chosen.height:
        return np.zeros((0, SIDE, SIDE, 3), np.uint8)
    images = (await with_images(stores, tenant, chosen, {}, settings)).images
    small = np.empty((len(images), SIDE, SIDE, 3), np.uint8)
    for part in parts_of(images):
        small[part] = [fit_image(image, SIDE) for image in images[part]]
    return small


def _leave_out(pool: Pool, version: ModelVersion, reason: str) -> None:
    pool.left_out.append(LeftOut(model_id=version.model_id, version=version.version, name=version.name, reason=reason))
    pool.warnings.append(("model_left_out", f"{version.name} is left out: {reason}"))


def _warn_of_cuts(pool: Pool, version: ModelVersion, all_faces: int, taken: int) -> None:
    if taken < all_faces:
        pool.warnings.append(("faces_left_out", f"Of {version.name} {taken:,} of {all_faces:,} faces are learned."))


def _warn_of_twins(pool: Pool, digests: dict[str, set[str]]) -> None:
    """Two models of the same faces cannot be told apart by faces."""
    names = {one.model_id: one.name for one in pool.members}
    for place, first in enumerate(pool.members):
        for second in pool.members[place + 1 :]:
            ours, others = digests[first.model_id], digests[second.model_id]
            if len(ours & others) > SAME_FACES * min(len(ours), len(others)):
                both = f"{names[first.model_id]} and {names[second.model_id]}"
                pool.warnings.append(("same_faces", f"{both} learned from the same faces: nothing tells them apart."))


def names_of(members: Sequence[SelectorMember]) -> list[str]:
    return [one.name for one in members]

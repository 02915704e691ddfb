"""What a face shows by the attributes of the training faces: told of candidates, and asked of them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.blending.composite import superimpose
from maskeraid_faces.errors import AttributesUnreachable, BadSettings
from maskeraid_faces.face_model import FaceModel, Trait
from maskeraid_faces.filling.pool import Pool, narrowed
from maskeraid_faces.images import Covering, Floats, Image, Images, to_network

ROWS_AT_ONCE = 128
NO_TRAITS = (
    "it tells none, for its training images had none, or too few of each value: leave `attributes` out, or name a "
    "model of images with attributes"
)


def tell_traits(generated: Images, image: Image, covering: Covering, model: FaceModel) -> list[dict[str, str]]:
    """The value of each attribute, face by face, of generated faces uint8 (n, size, size, 3) under the covering.

    The image is of the model's tone: its faces are what the model can tell apart.
    """
    if not model.traits:
        return [{} for _ in generated]
    images = np.stack([superimpose(image, one, covering) for one in generated])
    told = {trait.attribute: _told(trait, model, images) for trait in model.traits}
    return [{name: str(values[row]) for name, values in told.items()} for row in range(len(images))]


def check_wanted(wanted: Mapping[str, str], model: FaceModel) -> None:
    """Raises BadSettings unless the model can tell every wanted attribute, and knows the value."""
    traits = {trait.attribute: trait for trait in model.traits}
    for attribute, value in wanted.items():
        if attribute not in traits:
            can = f"it tells {', '.join(traits)}: ask for these" if traits else NO_TRAITS
            detail = f"this model cannot tell the attribute {attribute!r} that is wanted; {can}"
            raise BadSettings(detail, field="attributes", allowed=sorted(traits))
        if value not in traits[attribute].values:
            detail = f"{attribute} is one of {', '.join(traits[attribute].values)}, not {value!r}"
            raise BadSettings(detail, field=f"attributes.{attribute}", allowed=list(traits[attribute].values))


def having(wanted: Mapping[str, str], pool: Pool, image: Image, covering: Covering, model: FaceModel) -> Pool:
    """The answers of the pool that have all wanted values, laid under the covering.

    Raises: AttributesUnreachable when there is none; `facts` say which values are to be had, attribute by attribute.
    """
    parts = np.array_split(np.arange(len(pool.weights)), -(-len(pool.weights) // ROWS_AT_ONCE))
    told = [one for rows in parts for one in tell_traits(pool.render(rows), image, covering, model)]
    fits = [all(one[name] == value for name, value in wanted.items()) for one in told]
    if not any(fits):
        reachable = {name: sorted({one[name] for one in told}) for name in wanted}
        asked = ", ".join(f"{name} = {value}" for name, value in wanted.items())
        had = "; ".join(f"{name}: {', '.join(values)}" for name, values in reachable.items())
        detail = f"none of the {len(told)} faces that fit has {asked}; to be had are {had}"
        raise AttributesUnreachable(detail, reachable=reachable)
    return narrowed(pool, np.flatnonzero(fits))


def _told(trait: Trait, model: FaceModel, images: Images) -> NDArray[np.str_]:
    sums: Floats = coefficients(model, images, len(trait.kernel)) @ trait.kernel + trait.bias
    values: NDArray[np.str_] = np.array(trait.values, np.str_)[sums.argmax(axis=1)]
    return values


def coefficients(model: FaceModel, images: Images, number: int) -> Floats:
    """The first principal coefficients (n, number) of whole faces uint8 (n, size, size, 3)."""
    offsets = to_network(images).reshape(len(images), -1) - model.basis.mean
    found = offsets @ model.basis.components[:number].T / np.square(model.basis.deviations[:number])
    return np.asarray(found, np.float32)

"""The images of a training: checked, told apart (drawn or photographed), mirrored, split."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.errors import BadImage, BadSettings, MixedSizes, NoVariation, TooFewImages
from maskeraid_faces.face_model import Kind
from maskeraid_faces.image_rows import ManyImages, choose, parts_of
from maskeraid_faces.images import Image, Images, check_image
from maskeraid_faces.training.randomness import Stream, generator_for
from maskeraid_faces.training.settings import TrainSettings

FEWEST_IMAGES = 8
FEWEST_FOR_HOLDING_OUT = 30
SHARE_HELD_OUT = 0.1
MOST_COLOURS_DRAWN = 64


@dataclass(frozen=True)
class FaceSet:
    """Checked images, split but not copied; `held_out` may be empty."""

    training: ManyImages  # (n, side, side, 3)
    held_out: ManyImages  # (m, side, side, 3)
    training_groups: tuple[str, ...] | None
    kind: Kind
    palette: NDArray[np.uint8] | None  # (c, 3) of drawn faces
    is_grey: bool
    held_out_groups: tuple[str, ...] | None = None

    @property
    def size(self) -> int:
        """Side in pixels."""
        return int(self.training.shape[1])


def prepare(
    images: Images | Sequence[Image], settings: TrainSettings, groups: Sequence[str] | None, seed: int
) -> FaceSet:
    """Check the images, tell their kind by the number of colours, and hold some out."""
    checked = check_images(images)
    palette = find_palette(checked)
    if settings.kind == "drawn" and palette is None:
        raise BadSettings(f"drawn faces have at most {MOST_COLOURS_DRAWN} colours", field="kind", allowed=["photo"])
    kind: Kind = "drawn" if palette is not None and settings.kind != "photo" else "photo"
    training, held_out = split_held_out(len(checked), kind, groups, generator_for(seed, Stream.SPLIT))
    return FaceSet(
        training=choose(checked, training),
        held_out=choose(checked, held_out),
        training_groups=None if groups is None else tuple(groups[index] for index in training),
        kind=kind,
        palette=palette if kind == "drawn" else None,
        is_grey=_holds_for_all(checked, lambda some: some == some[..., :1]),
        held_out_groups=None if groups is None else tuple(groups[index] for index in held_out),
    )


def check_images(images: Images | Sequence[Image]) -> Images:
    """Return the images as one array uint8 (n, side, side, 3); one that they are already is not copied.

    Raises:
        TooFewImages: fewer than 8. BadImage: says which and why. MixedSizes: counts per size.
        NoVariation: all are the same.
    """
    if len(images) < FEWEST_IMAGES:
        raise TooFewImages(f"a training needs at least {FEWEST_IMAGES} images, found {len(images)}", found=len(images))
    for index, image in enumerate(images):
        try:
            check_image(image)
        except BadImage as error:
            raise BadImage(f"image {index}: {error}", index=index) from error
    check_sizes(Counter(image.shape[0] for image in images))
    stacked = np.asarray(images) if isinstance(images, np.ndarray) else np.stack(list(images))
    if _holds_for_all(stacked, lambda some: some == stacked[0]):
        raise NoVariation()
    return stacked


def check_sizes(sizes: Mapping[int, int]) -> None:
    """Raise MixedSizes unless all images have one side; `sizes` counts the images of each."""
    if len(sizes) > 1:
        counts = {str(size): number for size, number in sorted(sizes.items())}
        raise MixedSizes(f"the images differ in size: {counts}", sizes=counts)


def find_palette(images: Images) -> NDArray[np.uint8] | None:
    """The distinct colours (c, 3), sorted, or None when there are more than 64: then these are photographs."""
    colours: set[int] = set()
    for image in images:
        packed = image.reshape(-1, 3).astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
        colours.update(np.unique(packed).tolist())
        if len(colours) > MOST_COLOURS_DRAWN:
            return None
    ordered = np.array(sorted(colours))
    return np.stack([ordered >> 16, ordered >> 8 & 255, ordered & 255], axis=1).astype(np.uint8)


def split_held_out(
    number: int, kind: Kind, groups: Sequence[str] | None, random: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices to train on and to hold out: a tenth of the photographs, whole groups (persons) together.

    Drawn faces hold nothing out, for a factorial set needs every combination; nor do sets below 30 images.
    """
    if groups is not None and len(groups) != number:
        raise BadSettings(f"{number} images but {len(groups)} groups", field="groups")
    everything = np.arange(number)
    if kind == "drawn" or number < FEWEST_FOR_HOLDING_OUT:
        return everything, everything[:0]
    _, labels = np.unique(everything.astype(str) if groups is None else np.asarray(groups), return_inverse=True)
    order = random.permutation(labels.max() + 1)
    sizes = np.bincount(labels)[order]
    chosen = order[np.cumsum(sizes) - sizes < SHARE_HELD_OUT * number]  # ends with the group that crosses the share
    held_out = np.isin(labels, chosen)
    if held_out.all():  # one group only: there is nobody else to hold out
        return everything, everything[:0]
    return everything[~held_out], everything[held_out]


def _holds_for_all(images: Images, condition: Callable[[Images], NDArray[np.bool_]]) -> bool:
    """Whether a condition holds for every value of all images; looked at in parts, until it does not."""
    return all(bool(condition(images[part]).all()) for part in parts_of(images))

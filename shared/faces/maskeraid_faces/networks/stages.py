"""Sides and widths of the convolutional networks, and the arrays that each generator must have. No TensorFlow."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from maskeraid_faces.face_model import TrainedArchitecture

LARGEST_START = 4  # side of the smallest feature map
CHANNELS_A_GROUP = 16  # of the grouped convolutions of `r3`
EXPANSION = 2
BLOCKS_A_SIDE = 2

Shape = tuple[int, ...]
NORMALISATION = ("gamma", "beta", "moving_mean", "moving_variance")
LINEAR = "straight.kernel"  # of `eigen` on photographs: a path straight from latents to coefficients

DENSE_WIDTHS = (512, 512, 1024)  # Desentz 2021, Table 2
# Of the smallest feature map; a CPU is given half of it.
USUAL_WIDTHS: Mapping[TrainedArchitecture, int] = MappingProxyType({"dcgan": 1024, "r3": 256})


def sides_of(size: int) -> list[int]:
    """Sides of the feature maps from 3 or 4 to `size`; each is double the one before it, or one less than that."""
    sides = [size]
    while sides[0] > LARGEST_START:
        sides.insert(0, -(-sides[0] // 2))
    return sides


def widths_for(architecture: TrainedArchitecture, size: int, width: int) -> tuple[int, ...]:
    """Hidden widths of a generator of images of `size`; `width` is that of the smallest feature map."""
    if architecture == "dense":
        return DENSE_WIDTHS
    return dcgan_widths(size, width) if architecture == "dcgan" else r3_widths(size, width)


def dcgan_widths(size: int, width: int) -> tuple[int, ...]:
    """Channels of the feature maps of every side but the last: halved at each doubling, down to a sixteenth."""
    return tuple(max(width // 16, width >> level) for level in range(len(sides_of(size)) - 1))


def r3_widths(size: int, width: int) -> tuple[int, ...]:
    """Channels of the feature maps of every side: halved from side 32 on, down to a quarter, in whole groups."""
    least = max(CHANNELS_A_GROUP, width // 4)
    return tuple(max(least, min(width, width * 16 // side)) // 8 * 8 for side in sides_of(size))


def generator_shapes(
    architecture: TrainedArchitecture,
    size: int,
    latent_size: int,
    widths: Sequence[int],
    outputs: int,
    *,
    has_linear: bool = False,
) -> dict[str, Shape]:
    """Name and shape of every array of a generator.

    Args:
        architecture: of the model.
        size: side of its images.
        latent_size: of its latents.
        widths: its hidden widths.
        outputs: values of its last Dense layer, where it has one.
        has_linear: whether a path leads straight from its latents to these; `eigen` alone may have one.

    Raises:
        ValueError: the widths do not fit the size, or only `eigen` has what is asked for.
    """
    if has_linear and architecture != "eigen":
        raise ValueError(f"{architecture} has no linear path")
    if architecture == "dcgan":
        return _dcgan_shapes(size, latent_size, widths)
    if architecture == "r3":
        return _r3_shapes(size, latent_size, widths)
    shapes = _dense_shapes(latent_size, widths, outputs, is_normalised=architecture != "eigen")
    return shapes | ({LINEAR: (latent_size, outputs)} if has_linear else {})


def _dense_shapes(latent_size: int, widths: Sequence[int], outputs: int, *, is_normalised: bool) -> dict[str, Shape]:
    shapes: dict[str, Shape] = {}
    for index, (before, width) in enumerate(pairwise([latent_size, *widths]), start=1):
        shapes |= {f"hidden_{index}.kernel": (before, width), f"hidden_{index}.bias": (width,)}
        if is_normalised:
            shapes |= _normalisation(index, width)
    return shapes | {"output.kernel": (widths[-1], outputs), "output.bias": (outputs,)}


def _dcgan_shapes(size: int, latent_size: int, widths: Sequence[int]) -> dict[str, Shape]:
    sides = sides_of(size)
    if len(widths) != len(sides) - 1:
        raise ValueError(f"dcgan of {size} pixels has {len(sides) - 1} widths")
    shapes: dict[str, Shape] = {"start.kernel": (latent_size, sides[0] ** 2 * widths[0])} | _normalisation(1, widths[0])
    for index, (before, width) in enumerate(pairwise(widths), start=2):
        shapes |= {f"up_{index}.kernel": (5, 5, width, before)} | _normalisation(index, width)
    return shapes | {"output.kernel": (5, 5, 3, widths[-1]), "output.bias": (3,)}


def _r3_shapes(size: int, latent_size: int, widths: Sequence[int]) -> dict[str, Shape]:
    sides = sides_of(size)
    if len(widths) != len(sides) or any(width * EXPANSION % CHANNELS_A_GROUP for width in widths):
        raise ValueError(f"r3 of {size} pixels has {len(sides)} widths, each a multiple of 8")
    shapes: dict[str, Shape] = {"linear.kernel": (latent_size, widths[0]), "linear.bias": (widths[0],)}
    shapes["start.basis"] = (sides[0], sides[0], widths[0])
    before = widths[0]
    for index, width in enumerate(widths, start=1):
        if width != before:
            shapes |= {f"width_{index}.kernel": (1, 1, before, width)}
        for block in range(1, BLOCKS_A_SIDE + 1):
            name, wide = f"block_{index}_{block}", width * EXPANSION
            shapes |= {f"{name}_expand.kernel": (1, 1, width, wide), f"{name}_expand.bias": (wide,)}
            shapes |= {f"{name}_mix.kernel": (3, 3, CHANNELS_A_GROUP, wide), f"{name}_mix.bias": (wide,)}
            shapes |= {f"{name}_narrow.kernel": (1, 1, wide, width)}
        before = width
    return shapes | {"output.kernel": (1, 1, before, 3), "output.bias": (3,)}


def _normalisation(index: int, width: int) -> dict[str, Shape]:
    return {f"normalisation_{index}.{name}": (width,) for name in NORMALISATION}

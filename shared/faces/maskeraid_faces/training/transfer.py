"""Begin a training with what another has learned: its networks' weights, where they fit these faces."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from scipy.linalg import subspace_angles

from maskeraid_faces.errors import SizeMismatch
from maskeraid_faces.face_model import Basis, FaceModel, Floats
from maskeraid_faces.networks.stages import LINEAR
from maskeraid_faces.training.basis import basis_from
from maskeraid_faces.training.eigen import EigenGan
from maskeraid_faces.training.gan import Gan
from maskeraid_faces.training.progress import part_of
from maskeraid_faces.training.settings import Checkpoint

# Degrees between two bases. Measured on drawn faces, to a quality of 0.87: from light to medium tones (31 degrees) with
# both networks 1,000 steps, with the generator 4,500, afresh 6,500; from medium to dark ones (88 degrees) with both
# networks over 8,700, afresh 5,500.
LARGEST_ANGLE = 45.0
NETWORKS = (
    "generator/",
    "discriminator/",
    "average/",
)  # of a state; its optimisers, pace, and augmentation stay behind
FROZEN_STEPS = 2_000  # in which the first half of a pixel GAN's discriminator does not learn

Start = FaceModel | Checkpoint
Weights = Mapping[str, Floats]  # by the names of `Gan.state`


@runtime_checkable
class Freezing(Protocol):
    """A GAN whose discriminator can keep its first half for a while."""

    def freeze(self, until_step: int) -> None: ...


@dataclass(frozen=True)
class Transfer:
    """What came over; no networks when the training begins afresh. `reason` is for people."""

    networks: tuple[str, ...]
    reason: str
    frozen_until: int = 0  # a step


def take_over(gan: Gan, basis: Basis, start: Start) -> Transfer:
    """Give a new GAN the weights of a model (its generator) or of a checkpoint (both networks).

    `eigen` takes them when the ranks agree and the principal angles of the bases are below 45 degrees; its outer layers
    are turned from the old components to the new ones. GANs of pixels take the networks that agree, array by array, in
    name and shape. Where a discriminator came over, they keep its first half for 2,000 steps, and learn half as fast.

    Raises:
        SizeMismatch: the images of the two differ in size.
        BadSettings: the thesis's plain loop cannot keep a part of a discriminator that came over.

    Source: Mo, Cho, Shin 2020 (Freeze the Discriminator), for GANs of pixels; the turn of the bases is ours.
    """
    weights, old = _weights_of(start), start.basis if isinstance(start, FaceModel) else basis_from(start)
    if old.mean.size != basis.mean.size:
        raise SizeMismatch("what the training starts from has images of another size")
    if isinstance(gan, EigenGan):
        if misfit := _misfit(old, basis):
            return Transfer((), f"It begins afresh: {misfit}.")
        weights = _turned(weights, gan, old, basis)
    fresh = gan.state()
    fitting = [network for network in NETWORKS if _shapes(network, weights) == _shapes(network, fresh)]
    if "generator/" not in fitting:
        is_like = _shapes("generator/", weights).keys() == _shapes("generator/", fresh).keys()
        return Transfer((), f"It begins afresh: the networks are of another {'width' if is_like else 'kind'}.")
    taken = {name: array for name, array in weights.items() if name.startswith(tuple(fitting))}
    gan.restore({**fresh, **taken})
    networks = tuple(name for name in ("generator", "discriminator") if f"{name}/" in fitting)
    return _settle_in(gan, Transfer(networks, f"It begins with the {' and the '.join(networks)}."))


def _settle_in(gan: Gan, transfer: Transfer) -> Transfer:
    if "discriminator" not in transfer.networks:
        return transfer
    if isinstance(gan, EigenGan):  # small, and trained anew in minutes: nothing to protect
        return transfer
    gan.slow_down()
    if not isinstance(gan, Freezing):
        return transfer
    gan.freeze(FROZEN_STEPS)
    return Transfer(transfer.networks, transfer.reason, FROZEN_STEPS)


def _weights_of(start: Start) -> Weights:
    if isinstance(start, FaceModel):
        return {f"{part}/{name}": array for part in ("generator", "average") for name, array in start.generator.items()}
    return {name: array for name, array in part_of("now", start).items() if name.startswith(NETWORKS)}


def _shapes(network: str, weights: Weights) -> dict[str, tuple[int, ...]]:
    """Of a network's arrays: two architectures differ in their names, two widths of one in their shapes."""
    return {name: array.shape for name, array in weights.items() if name.startswith(network)}


def _misfit(old: Basis, new: Basis) -> str | None:
    """Why two bases do not fit, or None."""
    if old.gan_rank != new.gan_rank:
        return f"the faces before had {old.gan_rank} components, these have {new.gan_rank}"
    angle = float(np.degrees(subspace_angles(_directions(old), _directions(new)).max()))
    if angle < LARGEST_ANGLE:
        return None
    return f"the faces before vary otherwise ({angle:.0f} degrees between the bases, at most {LARGEST_ANGLE:.0f} fit)"


def _turned(weights: Weights, gan: EigenGan, old: Basis, new: Basis) -> Weights:
    """Outer layers brought from the old components to the new ones, the mean of each staying its own.

    A face is `c B`, so new coefficients are `c T` with `T = B_old B_new^T / sd_new^2`; the discriminator, which sees
    weighted coefficients, undoes that first.
    """
    rank = old.gan_rank
    turn = old.components[:rank] @ new.components[:rank].T / np.square(new.deviations[:rank])  # (rank, rank)
    turned = dict(weights)
    for part in ("generator", "average"):
        for name in (f"{part}/output.kernel", f"{part}/output.bias", f"{part}/{LINEAR}"):
            if name in weights:
                turned[name] = (weights[name] @ turn).astype(np.float32)
    if "discriminator/hidden_1.kernel" in weights:
        kernel = gan.weighting_of(old)[:, None] * weights["discriminator/hidden_1.kernel"]  # (rank, width)
        back = np.linalg.inv(turn) / gan.weighting_of(new)[:, None]
        turned["discriminator/hidden_1.kernel"] = (back @ kernel).astype(np.float32)
    return turned


def _directions(basis: Basis) -> Floats:
    return basis.components[: basis.gan_rank].T

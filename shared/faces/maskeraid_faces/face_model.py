"""What a training makes and a fill uses: `FaceModel` and its parts. Arrays and plain values; no TensorFlow or files."""

from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass
from functools import cached_property
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.blending.palette import nearest_colours
from maskeraid_faces.coverings.detector import Detector
from maskeraid_faces.errors import BadSettings
from maskeraid_faces.images import to_pixels

Floats = NDArray[np.float32]
Kind = Literal["drawn", "photo"]
TrainedArchitecture = Literal["thesis", "eigen", "dense", "dcgan", "r3"]
UsedEngine = Literal["R", "A", "B", "C"]

COARSE_SIDE, COARSE_COMPONENTS = 32, 128


@dataclass(frozen=True)
class Basis:
    """Principal components of the training images, in [-1, 1] units: image = mean + coefficients @ components.

    `components` rows are already multiplied by `deviations`, so coefficients have unit variance (2-norm whitening).
    The first `gan_rank` rows span what the eigen GAN draws; ridge uses all rows.
    """

    mean: Floats  # (P,), P = size * size * 3
    components: Floats  # (r, P)
    deviations: Floats  # (r,), falling
    gan_rank: int

    @cached_property
    def gram(self) -> Floats:
        """Inner products of the components, (r, r): of what is left when some pixels are hidden, less theirs."""
        return np.asarray(self.components @ self.components.T, np.float32)


@dataclass(frozen=True)
class RidgeFit:
    """What engine R needs beyond the basis.

    `penalty` is lambda relative to the mean visible variance, by cross-validation.
    `pixel_sigma` is the root mean square error of held-out fills, a pixel (P,), in [-1, 1] units.
    `interval` is how many local deviations hold nine tenths of such errors; 0: not known.
    """

    penalty: float
    pixel_sigma: Floats
    interval: float = 0.0


@dataclass(frozen=True)
class Bank:
    """Draws of the generator, kept so that conditioning is a matrix product.

    `draws` are coefficients (m, gan_rank) float32 for `eigen`, images (m, P) uint8 for all others.
    """

    latents: Floats  # (m, latent_size)
    draws: NDArray[np.float32] | NDArray[np.uint8]


@dataclass(frozen=True)
class Conditioning:
    """How strongly visible pixels speak: noise deviation in grey levels (at least 2) and temperature of the weights."""

    noise_grey_levels: float = 2.0
    temperature: float = 1.0


@dataclass(frozen=True)
class Prototype:
    """A cluster of the training faces in the space of Selection: Lab colours (D65) of skin, hair, and eyes."""

    tone: Floats  # (3,) median Lab of the skin
    hair: Floats  # (3,)
    eyes: Floats  # (3,)
    share: float  # of the training images


@dataclass(frozen=True)
class Trait:
    """Tells the values of one attribute apart, by principal coefficients: the largest of `c @ kernel + bias`."""

    attribute: str
    values: tuple[str, ...]
    kernel: Floats  # (r', values), of the first r' coefficients
    bias: Floats  # (values,); the sums are logarithms of probabilities, but for a constant
    accuracy: float  # on training images that it had not seen, 0 to 1


@dataclass(frozen=True)
class Conditional:
    """A generator that is told what is visible, of any covering: `filling.conditional` draws with it."""

    weights: Mapping[str, Floats]  # by name, as those of the generator
    temperature: float  # of draws for people, 0 to 1: how far they leave the mean; 1 has all doubt


@dataclass(frozen=True)
class Gated:
    """A generator that sees what is visible and ridge's answer in place: `filling.gated` draws with it."""

    weights: Mapping[str, Floats]  # by name: `networks.gated_stages`
    base: int  # channels of its finest maps
    gate: float  # 0 to 1: how much of what it adds to ridge's answer is added
    temperature: float  # of draws for people, as engine C's
    leads: bool  # faces that nobody had seen say that it is better than engine C and ridge: then it fills unless asked


@dataclass(frozen=True)
class KnownFaces:
    """The faces that a model learned from, by which near copies of them are told; they never leave the service."""

    coefficients: Floats  # (m, q) whitened, of the basis's first q; the reflections below, where they were learned too
    owners: NDArray[np.int32]  # (m,) the same for all faces of a person
    ids: tuple[str, ...]  # (n,) of the images: row i is of image i modulo n
    total: int  # faces that the model learned from: more than n when these are a sample


@dataclass(frozen=True)
class FaceModel:
    """A trained model: immutable, complete, and independent of how it was made."""

    architecture: TrainedArchitecture
    kind: Kind
    size: int  # side in pixels
    latent_size: int
    widths: tuple[int, ...]  # hidden widths of the generator
    generator: Mapping[str, Floats]  # weights by name, running averages for all but `thesis`
    basis: Basis
    ridge: RidgeFit
    bank: Bank
    conditioning: Conditioning
    prototypes: tuple[Prototype, ...]
    palette: NDArray[np.uint8] | None  # (c, 3) exact colours of a drawn set, else None
    grey: bool = False  # every training image was grey
    conditional: Conditional | None = None  # of photographs, where it was trained
    gated: Gated | None = None  # likewise, where it brings more than ridge
    detector: Detector | None = None  # of coverings, where it learned more than the generic one knows
    second_look: Mapping[str, Floats] | None = None  # at what that detector says
    encoder: Mapping[str, Floats] | None = None  # guesses latents of covered faces, where one was trained
    search_limit: float = 0.0  # visible error in grey levels that 19 of 20 unseen faces keep below; 0: not known
    traits: tuple[Trait, ...] = ()  # what it can tell of a face; none when the training faces had no attributes
    is_draft: bool = False  # of a training that goes on, for a look between two steps: it is not searched, for seconds
    facts: Mapping[str, object] = field(default_factory=dict)  # plain JSON for the card: counts, settings, quality
    known_faces: KnownFaces | None = None  # of photographs; kept apart from the model's files

    @property
    def prefers_ridge(self) -> bool:
        """Whether the GAN was chosen automatically and failed its rule of quality: then engine R fills unless asked."""
        return self.facts.get("fallback") == "R"

    @property
    def engines(self) -> tuple[UsedEngine, ...]:
        """What may fill a face."""
        return ("R", "A", *(("B",) if self.gated else ()), *(("C",) if self.conditional else ()))

    @cached_property
    def drawn_colours(self) -> NDArray[np.uint8]:
        """Of a drawn `eigen` model: which colour of the palette each pixel of each draw has, (m, size * size).

        Kept with the model, for snapping the draws anew for each fill was two thirds of its time.
        """
        if self.palette is None:
            raise BadSettings("only a model of drawn faces has a palette")
        slices = np.array_split(np.asarray(self.bank.draws, np.float32), max(1, len(self.bank.draws) // 256))
        colours = [self._colours_of(coefficients, self.palette) for coefficients in slices]  # bounded memory
        return np.concatenate(colours)

    @cached_property
    def coarse_basis(self) -> Basis:
        """The first 128 components at 32 pixels a side or fewer, by which Selection looks at a face in 3 ms."""
        side, rank = min(self.size, COARSE_SIDE), min(len(self.basis.components), COARSE_COMPONENTS)
        rows = np.concatenate([self.basis.mean[None], self.basis.components[:rank]]).reshape(
            -1, self.size, self.size, 3
        )
        small = np.stack([cv2.resize(row, (side, side), interpolation=cv2.INTER_AREA) for row in rows])
        flat = small.reshape(len(small), -1).astype(np.float32)
        return Basis(flat[0], flat[1:], self.basis.deviations[:rank], min(self.basis.gan_rank, rank))

    def _colours_of(self, coefficients: Floats, palette: NDArray[np.uint8]) -> NDArray[np.uint8]:
        values = self.basis.mean + coefficients @ self.basis.components[: coefficients.shape[1]]
        pixels = to_pixels(values).reshape(len(coefficients), -1, 3)
        return nearest_colours(pixels, palette).astype(np.uint8)


def array_bytes(value: object) -> int:
    """Bytes of all arrays in a value: in its fields, kept properties, and members, to any depth; each array once."""
    return sum(array.nbytes for array in _arrays(value).values())


def _arrays(value: object) -> dict[int, NDArray[Any]]:
    if isinstance(value, np.ndarray):
        return {id(value): value}
    if is_dataclass(value):
        value = dict(vars(value))  # kept properties too; a copy, for another thread may make one just now
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if not isinstance(value, tuple | list):
        return {}
    return {key: array for member in value for key, array in _arrays(member).items()}

"""How good a model's samples are beside images that it has not seen, with real images against real ones beside."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.errors import TooFewImages
from maskeraid_faces.evaluation.samples import draw_samples
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Floats, Images
from maskeraid_faces.metrics.coverage import Neighbourhoods, neighbourhoods
from maskeraid_faces.metrics.diversity import relative_diversity
from maskeraid_faces.metrics.embedding import embed
from maskeraid_faces.metrics.kid import kid
from maskeraid_faces.metrics.valid import valid_combination_rate
from maskeraid_faces.training.image_set import find_palette

FEWEST_IMAGES = 16  # two halves of 8: a neighbourhood is that of the third neighbour
MOST_IMAGES = 2000
FEWEST_OF_A_GROUP = 10  # in the half that is compared
DRAWN_SIDE = 32  # pixels; where the parts of a drawn face lie is known for this side alone


@dataclass(frozen=True)
class Figures:
    """Samples, or real images, beside as many other real images, all on our own embedding."""

    kid: float  # near 0 when alike; of real images about 0, perhaps a little below
    precision: float
    recall: float
    density: float
    coverage: float
    diversity: float  # mean distance of two samples over that of two real images

    @property
    def score(self) -> float:
        """1 at the best, higher is better: 1 - KID - 0.5 (1 - coverage), as trainings are judged."""
        return 1 - self.kid - 0.5 * (1 - self.coverage)

    def to_dict(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in {**asdict(self), "score": self.score}.items()}


@dataclass(frozen=True)
class Group:
    """How well one group of the real images is shown; shares are 0 to 1."""

    group: str
    images: int
    coverage: float  # of its images, those with a sample in their neighbourhood
    recall: float  # of its images, those in the neighbourhood of a sample
    coverage_of_real: float  # likewise of real images in place of samples

    def to_dict(self) -> dict[str, Any]:
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Quality:
    """`real` is what other real images reach in place of the samples: the best that can be expected."""

    images: int  # compared with as many samples
    figures: Figures
    real: Figures
    valid_combinations: float | None  # of drawn faces: samples whose parts could all be in the set
    groups: tuple[Group, ...]  # the worst first

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        found: dict[str, Any] = {
            "score": self.figures.to_dict()["score"],
            "images": self.images,
            "figures": self.figures.to_dict(),
            "real": self.real.to_dict(),
        }
        if self.valid_combinations is not None:
            found["valid_combinations"] = round(self.valid_combinations, 4)
        if self.groups:
            found |= {"groups": [group.to_dict() for group in self.groups], "worst_group": self.groups[0].group}
        return found


def measure_quality(model: FaceModel, real: Images, *, groups: Sequence[str] | None = None, seed: int = 0) -> Quality:
    """Compare as many samples as there are images in one half of `real` with that half, and the other half with it.

    Args:
        model: of any architecture.
        real: uint8 (n, size, size, 3), n >= 16, which it has not learned from; of more than 2,000 some are taken.
        groups: the group of each image, "" = none; a group with fewer than 10 images in the half is left out.
        seed: of samples and halves.

    Raises:
        TooFewImages.
    """
    if len(real) < FEWEST_IMAGES:
        raise TooFewImages(f"quality needs at least {FEWEST_IMAGES} images, found {len(real)}", found=len(real))
    order = np.random.default_rng([seed, 1]).permutation(len(real))[:MOST_IMAGES]
    half = len(order) // 2
    one, other = order[:half], order[half : 2 * half]
    samples = draw_samples(model, half, seed)
    features, others, drawn = (embed(images) for images in (real[one], real[other], samples))
    unit = np.float32(1 / np.sqrt(np.square(features, dtype=np.float64).mean()))  # the kernel wants unit mean square
    features, others, drawn = features * unit, others * unit, drawn * unit
    shown, shown_by_real = neighbourhoods(features, drawn), neighbourhoods(features, others)
    return Quality(
        images=half,
        figures=_figures(features, drawn, shown),
        real=_figures(features, others, shown_by_real),
        valid_combinations=_valid_combinations(model, samples, real),
        groups=_groups(np.asarray(groups, np.str_)[one], shown, shown_by_real) if groups is not None else (),
    )


def compare(real: Images, fake: Images) -> Figures:
    """Figures of any images, such as another method's samples, beside as many real ones; uint8 (n, side, side, 3)."""
    features, drawn = embed(real), embed(fake)
    unit = np.float32(1 / np.sqrt(np.square(features, dtype=np.float64).mean()))
    return _figures(features * unit, drawn * unit, neighbourhoods(features, drawn))


def _figures(real: Floats, fake: Floats, shown: Neighbourhoods) -> Figures:
    summary = asdict(shown.summary())
    return Figures(kid=kid(real, fake), diversity=relative_diversity(real, fake), **summary)


def _groups(names: NDArray[np.str_], shown: Neighbourhoods, by_real: Neighbourhoods) -> tuple[Group, ...]:
    found: list[Group] = []
    for name in np.unique(names[names != ""]):
        rows = names == name
        if rows.sum() >= FEWEST_OF_A_GROUP:
            shares = (float(flags[rows].mean()) for flags in (shown.is_covered, shown.is_recalled, by_real.is_covered))
            found.append(Group(str(name), int(rows.sum()), *shares))
    return tuple(sorted(found, key=lambda group: (group.coverage, group.group)))


def _valid_combinations(model: FaceModel, samples: Images, real: Images) -> float | None:
    is_drawn = model.kind == "drawn" and model.size == DRAWN_SIDE and find_palette(real) is not None
    return valid_combination_rate(samples, real) if is_drawn else None

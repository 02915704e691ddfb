"""The sets of drawn faces, the only faces in the repository: `draw_faces("faces-light")`.

Source: Desentz 2021, sections 3.3, 6.2, 6.3. The three plain sets are confounded on purpose, as the thesis's are.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.drawing import face
from maskeraid_faces.drawing.covered import COVERINGS, HAT, wear, wear_hat
from maskeraid_faces.drawing.face import SHAPES, Features, draw_face
from maskeraid_faces.errors import BadSettings
from maskeraid_faces.images import Image, Images

TONES = MappingProxyType({"light": face.LIGHT, "medium": face.MEDIUM, "dark": face.DARK})
HAIRS = MappingProxyType({"blond": face.BLOND, "black": face.BLACK_HAIR})
EYE_COLOURS = MappingProxyType({"blue": face.BLUE, "black": face.BLACK_EYES})
LOOKS = MappingProxyType({"light": ("blond", "blue"), "medium": ("black", "black"), "dark": ("black", "black")})


@dataclass(frozen=True)
class TestTruth:
    """What is true of covered faces; row i belongs to image i of the set."""

    __test__ = False  # not a test of pytest's

    coverings: NDArray[np.bool_]  # (n, 32, 32), True = covered
    uncounted: NDArray[np.bool_]  # (n, 32, 32), True = counts for neither side in IoU (a hat of the mask's colour)
    twins: Images  # (n, 32, 32, 3), the same faces uncovered
    twin_names: tuple[str, ...]  # of the plain set's image where the twin is one
    right_models: tuple[frozenset[str], ...]  # names of the sets whose model is a right choice
    figures: tuple[str, ...]  # the thesis's figure that the face is made for, or ""


@dataclass(frozen=True)
class DrawnSet:
    """A set of drawn faces; row i of every part belongs to image i."""

    name: str
    images: Images  # (n, 32, 32, 3)
    names: tuple[str, ...]  # file names
    attributes: tuple[Mapping[str, str], ...]  # tone, hair_colour, eye_colour, hair_style, eyes, nose, mouth
    truth: TestTruth | None = None  # of `faces-test` only


@dataclass(frozen=True)
class _Person:
    """A face to draw, with its words."""

    name: str  # without extension
    tone: str
    hair: str
    eye_colour: str
    features: Features

    @property
    def attributes(self) -> dict[str, str]:
        shapes = {name: str(getattr(self.features, name)) for name in ("hair_style", "eyes", "nose", "mouth")}
        return {"tone": self.tone, "hair_colour": self.hair, "eye_colour": self.eye_colour, **shapes}


@dataclass(frozen=True)
class _Covered:
    """A person who wears one of the coverings."""

    person: _Person
    kind: str
    right_models: frozenset[str]
    figure: str = ""


def draw_faces(dataset: str) -> DrawnSet:
    """Draw a named set; the same pixels every time.

    Raises:
        BadSettings: there is no set of this name; the allowed ones are in `facts["allowed"]`.
    """
    if dataset not in DATASETS:
        raise BadSettings(f"no drawn set is called {dataset!r}", field="dataset", allowed=sorted(DATASETS))
    return DATASETS[dataset](dataset)


def _draw_plain(dataset: str) -> DrawnSet:
    tone = dataset.removeprefix("faces-")
    return _training_set(dataset, list(_people(dataset, tone, *LOOKS[tone])))


def _draw_balanced(dataset: str) -> DrawnSet:
    tone = dataset.removeprefix("faces-").removesuffix("-balanced")
    looks = product(HAIRS, EYE_COLOURS)
    people = [one for hair, eyes in looks for one in _people(f"{dataset}_{hair}_{eyes}", tone, hair, eyes)]
    return _training_set(dataset, people)


def _training_set(dataset: str, people: list[_Person]) -> DrawnSet:
    images = np.stack([draw_face(person.features) for person in people])
    return DrawnSet(
        dataset, images, tuple(f"{one.name}.png" for one in people), tuple(one.attributes for one in people)
    )


def _people(prefix: str, tone: str, hair: str, eye_colour: str) -> Iterator[_Person]:
    """All 125 combinations of eyes, nose, and mouth."""
    for eyes, nose, mouth in product(SHAPES, SHAPES, SHAPES):
        features = Features(TONES[tone], HAIRS[hair], EYE_COLOURS[eye_colour], eyes, nose, mouth)
        yield _Person(f"{prefix}_e{eyes}_n{nose}_m{mouth}", tone, hair, eye_colour, features)


def _draw_test(dataset: str) -> DrawnSet:
    covered = [*_covered_people(), *_figure_faces()]
    twins = [_twin(one) for one in covered]
    images = [wear(twin, one.person.features, one.kind) for twin, one in zip(twins, covered, strict=True)]
    truth = TestTruth(
        coverings=np.stack([COVERINGS[one.kind] for one in covered]),
        uncounted=np.stack([HAT & (one.kind == "hat") for one in covered]),
        twins=np.stack(twins),
        twin_names=tuple(one.person.name + ("_hat" if one.kind == "hat" else "") + ".png" for one in covered),
        right_models=tuple(one.right_models for one in covered),
        figures=tuple(one.figure for one in covered),
    )
    names = tuple(f"{one.person.name}_{one.kind}.png" for one in covered)
    return DrawnSet(dataset, np.stack(images), names, tuple(one.person.attributes for one in covered), truth)


def _twin(covered: _Covered) -> Image:
    image = draw_face(covered.person.features)
    return wear_hat(image) if covered.kind == "hat" else image


def _covered_people() -> Iterator[_Covered]:
    """All 375 faces of the plain sets in every covering; figures 4 and 5 take theirs from the light ones."""
    for kind, tone in product(COVERINGS, TONES):
        for person in _people(f"faces-{tone}", tone, *LOOKS[tone]):
            yield _Covered(person, kind, frozenset({f"faces-{tone}"}))


# Figure, tone's word, tone, hair, eyes, right models. The tones of figure 24 lie 35, 50, and 65 % from medium to dark.
FIGURE_FACES = (
    ("23", "light-88", (212, 171, 132), "blond", "blue", {"faces-light"}),
    ("24", "medium-dark-35", (168, 110, 56), "blond", "blue", {"faces-medium"}),
    ("24", "medium-dark-50", (155, 99, 51), "blond", "blue", {"faces-medium", "faces-dark"}),
    ("24", "medium-dark-65", (142, 88, 46), "blond", "blue", {"faces-dark"}),
    ("25", "light", face.LIGHT, "black", "blue", {"faces-light"}),
)


def _figure_faces() -> Iterator[_Covered]:
    """Faces whose hair misleads: 5 eyes x 3 hair styles; the hidden nose and mouth have the number of the eyes."""
    for (figure, tone, rgb, hair, eyes, right), style, shape in product(FIGURE_FACES, face.HAIR_STYLES, SHAPES):
        features = Features(rgb, HAIRS[hair], EYE_COLOURS[eyes], shape, shape, shape, style)
        name = f"figure-{figure}_{tone}_h{style}_e{shape}_n{shape}_m{shape}"
        yield _Covered(_Person(name, tone, hair, eyes, features), "mask", frozenset(right), figure)


DATASETS: Mapping[str, Callable[[str], DrawnSet]] = MappingProxyType(
    {
        **{f"faces-{tone}": _draw_plain for tone in TONES},
        **{f"faces-{tone}-balanced": _draw_balanced for tone in TONES},
        "faces-test": _draw_test,
    }
)

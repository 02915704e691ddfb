"""Whether re-imaging helps a recogniser that was never trained on coverings: it may as well not, and then that is said.

Source: Desentz 2021, sections 8.1 and 9, which ask for it; the protocol (people known, people asked for, a true-match
rate at a fixed false-match rate) is that of ISO/IEC 19795-1.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.errors import TooFewImages
from maskeraid_faces.images import Covering, Floats, Image, Images
from maskeraid_faces.metrics.bootstrap import bootstrap_interval
from maskeraid_faces.metrics.recogniser import Learn, LinearRecogniser

FEWEST_PERSONS, FEWEST_PICTURES = 8, 4  # of whom half teach the recogniser; a person's, of which half are known
MOST_PROBES = 5  # pictures of a person that are asked for
FALSE_MATCHES = 0.01
GREY = np.uint8(128)  # of a covering that is left on

State = Literal["uncovered", "visible", "reimaged", "covered"]
Verdict = Literal["helps", "does not help", "hurts"]
Refill = Callable[[Image], Image]


@dataclass(frozen=True)
class Matches:
    """How a recogniser does with the probes in one state; one value a probe."""

    first: NDArray[np.bool_]  # the nearest known picture shows the same person
    matched: NDArray[np.float64]  # share of the person's known pictures that match, at 1 false match in 100
    equal_error: float  # where false matches and missed ones are equally frequent

    def to_dict(self, persons: Sequence[str]) -> dict[str, Any]:
        """Means, and their 95 % intervals by persons."""
        named = {"rank_1": self.first.astype(np.float64), "true_match_rate": self.matched}
        means = {name: round(float(values.mean()), 4) for name, values in named.items()}
        ends = {f"{name}_95": _rounded(bootstrap_interval(values, persons)) for name, values in named.items()}
        return {**means, **ends, "equal_error_rate": round(self.equal_error, 4)}


@dataclass(frozen=True)
class Recognition:
    """The same probes uncovered, by their visible part alone, re-imaged, and covered."""

    persons: tuple[str, ...]  # of each probe
    states: Mapping[State, Matches]

    @property
    def gain(self) -> tuple[float, tuple[float, float]]:
        """What re-imaging adds to the true-match rate of the visible part, and the 95 % interval of that by persons."""
        added = self.states["reimaged"].matched - self.states["visible"].matched
        return float(added.mean()), bootstrap_interval(added, self.persons)

    @property
    def verdict(self) -> Verdict:
        """Only what holds for other persons too counts: an interval around 0 helps nobody."""
        _, (low, high) = self.gain
        return "helps" if low > 0 else "hurts" if high < 0 else "does not help"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        value, interval = self.gain
        return {
            "verdict": self.verdict,
            "gain": {"over": "visible", "true_match_rate": round(value, 4), "interval_95": _rounded(interval)},
            "false_match_rate": FALSE_MATCHES,
            "persons": len(set(self.persons)),
            "probes": len(self.persons),
            "states": {name: found.to_dict(self.persons) for name, found in self.states.items()},
        }


def measure_recognition(
    refill: Refill,
    images: Images,
    persons: Sequence[str],
    covering: Covering,
    *,
    seed: int = 0,
    learn: Learn = LinearRecogniser,
) -> Recognition:
    """Half of the persons teach a recogniser; of the others, half of the pictures are known and half are asked for.

    Args:
        refill: from a face uint8 (side, side, 3) that is covered to one whose covered part is filled.
        images: uncovered faces uint8 (n, side, side, 3), aligned.
        persons: whom each shows; only those of four pictures or more count.
        covering: bool (side, side), what every probe wears.
        seed: decides who teaches, and which pictures are known.
        learn: makes a recogniser, once of whole faces and once of their visible part.

    Raises: TooFewImages, when fewer than eight persons have four pictures.
    """
    teaching, known, asked = _parted(persons, np.random.default_rng([seed, 9]))
    names = np.asarray(persons)
    whole, part = (learn(images[teaching], names[teaching].tolist(), seen) for seen in (None, ~covering))
    covered = images[asked].copy()
    covered[:, covering] = GREY
    filled = np.stack([refill(face) for face in covered])
    shown = {"uncovered": images[asked], "visible": images[asked], "reimaged": filled, "covered": covered}
    states: dict[State, Matches] = {}
    for state, probes in shown.items():
        recogniser = part if state == "visible" else whole
        likeness = recogniser.embed(probes) @ recogniser.embed(images[known]).T
        states[state] = _matches(likeness, names[asked][:, None] == names[known])  # type: ignore[index]
    return Recognition(tuple(names[asked].tolist()), states)


def _parted(persons: Sequence[str], rng: np.random.Generator) -> tuple[NDArray[np.intp], ...]:
    """Rows that teach, that are known, and that are asked for."""
    usable = sorted(person for person, count in Counter(persons).items() if count >= FEWEST_PICTURES)
    if len(usable) < FEWEST_PERSONS:
        raise TooFewImages(
            f"recognition needs {FEWEST_PERSONS} persons of {FEWEST_PICTURES} pictures or more, found {len(usable)}",
            persons=len(usable),
        )
    order = rng.permutation(len(usable))
    teachers, others = ([usable[place] for place in part] for part in np.array_split(order, 2))
    names = np.asarray(persons)
    rows = [rng.permutation(np.flatnonzero(names == person)) for person in others]
    known = [row[: len(row) // 2] for row in rows]
    asked = [row[len(row) // 2 :][:MOST_PROBES] for row in rows]
    return np.flatnonzero(np.isin(names, teachers)), np.concatenate(known), np.concatenate(asked)


def _matches(likeness: Floats, is_same: NDArray[np.bool_]) -> Matches:
    """Of cosines (probes, known) and whether both are of one person; every probe has pictures of its person there."""
    first = is_same[np.arange(len(likeness)), likeness.argmax(axis=1)]
    limit = np.quantile(likeness[~is_same], 1 - FALSE_MATCHES)
    matched = ((likeness > limit) & is_same).sum(axis=1) / is_same.sum(axis=1)
    thresholds = np.quantile(likeness, np.linspace(0, 1, 1001))
    same, other = np.sort(likeness[is_same]), np.sort(likeness[~is_same])
    missed = np.searchsorted(same, thresholds) / len(same)
    false = 1 - np.searchsorted(other, thresholds) / len(other)
    nearest = int(np.argmin(np.abs(missed - false)))
    return Matches(first, matched, float(missed[nearest] + false[nearest]) / 2)


def _rounded(interval: tuple[float, float]) -> list[float]:
    return [round(end, 4) for end in interval]

"""Whether a model shows the faces it learned from, and whether it may be shared publicly because of that."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from maskeraid_faces.evaluation.samples import draw_samples
from maskeraid_faces.face_model import Basis, FaceModel, Floats
from maskeraid_faces.images import Images
from maskeraid_faces.metrics.copying import Copying, copying
from maskeraid_faces.training.basis import coefficients_of
from maskeraid_faces.training.image_set import mirror

SAMPLES = 1000
MOST_NEAR = 0.05  # the share of near copies from which a model copies; 0.01 is expected of an honest one
FEWEST_HELD_OUT = 16  # fewer have no percentile at all
SURE_HELD_OUT = 100  # from here on the 1st percentile is sure enough to accuse by the share alone
LEAST_C_T = -3.0
LEAST_AUTHENTICITY = 0.7  # relative to that of held-out faces
FEWEST_IMAGES = 100  # of a model that may be shared publicly

Verdict = Literal["copying", "healthy", "cannot_tell"]
Gate = Literal["passes", "blocks", "reports_only"]


@dataclass(frozen=True)
class Memorisation:
    """A verdict in a word and a sentence, and what it rests on; `measured` is None where nothing could be."""

    verdict: Verdict
    reason: str
    samples: int
    training_images: int
    held_out: int
    measured: Copying | None

    def gate(self, *, is_generated: bool) -> Gate:
        """What stands in the way of public sharing; generated sets hold no person, so there it only reports."""
        if is_generated:
            return "reports_only"
        return "passes" if self.verdict == "healthy" and self.training_images >= FEWEST_IMAGES else "blocks"

    def to_dict(self) -> dict[str, object]:
        """Plain JSON values; distances are root mean squares over a face's values, in grey levels."""
        counts = {"samples": self.samples, "training_images": self.training_images, "held_out": self.held_out}
        found: dict[str, object] = {"verdict": self.verdict, "reason": self.reason, **counts}
        if self.measured is None:
            return found
        return found | {
            "near_share": round(self.measured.near_share, 4),
            "most_near_share": MOST_NEAR,
            "near_limit": round(self.measured.near_limit, 3),
            "median_distance": round(float(np.median(self.measured.distances)), 3),
            "median_distance_of_held_out": round(float(np.median(self.measured.distances_of_held_out)), 3),
            "authenticity": round(self.measured.authenticity, 4),
            "authenticity_of_held_out": round(self.measured.authenticity_of_held_out, 4),
            "c_t": round(self.measured.c_t, 2),
        }


def measure_memorisation(
    model: FaceModel, training: Images, held_out: Images, *, n: int = SAMPLES, seed: int = 0
) -> Memorisation:
    """Compare how near n samples come to the training faces with how near held-out faces do.

    Args:
        model: of any architecture.
        training: the faces it learned from, uint8 (m, size, size, 3); their mirror images count as training faces too.
        held_out: faces of the same kind that it did not see, uint8 (k, size, size, 3); those that equal a training face
            are left out, for they would excuse every copy.
        n: samples.
        seed: of the samples.

    Distances are taken within the model's basis: outside of it a generator of components has nothing, a face has noise.
    """
    everything = mirror(training)
    unseen = _without_known(held_out, everything)
    if len(unseen) < FEWEST_HELD_OUT:
        return Memorisation("cannot_tell", _why_not(model, len(unseen)), n, len(training), len(unseen), None)
    samples = _features(draw_samples(model, n, seed), model.basis)
    measured = copying(samples, _features(everything, model.basis), _features(unseen, model.basis))
    verdict, reason = judge(measured)
    return Memorisation(verdict, reason, n, len(training), len(unseen), measured)


def judge(measured: Copying) -> tuple[Verdict, str]:
    """The verdict and its reason in words.

    Authenticity convicts too: where a set holds the same picture twice, the nearest 1 % are no measure of a copy.
    The share alone convicts when at least 100 faces were held out: of 30 the 1st percentile is the nearest one, and an
    honest model has more than 5 % below it in one case of five. With fewer the test of all distances must agree.
    """
    share = f"{measured.near_share:.1%} of the samples are nearer to a training face than the nearest 1 % of faces that"
    share += f" it has not seen (at most {MOST_NEAR:.0%} may be)"
    held_out = len(measured.distances_of_held_out)
    if measured.authenticity < LEAST_AUTHENTICITY * measured.authenticity_of_held_out:
        return "copying", (
            f"{measured.authenticity:.0%} of the samples are authentic, of faces that it has not seen "
            f"{measured.authenticity_of_held_out:.0%}; {share}"
        )
    if measured.near_share <= MOST_NEAR:
        return "healthy", share
    if held_out >= SURE_HELD_OUT or measured.c_t < LEAST_C_T:
        return "copying", share
    return "cannot_tell", f"{share}, but only {held_out} were held out: by chance alone it may be so"


def _why_not(model: FaceModel, held_out: int) -> str:
    if held_out == 0 and model.kind == "drawn":
        return "all combinations were training images"
    return f"only {held_out} faces were held out, and at least {FEWEST_HELD_OUT} are needed"


def _without_known(faces: Images, known: Images) -> Images:
    seen = {face.tobytes() for face in known}
    return faces[np.array([face.tobytes() not in seen for face in faces], np.bool_)]


def _features(images: Images, basis: Basis) -> Floats:
    """Coordinates float32 (n, rank) in which a distance is the root mean square difference in grey levels."""
    scale = np.float32(127.5 / np.sqrt(basis.mean.size))
    return coefficients_of(images, basis) * basis.deviations[: basis.gan_rank] * scale

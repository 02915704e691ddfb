"""Whether results are recognised when they come back as training data, and the faces they were made of are not.

Fills of engines R and A, whose bank holds every face that the basis knows; nothing is trained. `FACE_SETS=folder` names
where `utkface-64.zip` lies; without it the faces are drawn: lifelike ones, and those of the generator.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image as Pictures

from maskeraid_faces.coverings.shapes import lower_face, sunglasses
from maskeraid_faces.drawing.lifelike import draw_lifelike_face
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.face_model import Bank, FaceModel, RidgeFit
from maskeraid_faces.filling.fill import fill
from maskeraid_faces.images import Covering, Image, Images
from maskeraid_faces.own_outputs import Output, describe_output, digest_of, hash_of, is_one_of, near
from maskeraid_faces.training.basis import coefficients_of, fit_basis
from tests.benchmarks.figures import Bench, Figure, measures
from tests.benchmarks.photographs import SET, photographs
from tests.unit.faces.jittered import COPIES
from tests.unit.inference.made_models import make_model

KNOWN, FILLED, CANDIDATES = 800, 100, 8
MEASURED = slice(40, 40 + FILLED)  # with the first 40 of each, and other lifelike ones, the limit was chosen
TEAL = np.array([20, 140, 140], np.uint8)
LEAST_RECOGNISED, MOST_MISTAKEN = 0.95, 0.0


def resized_to(side: int) -> Callable[[Image], Image]:
    return lambda image: np.asarray(Pictures.fromarray(image).resize((side, side), Pictures.Resampling.LANCZOS))


@dataclass(frozen=True)
class Made:
    """The results of some faces, and the register of them."""

    faces: Sequence[Image]
    finals: Sequence[Image]
    outputs: Sequence[Output]

    def recognises(self, image: Image) -> bool:
        """As the curator does."""
        if any(one.digest == digest_of(image) for one in self.outputs):
            return True
        if (phash := hash_of(image)) is None:
            return False
        hashed = [one for one in self.outputs if one.phash is not None]
        places = near(phash, np.array([one.phash for one in hashed], np.uint64))
        return is_one_of(image, [hashed[place] for place in places])

    def share(self, copy: Callable[[Image], Image], images: Sequence[Image]) -> float:
        return sum(self.recognises(copy(image)) for image in images) / max(len(images), 1)

    def found(self) -> dict[str, Any]:
        side = self.finals[0].shape[0]
        copies: Mapping[str, Callable[[Image], Image]] = {
            "as is": lambda image: image, "JPEG 80": COPIES["repacked"], "3/4": COPIES["resized"],
            "1/2": resized_to(side // 2), "2": resized_to(2 * side),
        }  # fmt: skip
        made = {one.digest for one in self.outputs}
        originals = [face for face in self.faces if digest_of(face) not in made]
        return {
            "results": len(self.finals), "originals": len(originals), "same_pixels": len(self.faces) - len(originals),
            "recognised": {name: self.share(copy, self.finals) for name, copy in copies.items()},
            "mistaken": {name: self.share(copy, originals) for name, copy in copies.items()},
        }  # fmt: skip


@measures("import.own_outputs")
def measure_own_outputs(_: Bench) -> Iterator[Figure]:
    """The least share of copies of photographs that is recognised, over resized and packed ones."""
    random = np.random.default_rng(77)
    lifelike = np.array([draw_lifelike_face(64, random) for _ in range(KNOWN + FILLED)])
    beside = {
        "lifelike, unseen": _made(_model_of(lifelike[:KNOWN]), lifelike[KNOWN:]).found(),
        "drawn": _made(make_model("light"), random.permutation(draw_faces("faces-light").images)[:FILLED]).found(),
    }
    if SET.is_file() and "FACE_SETS" in os.environ:
        faces = photographs()
        model = _model_of(faces["train"][0][:KNOWN])
        beside["utkface, unseen"] = _made(model, faces["test"][0][MEASURED]).found()
        beside["utkface, learned from"] = _made(model, faces["train"][0][MEASURED]).found()
    told = [one for name, one in beside.items() if name != "drawn"]
    least = min(share for one in told for share in one["recognised"].values())
    mistaken = max(share for one in beside.values() for share in one["mistaken"].values())
    as_is = min(one["recognised"]["as is"] for one in beside.values())
    is_good = as_is == 1 and least >= LEAST_RECOGNISED and mistaken <= MOST_MISTAKEN
    bar = f"as is 100 %; resized, packed again >= {LEAST_RECOGNISED:.0%}; faces before they were covered 0"
    beside["processor_ms_a_job"] = _cost(lifelike[:CANDIDATES])  # type: ignore[assignment]
    yield Figure("import.own_outputs", least, "", bar, is_good, beside)


def _model_of(faces: Images) -> FaceModel:
    """Of photographs, without a GAN: its bank draws the very faces, the nearest that a fill can come to one."""
    basis = fit_basis(faces, kind="photo", seed=0)
    draws = coefficients_of(faces, basis)
    random, made = np.random.default_rng(0), make_model()
    shapes = {
        "hidden_1.kernel": (made.latent_size, made.widths[0]), "hidden_1.bias": (made.widths[0],),
        "output.kernel": (made.widths[0], basis.gan_rank), "output.bias": (basis.gan_rank,),
    }  # fmt: skip
    return replace(
        made, kind="photo", size=64, basis=basis, palette=None,
        generator={name: random.standard_normal(shape, np.float32) for name, shape in shapes.items()},
        ridge=RidgeFit(0.01, np.full(faces[0].size, 0.05, np.float32)),
        bank=Bank(random.standard_normal((len(draws), made.latent_size), np.float32), draws),
    )  # fmt: skip


def _made(model: FaceModel, faces: Images) -> Made:
    side = faces.shape[1]
    results = [
        (final, covering)
        for covering in (lower_face(side), sunglasses(side)) for face in faces
        for final in _fills(model, face, covering)
    ]  # fmt: skip
    return Made(faces, [final for final, _ in results], [describe_output(*one) for one in results])


def _fills(model: FaceModel, face: Image, covering: Covering) -> list[Image]:
    covered = np.where(covering[..., None], TEAL, face)
    engines = (("A", CANDIDATES),) if model.kind == "drawn" else (("R", 1), ("A", CANDIDATES))
    return [
        one.final
        for engine, k in engines
        for one in fill(covered, covering, model, k=k, engine=engine, seed=1).candidates
    ]


def _cost(finals: Images) -> float:
    """Milliseconds of processor time for the entry of a re-imaging with so many candidates."""
    covering, times = lower_face(finals.shape[1]), 20
    started = time.process_time()
    for _ in range(times):
        for final in finals:
            describe_output(final, covering)
    return round((time.process_time() - started) / times * 1e3, 2)

"""What the trainings of engines B and C have in common: what they are given, and how their temperature is found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.image_rows import ManyImages

MOST_LOST = 0.2  # decibels that the mean of 8 draws may lie below ridge


@dataclass(frozen=True)
class EngineTraining:
    """What the generator of an engine is trained with, of a model of photographs that is whole but for it."""

    images: ManyImages  # uint8 (n, size, size, 3) that the model learned from
    unseen: ManyImages  # likewise, faces that it has not seen; they judge
    groups: Sequence[str] | None  # an identity an image
    seed: int  # of all random numbers
    is_mirrored: bool  # reflections are faces as well
    should_stop: Callable[[], bool] = lambda: False  # asked every second or so


TrainEngine = Callable[[FaceModel, EngineTraining], FaceModel | None]  # the model with the engine; None: it was stopped


def judged_from_the_hottest(
    temperatures: Sequence[float], loss: Callable[[float], float], most_lost: float
) -> list[dict[str, float]]:
    """What each temperature loses to ridge, in decibels, down to the first that loses no more than allowed."""
    told: list[dict[str, float]] = []
    for temperature in temperatures:
        told.append({"temperature": temperature, "lost_db": round(loss(temperature), 3)})
        if told[-1]["lost_db"] <= most_lost:
            break
    return told

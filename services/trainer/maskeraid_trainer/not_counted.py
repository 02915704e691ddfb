"""What a training makes behind its steps and a dry run does not wait for: its owner is told of each part."""

from collections.abc import Callable, Iterator, Mapping

from maskeraid_faces.face_model import TrainedArchitecture
from maskeraid_faces.training.choices import wants_detector, wants_engine_b, wants_engine_c
from maskeraid_faces.training.image_set import FaceSet
from maskeraid_faces.training.settings import TrainSettings

Wants = Callable[[FaceSet, TrainSettings], bool]
PARTS: Mapping[str, tuple[Wants, str]] = {
    "engine_c": (wants_engine_c, "Engine C is trained as well, some two minutes on two cores"),
    "engine_b": (
        wants_engine_b, "Engine B is trained as well, some ten minutes on two cores, up to an hour on a graphics card"
    ),
    "detector": (
        wants_detector, "A detector of coverings practises on the faces as well, some minutes on two cores"
    ),
}  # fmt: skip


def warnings_of_parts(
    faces: FaceSet, settings: TrainSettings, architecture: TrainedArchitecture
) -> Iterator[tuple[str, str]]:
    """Codes and details, of the parts that these faces and settings ask for. Raises: BadSettings, as these do."""
    if architecture != "eigen" and faces.kind == "photo":
        yield "encoder_not_counted", "An encoder for searches is trained as well, which the estimate leaves out."
    for name, (wants, what) in PARTS.items():
        if wants(faces, settings):
            how = f"The hyperparameter `{name}`, false, leaves it out of the training."
            yield f"{name}_not_counted", f"{what}, which the estimate leaves out. {how}"

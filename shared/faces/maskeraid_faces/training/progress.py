"""When a training looks at itself and ends, how far it is, and both in a checkpoint."""

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.errors import BadModelFile
from maskeraid_faces.training.gan import State
from maskeraid_faces.training.settings import Checkpoint

Part = Literal["now", "best"]


@dataclass(frozen=True)
class Plan:
    """When a training looks at itself and when it ends."""

    steps: int
    judge_every: int = 0  # steps; 0 = never: the number of steps alone decides
    max_seconds: float = math.inf
    target_quality: float = math.inf
    has_ideal_accuracy: bool = False  # of the discriminator: about 90 % (Desentz 2021, sections 2.4 and 5.4)


@dataclass
class Progress:
    """How far a training is; with the GAN's state it is all that a checkpoint holds."""

    training: str = ""  # the images, settings, and seed, by digest
    step: int = 0
    seconds: float = 0.0
    best_quality: float | None = None
    best_step: int = 0
    judgements_without_gain: int = 0
    slowed_down: bool = False
    is_unbalanced: bool = False
    transfer: dict[str, Any] | None = None  # what came over from another training
    history: list[dict[str, float]] = field(default_factory=list)

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> "Progress":
        """What a checkpoint says; raises BadModelFile if it says nothing."""
        try:
            return cls(**json.loads(checkpoint["progress"].tobytes()))
        except (KeyError, ValueError, TypeError) as error:
            raise BadModelFile("the checkpoint says nothing of its progress") from error

    def checkpoint(self, now: State, best: State) -> dict[str, NDArray[Any]]:
        """Arrays that `of` and `part_of` read."""
        said = np.frombuffer(json.dumps(asdict(self)).encode(), np.uint8)
        parts: dict[Part, State] = {"now": now, "best": best}
        arrays = {f"{part}/{name}": array for part, state in parts.items() for name, array in state.items()}
        return {"progress": said, **arrays}


def part_of(part: Part, checkpoint: Checkpoint) -> Checkpoint:
    """The state that a checkpoint holds as `now`, or as the `best` so far; without the prefix of its names."""
    prefix = f"{part}/"
    return {name.removeprefix(prefix): array for name, array in checkpoint.items() if name.startswith(prefix)}

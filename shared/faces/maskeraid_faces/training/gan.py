"""What the training loop asks of an architecture."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

from maskeraid_faces.face_model import Floats
from maskeraid_faces.images import Images
from maskeraid_faces.training.held_out import Judgement

State = Mapping[str, NDArray[Any]]


class Gan(Protocol):
    """Both networks, their optimisers, and what became of them so far."""

    latent_size: int
    widths: tuple[int, ...]  # hidden, of the generator

    @property
    def recipe(self) -> dict[str, object]: ...
    def generator_weights(self) -> dict[str, Floats]: ...
    def run_steps(self, first: int, last: int) -> dict[str, float]: ...
    def state(self) -> State: ...
    def restore(self, state: State) -> None: ...
    def slow_down(self) -> None: ...
    def sample(self, latents: Floats) -> Images: ...
    def judge(self) -> Judgement | None: ...


@runtime_checkable
class Shared(Protocol):
    """A GAN that several processes may train together: one of them, the chief, decides, tells, and keeps."""

    @property
    def is_chief(self) -> bool: ...
    def agreed(self, numbers: Sequence[float]) -> list[float]: ...

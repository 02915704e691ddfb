"""What a training is told, what it tells, and what it gives back. No TensorFlow."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from numpy.typing import NDArray

from maskeraid_faces.errors import BadSettings
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Images

Architecture = Literal["auto", "thesis", "eigen", "dense", "dcgan", "r3"]
KindChoice = Literal["auto", "drawn", "photo"]
Loop = Literal["fused", "plain"]
Stopped = Literal["finished", "quality", "plateau", "unbalanced", "time", "asked", "promoted"]
Checkpoint = Mapping[str, NDArray[Any]]

THESIS_STEPS = 98_000  # Desentz 2021, section 5.4
MOST_STEPS = 10_000_000
SMALLEST_BATCH, LARGEST_BATCH = 2, 4096
REAL_LABELS = (1.0, 0.9)
SLOWEST, FASTEST = 1e-6, 0.1  # learning rates
NARROWEST, WIDEST = 32, 1024


@dataclass(frozen=True)
class TrainSettings:
    """How to train; every None leaves the choice to the architecture.

    `steps`: exactly so many for `thesis` (None: 98,000), at most so many for the others (None: quality and time
    decide).
    `batch`: images a step (None: 128 for `eigen`, 64 for `dense`, 32 for the others).
    `max_seconds`: of preparing the images and of steps, at least one of which is made; building and compiling the
    networks does not count (None: unlimited for `thesis`; 60 for drawn
    faces and 165 for photographs with `eigen`; 1,800 for the others).
    `target_quality`: 0 to 1, stop as soon as it is reached (None: 0.87 for drawn faces with `eigen`, else none).
    `asymmetric`: faces must not be mirrored. `loop`: `plain` runs the thesis through Keras's own calls.
    `engine_c`: whether a generator that is told what is visible is trained as well, of photographs alone, which takes
    some two minutes more (None: from 300 photographs on).
    `engine_b`: whether one that adds to ridge's answer, pixel by pixel, is trained as well, of photographs alone: some
    minutes on a CPU, where it seldom gains anything (None: from 300 photographs on, with a graphics card).
    `detector`: whether the detector of coverings practises on these faces, which takes some two minutes more (None: of
    photographs, from 300 on; else a second look alone is learned, in seconds; False: nothing).
    `learning_rate`: of Adam, 1e-6 to 0.1 (None: the architecture's). `final_learning_rate`: it falls to this by half a
    cosine, over all steps of `thesis`, over the first 6,000 of the others, 2,000 of `dense` on drawn faces (None: to a
    quarter for `dense`, `dcgan`, `r3`; from 1e-3 to 1e-4 for `eigen` on photographs unless a `learning_rate` is named;
    no fall for `eigen` on drawn faces and `thesis`). `real_label`: what the thesis's discriminator is told of real
    faces, 1 or 0.9.
    `width`: channels of the smallest feature map of `dcgan` and `r3`, 32 to 1024, a power of two (None: 1024 and 256
    on a GPU, half of that on a CPU).
    """

    architecture: Architecture = "auto"
    kind: KindChoice = "auto"
    loop: Loop = "fused"
    steps: int | None = None
    batch: int | None = None
    max_seconds: float | None = None
    target_quality: float | None = None
    asymmetric: bool = False
    engine_c: bool | None = None
    engine_b: bool | None = None
    detector: bool | None = None
    learning_rate: float | None = None
    final_learning_rate: float | None = None
    real_label: float | None = None
    width: int | None = None

    def __post_init__(self) -> None:
        _check_choice("architecture", self.architecture, get_args(Architecture))
        _check_choice("kind", self.kind, get_args(KindChoice))
        _check_choice("loop", self.loop, get_args(Loop))
        _check_range("steps", self.steps, 1, MOST_STEPS)
        _check_range("batch", self.batch, SMALLEST_BATCH, LARGEST_BATCH)
        _check_range("max_seconds", self.max_seconds, 0, float("inf"))
        _check_range("target_quality", self.target_quality, 0, 1)
        _check_range("learning_rate", self.learning_rate, SLOWEST, FASTEST)
        _check_range("final_learning_rate", self.final_learning_rate, SLOWEST, self.learning_rate or FASTEST)
        if self.final_learning_rate is not None and self.learning_rate is None:
            raise BadSettings("final_learning_rate needs the learning_rate that it falls from", field="learning_rate")
        if self.real_label not in (None, *REAL_LABELS):
            detail = f"real_label must be 1 or 0.9, found {self.real_label}"
            raise BadSettings(detail, field="real_label", allowed=REAL_LABELS)
        _check_range("width", self.width, NARROWEST, WIDEST)
        if self.width is not None and self.width.bit_count() != 1:
            raise BadSettings(f"width must be a power of two, found {self.width}", field="width")

    def to_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Watch:
    """The only windows of a running training.

    `progress(step, seconds, values)` about once a second; `samples(step, images)` at 1, 2, 5, 10, ... and the thesis's
    steps, and with each checkpoint, always of the same noise; `draft(step, make)` after them, where `make()` gives the
    model as it is then, with usual numbers in place of fitted ones; `checkpoint(step, arrays)` every
    `checkpoint_seconds` and before an asked stop; `stop()` between two calls; `attention(code, message)` when its owner
    may want to end it: `collapse`, `no_progress`, `overfit`; `warn(code, message)` of what else is to be known;
    `phase(name)` when the first step is compiled (`compiling`), when it is made (`training`), when the encoder of
    engine A's search (`encoder`), engine C (`engine_c`), or engine B (`engine_b`) is trained, and when the detector of
    coverings is measured, or practises (`detector`).
    """

    progress: Callable[[int, float, Mapping[str, float]], None] = lambda step, seconds, values: None
    samples: Callable[[int, Images], None] = lambda step, images: None
    checkpoint: Callable[[int, Checkpoint], None] = lambda step, arrays: None
    stop: Callable[[], bool] = lambda: False
    checkpoint_seconds: float = 60.0
    attention: Callable[[str, str], None] = lambda code, message: None
    draft: Callable[[int, Callable[[], FaceModel]], None] = lambda step, make: None
    warn: Callable[[str, str], None] = lambda code, sentence: None
    phase: Callable[[str], None] = lambda name: None


@dataclass(frozen=True)
class TrainResult:
    """A finished training: its model, why and when it stopped, and its curves."""

    model: FaceModel
    stopped: Stopped
    steps: int
    seconds: float
    history: tuple[Mapping[str, float], ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why this architecture, in words, and what follows when the choice failed."""
        reasons: tuple[str, ...] = tuple(self.model.facts["reasons"])  # type: ignore[arg-type]  # a list of ours
        return reasons

    def to_dict(self) -> dict[str, object]:
        """Plain JSON values; the model's arrays stay out."""
        return {
            "stopped": self.stopped,
            "steps": self.steps,
            "seconds": round(self.seconds, 3),
            "history": [dict(row) for row in self.history],
            "reasons": list(self.reasons),
            "facts": dict(self.model.facts),
        }


def _check_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise BadSettings(f"{name} must be one of {', '.join(allowed)}, found {value!r}", field=name, allowed=allowed)


def _check_range(name: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not least <= value <= most:
        raise BadSettings(f"{name} must be {least} to {most}, found {value}", field=name, allowed=[least, most])

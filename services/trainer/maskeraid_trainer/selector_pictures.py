"""Pictures of a selector: its curves, its confusion matrix, its feature maps. Matplotlib loads when one is drawn."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from maskeraid_faces.images import Floats, Image
from maskeraid_faces.png import encode_png
from maskeraid_faces.selection.map_sheet import draw_maps

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEARNED, VALIDATED = "#0072B2", "#D55E00"  # colour-blind readers tell them apart
MOST_NAMED = 40  # models on the axes of the confusion matrix
MOST_COUNTS = 20  # models up to which every cell has its number


class Point(Protocol):
    """An epoch of the curves, as the library gives it."""

    @property
    def epoch(self) -> int: ...
    @property
    def loss(self) -> float: ...
    @property
    def accuracy(self) -> float: ...
    @property
    def validation_loss(self) -> float: ...
    @property
    def validation_accuracy(self) -> float: ...


def draw_selector_curves(curves: Sequence[Point]) -> bytes:
    """Accuracy and loss, of training and validation, over the epochs, as PNG. Source: Desentz 2021, Fig. 19."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(9, 4.2), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    epochs = [point.epoch for point in curves]
    for axes, what in zip(figure.subplots(1, 2), ("accuracy", "loss"), strict=True):
        for name, colour, label in ((what, LEARNED, "training"), (f"validation_{what}", VALIDATED, "validation")):
            values = [getattr(point, name) for point in curves]
            axes.plot(epochs, values, color=colour, marker="o", markersize=4, label=label)
        axes.set_title(what, loc="left", fontweight="bold")
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_ylim(*((-0.02, 1.02) if what == "accuracy" else (0, None)))
        axes.grid(color="#DDDDDD", linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
    return _png(figure)


def draw_confusion(confusion: Sequence[Sequence[int]], names: Sequence[str]) -> bytes:
    """How often each model's faces were taken for each model's, as PNG. Source: Desentz 2021, Fig. 20."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    counts = np.array(confusion)
    side = 3.5 + min(6.0, 0.5 * len(names))
    figure = Figure(figsize=(side + 1.5, side), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.imshow(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
    places = np.arange(len(names))[:MOST_NAMED]
    short = [name[:30] for name in names[:MOST_NAMED]]
    axes.set_xticks(places, short, rotation=40, ha="right", parse_math=False)
    axes.set_yticks(places, short, parse_math=False)
    axes.set_xlabel("chosen")
    axes.set_ylabel("true")
    if len(names) <= MOST_COUNTS:
        for row, column in np.ndindex(*counts.shape):
            is_dark = counts[row, column] > counts[row].sum() / 2
            colour = "white" if is_dark else "black"
            axes.text(column, row, str(counts[row, column]), ha="center", va="center", color=colour)
    return _png(figure)


def draw_features(face: Image, maps: Floats) -> bytes:
    """A face beside what a convolution finds in it, as PNG. Source: Desentz 2021, Fig. 21 and 22."""
    return encode_png(draw_maps(face, maps))


def _png(figure: "Figure") -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()

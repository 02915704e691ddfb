"""Charts of evaluations as PNG. Matplotlib loads when one is drawn."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from maskeraid_faces.metrics.copying import NEAR, Copying

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SAMPLES, HELD_OUT, LIMIT = "#0072B2", "#009E73", "#D55E00"  # colour-blind readers tell them apart
BINS = 40
MOST_NEARNESS = 2.0  # that is drawn; what is farther stands there
MOST_ROWS = 60

Row = tuple[str, float, float, float]  # label, value, lower and upper end


def draw_distances(measured: Copying) -> bytes:
    """How near samples, and faces that were not learned from, come to single training faces."""
    figure, axes = _axes("How near the faces come to one that was learned from", 5.0)
    edges = np.linspace(0, MOST_NEARNESS, BINS + 1)
    for nearness, colour, label in (
        (measured.nearness_of_unseen, HELD_OUT, "faces that it has not seen, made as smooth as its own"),
        (measured.nearness, SAMPLES, "samples"),
    ):
        weights, shown = np.full(len(nearness), 1 / len(nearness)), np.clip(nearness, 0, MOST_NEARNESS)
        axes.hist(shown, edges.tolist(), weights=weights, color=colour, alpha=0.6, label=label)
    axes.axvline(NEAR, color=LIMIT, linewidth=1.4, label="nearer is a near copy")
    axes.set_xlabel("distance to the nearest training face, over that face's distance to its third nearest")
    axes.set_ylabel("share of faces")
    axes.legend(frameon=False)
    return _png(figure)


def draw_bars(title: str, rows: Sequence[Row]) -> bytes:
    """A bar a row, with its interval; of very many the first."""
    shown = rows[:MOST_ROWS]
    figure, axes = _axes(title, 1.2 + 0.3 * len(shown))
    places = np.arange(len(shown))
    values, lows, highs = (np.array([row[index] for row in shown]) for index in (1, 2, 3))
    errors = np.maximum(np.stack([values - lows, highs - values]), 0)
    axes.barh(places, values, color=SAMPLES, height=0.6, xerr=errors, ecolor=LIMIT, capsize=2)
    axes.set_yticks(places, [row[0][:60] for row in shown], parse_math=False)
    axes.invert_yaxis()
    axes.set_xlim(min(0.0, float(lows.min())), max(1.02, float(highs.max())))
    return _png(figure)


def _axes(title: str, height: float) -> "tuple[Figure, Axes]":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, height), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set_title(title, loc="left", fontweight="bold")
    axes.grid(color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _png(figure: "Figure") -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()

"""Pictures of a training: sheets of drawn faces, and its six curves. Matplotlib loads when curves are drawn."""

import io
import math
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image as PillowImage
from PIL.PngImagePlugin import PngInfo

from maskeraid_faces.images import Images

TILE = 128  # least side of a face on a sheet, in pixels
GAP = 4
PAPER = 255
IDEAL_ACCURACY = 0.9  # Desentz 2021, sections 2.4 and 5.4: neither near 100 % nor a guess
IDEAL_BAND = 0.05
LINES = {  # curve: legend, colour; of a palette that colour-blind readers tell apart
    "d_real": ("discriminator on real faces", "#0072B2"),
    "d_fake": ("discriminator on generated faces", "#D55E00"),
    "g": ("generator", "#009E73"),
}
CURVES = tuple(f"{measure}_{curve}" for measure in ("acc", "loss") for curve in LINES)
MOST_POINTS = 2_000

History = Sequence[Mapping[str, float]]


def draw_sheet(images: Images, *, text: str | None = None) -> bytes:
    """A square sheet of faces uint8 (n, side, side, 3) as PNG; small ones are enlarged by whole pixels.

    `text` goes into the file as its description.
    """
    columns = math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    scale = max(1, TILE // images.shape[1])
    side = images.shape[1] * scale
    sheet = np.full((GAP + rows * (side + GAP), GAP + columns * (side + GAP), 3), PAPER, np.uint8)
    for index, image in enumerate(images.repeat(scale, axis=1).repeat(scale, axis=2)):
        top, left = (GAP + place * (side + GAP) for place in divmod(index, columns))
        sheet[top : top + side, left : left + side] = image
    return _to_png(PillowImage.fromarray(sheet), text)


def curves_data(history: History) -> dict[str, object]:
    """What the pictures of the curves show, as plain JSON values: every point, and the ideal band of the accuracies."""
    return {
        "ideal_accuracy": [IDEAL_ACCURACY - IDEAL_BAND, IDEAL_ACCURACY + IDEAL_BAND],
        "steps": [point["step"] for point in history],
        "seconds": [point["seconds"] for point in history],
        "curves": {name: [round(point[name], 6) for point in history] for name in CURVES},
    }


def draw_curves(history: History, measure: str, title: str) -> bytes:
    """The three curves of `acc` or `loss` over the steps as PNG (Desentz 2021, figures 10, 11, 13, 14, 16, 17)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5), dpi=120, layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, loc="left", fontweight="bold")
    points = history[:: len(history) // MOST_POINTS + 1]
    steps = [point["step"] for point in points]
    if measure == "acc":
        axes.axhspan(
            IDEAL_ACCURACY - IDEAL_BAND, IDEAL_ACCURACY + IDEAL_BAND, color="#FFF1C2", label="ideal, about 0.9"
        )
        axes.set_ylim(-0.02, 1.02)
    for curve, (label, colour) in LINES.items():
        values = [point[f"{measure}_{curve}"] for point in points]
        axes.plot(steps, values, color=colour, linewidth=1.4, label=label, marker="." if len(points) == 1 else None)
    axes.set_xlabel("step")
    axes.set_ylabel("accuracy" if measure == "acc" else "loss")
    axes.margins(x=0.01)
    axes.grid(color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=4, frameon=False)
    buffer = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _to_png(picture: PillowImage.Image, text: str | None) -> bytes:
    buffer, words = io.BytesIO(), PngInfo()
    if text:
        words.add_text("Description", text)
    picture.save(buffer, "png", pnginfo=words)
    return buffer.getvalue()

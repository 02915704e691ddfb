"""Pictures of a training: sheets of drawn faces, and its six curves. Matplotlib loads when curves are drawn."""

import io
import math
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from maskeraid_core import VERSION
from maskeraid_core.documents.reimagings import STATEMENT
from maskeraid_core.marks import XMP_IN_PNG, SourceType, xmp_packet
from maskeraid_faces.images import Images

TILE = 128  # least side of a face on a sheet, in pixels
GAP = 4
PAPER, INK = 255, (40, 40, 40)
FONT_SIZE, LINE_HEIGHT = 13, 18  # of the strip below the faces
IDEAL_ACCURACY = 0.9  # Desentz 2021, sections 2.4 and 5.4: neither near 100 % nor a guess
IDEAL_BAND = 0.05
COLOURS = {"d_real": "#0072B2", "d_fake": "#D55E00", "g": "#009E73"}  # colour-blind readers tell them apart
LEGENDS = {
    "acc": {
        "d_real": "discriminator: share of real faces that it takes for real",
        "d_fake": "discriminator: share of generated faces that it sees through",
        "g": "generator: share of its faces that pass for real",
    },
    "loss": {
        "d_real": "discriminator on real faces",
        "d_fake": "discriminator on generated faces",
        "g": "generator",
    },
}
CURVES = tuple(f"{measure}_{curve}" for measure in ("acc", "loss") for curve in COLOURS)
MOST_POINTS = 2_000
FEW_POINTS = 30  # are marked one by one

History = Sequence[Mapping[str, float]]


def draw_sheet(images: Images, *, caption: Sequence[str] = (), source: SourceType = SourceType.GENERATED) -> bytes:
    """A square sheet of faces uint8 (n, side, side, 3) as PNG; small ones are enlarged by whole pixels.

    The lines of `caption` go onto a strip below the faces, the statement and the `source` into the file. No id does:
    the same faces give the same sheet, whichever training shows them.
    """
    columns = math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    scale = max(1, TILE // images.shape[1])
    side = images.shape[1] * scale
    sheet = np.full((GAP + rows * (side + GAP), GAP + columns * (side + GAP), 3), PAPER, np.uint8)
    for index, image in enumerate(images.repeat(scale, axis=1).repeat(scale, axis=2)):
        top, left = (GAP + place * (side + GAP) for place in divmod(index, columns))
        sheet[top : top + side, left : left + side] = image
    if caption:
        sheet = np.concatenate([sheet, _strip(sheet.shape[1], caption)])
    buffer, said = io.BytesIO(), PngInfo()
    said.add_itxt(XMP_IN_PNG, xmp_packet(VERSION, source))
    PillowImage.fromarray(sheet).save(buffer, "png", pnginfo=said)
    return buffer.getvalue()


def caption_of(step: int, what: str = "faces that the model draws") -> tuple[str, str]:
    return f"Step {step:,}: {what}", STATEMENT


def _strip(width: int, lines: Sequence[str]) -> Images:
    """Lines of text on paper uint8 (height, width, 3), broken where they would not fit."""
    font = ImageFont.load_default(FONT_SIZE)
    rows: list[str] = []
    for line in lines:
        rows.append("")
        for word in line.split():
            longer = f"{rows[-1]} {word}".strip()
            if rows[-1] and font.getlength(longer) > width - 2 * GAP:
                rows.append(word)
            else:
                rows[-1] = longer
    paper = PillowImage.new("RGB", (width, GAP + len(rows) * LINE_HEIGHT), (PAPER,) * 3)
    pen = ImageDraw.Draw(paper)
    for place, row in enumerate(rows):
        pen.text((GAP, place * LINE_HEIGHT), row, INK, font)
    return np.asarray(paper)


def curves_data(history: History) -> dict[str, object]:
    """What the pictures of the curves show, as plain JSON values: every point, and the ideal band of the accuracies."""
    return {
        "ideal_accuracy": [IDEAL_ACCURACY - IDEAL_BAND, IDEAL_ACCURACY + IDEAL_BAND],
        "steps": [point["step"] for point in history],
        "seconds": [point["seconds"] for point in history],
        "curves": {name: [round(point[name], 6) for point in history] for name in CURVES},
    }


def draw_curves(history: History, measure: str, title: str) -> bytes:
    """The three curves of `acc` or `loss` over the steps as PNG (Desentz 2021, figures 10, 11, 13, 14, 16, 17).

    The legend tells the last values too. A `title` is somebody's words.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(9, 6.2), dpi=120, layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, loc="left", fontweight="bold", parse_math=False)
    points = history[:: len(history) // MOST_POINTS + 1]
    steps = [point["step"] for point in points]
    if measure == "acc":
        axes.axhspan(
            IDEAL_ACCURACY - IDEAL_BAND, IDEAL_ACCURACY + IDEAL_BAND, color="#FFF1C2", label="ideal, about 0.9"
        )
        axes.set_ylim(-0.02, 1.02)
    for curve, label in LEGENDS[measure].items():
        values = [point[f"{measure}_{curve}"] for point in points]
        if history:
            label += f" (last {history[-1][f'{measure}_{curve}']:.3g})"
        marker = "o" if len(points) <= FEW_POINTS else None
        axes.plot(steps, values, color=COLOURS[curve], linewidth=1.4, label=label, marker=marker, markersize=5)
    axes.set_xlabel("step")
    axes.set_ylabel("accuracy" if measure == "acc" else "loss")
    axes.set_xlim(0, 1.02 * max(steps, default=1))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if measure == "loss":
        axes.set_ylim(bottom=0)
    axes.grid(color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.11), frameon=False)
    buffer = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(buffer, format="png")
    return buffer.getvalue()

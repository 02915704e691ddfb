"""Lays out one picture of the whole result: the steps above, the candidates below, what they are at the foot."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from maskeraid_faces.images import Image
from maskeraid_inference.lettering import PAPER, line_of_text

COLUMNS = 8
TILE = 128  # pixels, of a picture
GAP = 16
CAPTION_HEIGHT, LEGEND_HEIGHT, STATEMENT_HEIGHT = 22, 24, 34
FONT_SIZE, STATEMENT_SIZE = 13, 15
LARGEST_SIDE_IN_BLOCKS = 48  # smaller faces are drawn pixel by pixel: each pixel is to be seen


@dataclass(frozen=True)
class Panel:
    """A picture, uint8 (H, W, 3), and a word below it."""

    picture: Image
    caption: str


def draw_contact_sheet(steps: Sequence[Panel], candidates: Sequence[Panel], legend: str, statement: str) -> Image:
    """Draw the sheet, uint8 (H, W, 3): a row of steps, rows of eight candidates, what they mean, the statement."""
    rows = [steps, *(candidates[start : start + COLUMNS] for start in range(0, len(candidates), COLUMNS))]
    pitch = TILE + CAPTION_HEIGHT + GAP
    width = GAP + max(len(row) for row in rows) * (TILE + GAP)
    pixels = np.full((GAP + len(rows) * pitch + LEGEND_HEIGHT + STATEMENT_HEIGHT, width, 3), PAPER, np.uint8)
    places = [
        (panel, GAP + row * pitch, GAP + column * (TILE + GAP))
        for row, panels in enumerate(rows)
        for column, panel in enumerate(panels)
    ]
    for panel, top, left in places:
        pixels[top : top + TILE, left : left + TILE] = _tile(panel.picture)
    for panel, top, left in places:
        _write(pixels, panel.caption, FONT_SIZE, top + TILE + 4, left)
    foot = len(pixels) - STATEMENT_HEIGHT
    _write(pixels, legend, FONT_SIZE, foot - LEGEND_HEIGHT, GAP)
    _write(pixels, statement, STATEMENT_SIZE, foot + 4, GAP)
    return pixels


def _write(paper: Image, text: str, size: int, top: int, left: int) -> None:
    """Write on blank paper; what does not fit is cut off."""
    place = paper[top:, left:]
    written = line_of_text(text, size)[: place.shape[0], : place.shape[1]]
    place[: written.shape[0], : written.shape[1]] = written


def _tile(picture: Image) -> Image:
    side = picture.shape[0]
    if side > TILE:
        interpolation = cv2.INTER_AREA
    else:
        interpolation = cv2.INTER_NEAREST if side <= LARGEST_SIDE_IN_BLOCKS else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (TILE, TILE), interpolation=interpolation), np.uint8)

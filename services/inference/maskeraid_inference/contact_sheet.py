"""Lays out one picture of the whole result: the steps above, the candidates below, what they are at the foot."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from maskeraid_faces.images import Image

COLUMNS = 8
TILE = 128  # pixels, of a picture
GAP = 16
CAPTION_HEIGHT, LEGEND_HEIGHT, STATEMENT_HEIGHT = 22, 24, 34
FONT_SIZE, STATEMENT_SIZE = 13, 15
LARGEST_SIDE_IN_BLOCKS = 48  # smaller faces are drawn pixel by pixel: each pixel is to be seen
PAPER, INK = 255, (40, 40, 40)

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


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
    sheet = Pictures.fromarray(pixels)
    pen = ImageDraw.Draw(sheet)
    for panel, top, left in places:
        pen.text((left, top + TILE + 4), panel.caption, INK, _font(FONT_SIZE))
    pen.text((GAP, sheet.height - STATEMENT_HEIGHT - LEGEND_HEIGHT), legend, INK, _font(FONT_SIZE))
    pen.text((GAP, sheet.height - STATEMENT_HEIGHT + 4), statement, INK, _font(STATEMENT_SIZE))
    return np.asarray(sheet)


def _tile(picture: Image) -> Image:
    side = picture.shape[0]
    if side > TILE:
        interpolation = cv2.INTER_AREA
    else:
        interpolation = cv2.INTER_NEAREST if side <= LARGEST_SIDE_IN_BLOCKS else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (TILE, TILE), interpolation=interpolation), np.uint8)


@lru_cache
def _font(size: int) -> Font:
    return ImageFont.load_default(size)

"""Lines of text as pixels: dark on white paper."""

import math
from functools import lru_cache

import numpy as np
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from maskeraid_faces.images import Image

PAPER, INK = 255, (40, 40, 40)

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=1024)
def line_of_text(text: str, size: int) -> Image:
    """One line, uint8 (h, w, 3), kept: the same few captions were a sixth of a small face's re-imaging."""
    font = _font(size)
    _, _, right, bottom = font.getbbox(text)
    line = Pictures.new("RGB", (math.ceil(right), math.ceil(bottom)), (PAPER, PAPER, PAPER))
    ImageDraw.Draw(line).text((0, 0), text, INK, font)
    return np.asarray(line)


@lru_cache
def _font(size: int) -> Font:
    return ImageFont.load_default(size)

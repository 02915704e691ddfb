"""The picture that may go out alone: the best candidate with the statement written below it, not into it."""

import re
from functools import lru_cache

import numpy as np

from maskeraid_faces.images import Image
from maskeraid_inference.lettering import PAPER, line_of_text

SMALLEST_TEXT = 13  # pixels, of the font
SIDE_BY_TEXT = 40  # a large photograph is looked at from further away: its letters grow with it
_SENTENCES = re.compile(r"(?<=\.) ")


def label(picture: Image, statement: str) -> Image:
    """Lay a picture, uint8 (h, w, 3), into the upper left corner of paper that has room for the statement below it.

    No pixel of it changes, and it lies at the same place whatever its size: cut to its own size it is itself again.
    """
    height, width = picture.shape[:2]
    strip = _strip(statement, width)
    labelled = np.full((height + len(strip), strip.shape[1], 3), PAPER, np.uint8)
    labelled[:height, :width] = picture
    labelled[height:] = strip
    return labelled


@lru_cache(maxsize=64)
def _strip(statement: str, width: int) -> Image:
    """The statement on paper, at least so wide: on one line where there is room, else a line a sentence."""
    size = max(SMALLEST_TEXT, width // SIDE_BY_TEXT)
    margin = size // 2
    lines = [line_of_text(statement, size)]
    if lines[0].shape[1] + 2 * margin > width:
        lines = [line_of_text(sentence, size) for sentence in _SENTENCES.split(statement)]
    pitch = size + margin
    wide = max(width, *(line.shape[1] + 2 * margin for line in lines))
    strip = np.full((2 * margin + len(lines) * pitch, wide, 3), PAPER, np.uint8)
    for number, line in enumerate(lines):
        top = margin + number * pitch
        strip[top : top + len(line), margin : margin + line.shape[1]] = line
    return strip

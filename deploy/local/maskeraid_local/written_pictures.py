"""Which pictures a re-imaging must have left in a folder, and whether they are there and whole."""

from pathlib import Path

from PIL import Image

STEPS = ("generated", "smoothed", "clipped", "final")
OF_CANDIDATES = ("generated", "smoothed", "final")


def missing_pictures(folder: Path, candidates: int) -> list[str]:
    """Names of the pictures that are not in `folder`, or that cannot be read to their end."""
    wanted = ["contact-sheet.png", *(f"{step}.png" for step in STEPS)]
    wanted += [f"{index}-{step}.png" for index in range(candidates) for step in OF_CANDIDATES]
    return [name for name in wanted if not is_readable(folder / name)]


def is_readable(file: Path) -> bool:
    """Whether a file is a whole picture: it is decoded to its last pixel."""
    try:
        with Image.open(file) as picture:
            picture.load()
    except (OSError, SyntaxError):  # Pillow's word for a broken PNG is SyntaxError
        return False
    return True

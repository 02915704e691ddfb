"""Puts the screenshots of the browser tests into the docs: `make screens`."""

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
QUALITY = 80  # of WebP: letters stay sharp at a tenth of PNG's bytes


def main() -> None:
    """Write `docs/screens/<screen>-<scheme>-<width>.webp` of each picture that test_screens.py has taken."""
    folder = ROOT / "docs/screens"
    folder.mkdir(exist_ok=True)
    for picture in sorted((ROOT / "build/screens").glob("*.png")):
        with Image.open(picture) as opened:
            opened.convert("RGB").save(folder / f"{picture.stem}.webp", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()

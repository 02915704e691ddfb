"""Archives as somebody brings them: pictures, and a table beside them."""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from maskeraid_faces.images import Image as Pixels


def zip_pictures(path: Path, pictures: Iterable[tuple[Pixels, str]], column: str) -> Path:
    """Each with its value in the one column of `manifest.csv`."""
    rows = [f"file,{column}"]
    with zipfile.ZipFile(path, "w") as archive:
        for number, (pixels, value) in enumerate(pictures, 1):
            picture = io.BytesIO()
            Image.fromarray(pixels).save(picture, "PNG")
            archive.writestr(f"{number}.png", picture.getvalue())
            rows.append(f"{number}.png,{value}")
        archive.writestr("manifest.csv", "\n".join(rows) + "\n")
    return path

"""What goes to the service: the bytes of a file, and a picture as it stands in JSON."""

import base64
from pathlib import Path

from maskeraid.errors import NotUsable

Source = str | Path | bytes  # a file, by its path, or its bytes
NAMELESS = "file"  # what the service calls bytes


def bytes_of(source: Source) -> bytes:
    """A file's bytes, or those at hand."""
    return source if isinstance(source, bytes) else Path(source).read_bytes()


def name_of(source: Source) -> str:
    """What the service calls a file, and bytes without a name."""
    return NAMELESS if isinstance(source, bytes) else Path(source).name


def picture_of(source: Source) -> bytes:
    """The bytes of a picture. Raises: NotUsable for a file that is none; of bytes at hand the service says it."""
    data = bytes_of(source)
    is_picture = data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or data[:4] + data[8:12] == b"RIFFWEBP"
    if not (is_picture or isinstance(source, bytes)):
        raise NotUsable(f"{source} is not a PNG, JPEG, or WebP: save it as one of them, or name another file")
    return data


def data_url(source: Source) -> str:
    """A PNG, JPEG, or WebP as it stands in JSON. Raises: NotUsable."""
    data = picture_of(source)
    kind = "jpeg" if data.startswith(b"\xff\xd8") else "webp" if data[8:12] == b"WEBP" else "png"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"

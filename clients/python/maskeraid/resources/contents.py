"""What goes to the service: the bytes of a file, and a picture as it stands in JSON."""

import base64
from pathlib import Path

Source = str | Path | bytes  # a file, by its path, or its bytes


def bytes_of(source: Source) -> bytes:
    """A file's bytes, or those at hand."""
    return source if isinstance(source, bytes) else Path(source).read_bytes()


def data_url(source: Source) -> str:
    """A PNG, JPEG, or WebP as it stands in JSON."""
    data = bytes_of(source)
    kind = "jpeg" if data.startswith(b"\xff\xd8") else "webp" if data[8:12] == b"WEBP" else "png"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"

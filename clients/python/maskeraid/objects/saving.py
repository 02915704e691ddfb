"""Files of the service, written where the caller wants them."""

from pathlib import Path


def write(path: Path, content: bytes) -> Path:
    """Write a file into its folder, which is made if there is none; where it lies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path

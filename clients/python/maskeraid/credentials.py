"""Where `maskeraid login` keeps the service's address and the key: one file that only its owner may read."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from maskeraid.errors import MaskeraidClientError

DEFAULT_URL = "http://127.0.0.1:8000"


class UnreadableCredentials(MaskeraidClientError):
    """The file with the key is damaged."""


@dataclass(frozen=True)
class Credentials:
    url: str = DEFAULT_URL
    key: str | None = None


def credentials_file() -> Path:
    folder = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(folder) / "maskeraid" / "credentials.json"


def read_credentials() -> Credentials:
    """Those of the environment, else of the file, else none.

    Raises UnreadableCredentials when the file is not what `write_credentials` wrote.
    """
    stored = _stored()
    return Credentials(
        url=os.environ.get("MASKERAID_URL") or stored.url, key=os.environ.get("MASKERAID_KEY") or stored.key
    )


def write_credentials(credentials: Credentials) -> Path:
    """Keep them; the file is made anew, so that an older one's permissions do not count."""
    file = credentials_file()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        json.dump(asdict(credentials), stream)
    return file


def forget_credentials() -> Path | None:
    """Delete the file; where it was, None if there was none."""
    file = credentials_file()
    if not file.exists():
        return None
    file.unlink()
    return file


def _stored() -> Credentials:
    file = credentials_file()
    if not file.exists():
        return Credentials()
    try:
        return Credentials(**json.loads(file.read_text()))
    except (ValueError, TypeError) as error:
        raise UnreadableCredentials(f"{file} is damaged ({error}); delete it and run `maskeraid login`") from error

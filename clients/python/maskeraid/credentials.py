"""Where the command line keeps the service's address and the key: one file that only its owner may read."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from maskeraid.client import DEFAULT_URL


@dataclass(frozen=True)
class Credentials:
    url: str = DEFAULT_URL
    key: str | None = None


def credentials_file() -> Path:
    folder = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(folder) / "maskeraid" / "credentials.json"


def read_credentials() -> Credentials:
    """Those of the environment, else of the file, else none."""
    file = credentials_file()
    stored = json.loads(file.read_text()) if file.exists() else {}
    return Credentials(
        url=os.environ.get("MASKERAID_URL") or stored.get("url") or DEFAULT_URL,
        key=os.environ.get("MASKERAID_KEY") or stored.get("key"),
    )


def write_credentials(credentials: Credentials) -> Path:
    file = credentials_file()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as stream:
        json.dump(asdict(credentials), stream)
    return file

"""Writes `.env.example` from the settings' classes: `python -m tests.environment > .env.example`."""

import importlib
import sys
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from maskeraid_core.settings import CoreSettings

ROOT = Path(__file__).parents[1]
HEAD = """\
# Every setting, with its default and what it means. Copy to .env and uncomment what should differ.
# `make up` and `make demo` need none of it: they choose their own stores.

# Password of Redis; docker compose has no default for it.
REDIS_PASSWORD=
"""


def settings_classes() -> list[type[CoreSettings]]:
    """CoreSettings and those of each service that has its own, and of the stack."""
    files = [*ROOT.glob("services/*/maskeraid_*/settings.py"), *ROOT.glob("deploy/*/maskeraid_*/settings.py")]
    modules = sorted(path.parent.name for path in files)
    for module in modules:
        importlib.import_module(f"{module}.settings")
    return [CoreSettings, *sorted(CoreSettings.__subclasses__(), key=lambda kind: kind.__module__)]


def render_environment() -> str:
    """The text of `.env.example`."""
    return HEAD + "".join(_section(kind) for kind in settings_classes() if kind.__module__.startswith("maskeraid_"))


def _section(kind: type[CoreSettings]) -> str:
    own = [name for name in kind.model_fields if kind is CoreSettings or name not in CoreSettings.model_fields]
    title = "all processes" if kind is CoreSettings else kind.__module__.split(".")[0].removeprefix("maskeraid_")
    entries = "".join(_entry(name, kind.model_fields[name]) for name in own)
    return f"\n# ---- {title}\n{entries}"


def _entry(name: str, field: FieldInfo) -> str:
    return f"\n# {field.description}\n#MASKERAID_{name.upper()}={_text(field.get_default(call_default_factory=True))}\n"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, list | tuple | set | frozenset):
        return ",".join(sorted(str(item) for item in value))
    return str(value)


if __name__ == "__main__":
    sys.stdout.write(render_environment())

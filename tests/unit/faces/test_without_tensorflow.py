"""What needs no networks must load without TensorFlow: the API's and the curator's processes import it."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ALONE = (
    "drawn",
    "drawing",
    "coverings",
    "blending",
    "metrics",
    "evaluation",
    "sanitising",
    "measures",
    "alignment",
    "face_detector",
    "images",
    "errors",
    "face_model",
    "selection",
    "filling",
    "networks.sloped",
)

PROGRAM = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted({"tensorflow", "keras"} & set(sys.modules))))
"""


def modules_of(part: str) -> list[str]:
    """The full names of a module, or of a package and all its modules."""
    spec = find_spec(f"maskeraid_faces.{part}")
    assert spec is not None
    inner = [Path(folder) for folder in spec.submodule_search_locations or ()]
    return [spec.name, *(f"{spec.name}.{file.stem}" for folder in inner for file in folder.glob("[!_]*.py"))]


def test_drawing_covering_blending_measuring_and_sanitising_load_no_tensorflow() -> None:
    modules = [name for part in ALONE for name in modules_of(part)]
    assert len(modules) > 25  # a floor, so that this cannot pass by finding nothing
    answer = subprocess.run([sys.executable, "-c", PROGRAM, *modules], capture_output=True, check=True, text=True)
    assert json.loads(answer.stdout) == []

"""Rules that hold for code not yet written: imports, routes, settings, versions, what must not be tracked."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from tests.environment import render_environment, settings_classes

ROOT = Path(__file__).parents[2]
PROJECTS = sorted(path for path in ROOT.glob("*/*/pyproject.toml") if path.parts[-3] != "tests")

# Below these are known holes and faults: starlette CVE-2024-47874 and four more, python-multipart CVE-2024-53981 and
# three more, Pillow CVE-2026-25990 and more, keras CVE-2025-1550 and more, Celery credentials in logs.
VERSION_FLOORS = {
    "starlette": "1.3.1",
    "python-multipart": "0.0.31",
    "pillow": "12.3",
    "keras": "3.15",
    "celery": "5.7",
    "kombu": "5.7",
    "redis": "7",
}


class TestImports:
    def test_contracts_hold(self) -> None:
        outcome = subprocess.run(
            [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
        )
        assert outcome.returncode == 0, outcome.stdout
        assert "Contracts: 4 kept, 0 broken." in outcome.stdout

    def test_contracts_look_at_every_package(self) -> None:
        contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
        packages = {path.parent.name for project in PROJECTS for path in project.parent.glob("maskeraid*/__init__.py")}
        assert set(contracts["root_packages"]) == packages


class TestRoutes:
    def test_none_is_asynchronous_for_nothing(self) -> None:
        routes = list(_asynchronous_functions(ROOT / "services/api/maskeraid_api/routes"))
        idle = [where for where, function in routes if not _awaits(function)]
        assert idle == [], "without an await it blocks the loop while it runs: make it a plain def"
        assert len(routes) >= 10, "the rule has found nothing to look at"


class TestDatabase:
    """Embedded, find-and-modify and expression filters scan a whole collection; queries live in repositories."""

    def test_core_neither_finds_and_modifies_nor_filters_by_expressions(self) -> None:
        forbidden = [
            f"{path.name}:{node.lineno}"
            for path, node in _nodes(ROOT / "shared/core")
            if (isinstance(node, ast.Attribute) and node.attr.startswith("find_one_and_"))
            or (isinstance(node, ast.Constant) and node.value == "$expr")
        ]
        assert forbidden == []

    def test_only_repositories_open_collections(self) -> None:
        opened = {
            path.relative_to(ROOT).as_posix()
            for folder in ("shared", "services", "deploy")
            for path, node in _nodes(ROOT / folder)
            if _opens_collection(node)
        }
        repositories = {path for path in opened if path.startswith("shared/core/maskeraid_core/repositories/")}
        assert opened - repositories == {"shared/core/maskeraid_core/mongo.py"}, "mongo.py makes the indexes"
        assert len(repositories) >= 5, "the rule has found nothing to look at"


class TestSettings:
    def test_example_names_every_one(self) -> None:
        hint = "python -m tests.environment > .env.example"
        assert (ROOT / ".env.example").read_text() == render_environment(), hint

    def test_each_says_what_it_means(self) -> None:
        fields = {
            (kind.__name__, name): field for kind in settings_classes() for name, field in kind.model_fields.items()
        }
        assert [name for name, field in fields.items() if not field.description] == []
        assert len(fields) > 20


class TestVersions:
    @pytest.mark.parametrize(("package", "floor"), VERSION_FLOORS.items())
    def test_installed_one_is_not_below_its_floor(self, package: str, floor: str) -> None:
        assert Version(importlib.metadata.version(package)) >= Version(floor)

    @pytest.mark.parametrize(("package", "floor"), VERSION_FLOORS.items())
    def test_pinned_one_is_not_below_its_floor(self, package: str, floor: str) -> None:
        rows = [row for row in (ROOT / "constraints.txt").read_text().splitlines() if row and not row.startswith("#")]
        pinned = {Requirement(row).name.lower().replace("_", "-"): Requirement(row) for row in rows}
        (version,) = pinned[package].specifier
        assert version.operator == "=="
        assert Version(version.version) >= Version(floor)

    @pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.parent.name)
    def test_no_project_admits_one_below_its_floor(self, project: Path) -> None:
        described = tomllib.loads(project.read_text())["project"]
        wanted = [*described["dependencies"], *chain(*described.get("optional-dependencies", {}).values())]
        for requirement in map(Requirement, wanted):
            if floor := VERSION_FLOORS.get(requirement.name.lower()):
                lowest = [Version(one.version) for one in requirement.specifier if one.operator in {">=", "==", "~="}]
                assert lowest, f"{requirement} has no lower bound"
                assert max(lowest) >= Version(floor), requirement


class TestTrackedFiles:
    @pytest.mark.skipif(not (ROOT / ".git").exists(), reason="only a checkout knows what is tracked")
    def test_name_no_path_of_a_machine_and_no_package_index(self) -> None:
        forbidden = re.compile(
            r"(^|[\s\"'(=])/(work|farm|Users|home/\w+)/|index[-_]url|\"resolved\": \"http|pythonhosted", re.M
        )
        tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        paths = [ROOT / name for name in tracked.split("\0") if name and (ROOT / name).is_file()]
        texts = {path: path.read_bytes().decode("utf-8", errors="ignore") for path in paths if path != Path(__file__)}
        assert [str(path.relative_to(ROOT)) for path, text in texts.items() if forbidden.search(text)] == []
        assert len(texts) > 50


def _nodes(folder: Path) -> Iterator[tuple[Path, ast.expr]]:
    for path in folder.rglob("*.py"):
        if "node_modules" not in path.parts:
            yield from ((path, node) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.expr))


def _opens_collection(node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.value).endswith("database")
    return isinstance(node, ast.Attribute) and node.attr == "get_collection"


def _asynchronous_functions(folder: Path) -> Iterator[tuple[str, ast.AsyncFunctionDef]]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.AsyncFunctionDef):
                yield f"{path.name}: {node.name}", node


def _awaits(function: ast.AsyncFunctionDef) -> bool:
    waiting = (ast.Await, ast.AsyncFor, ast.AsyncWith)
    return any(isinstance(node, waiting) or getattr(node, "is_async", 0) for node in ast.walk(function))

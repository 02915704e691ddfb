"""The images and the compose file, as far as they can be judged without a Docker engine."""

import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
DOCKERFILES = sorted((ROOT / "deploy/docker").glob("*.Dockerfile"))
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml"))
COMPOSE_FILES = [ROOT / "docker-compose.yml", ROOT / "docker-compose.gpu.yml"]
HAS_COMPOSE = (
    bool(shutil.which("docker"))
    and not subprocess.run(["docker", "compose", "version"], capture_output=True).returncode
)


def run_tool(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([Path(sys.executable).with_name(name), *arguments], capture_output=True, text=True, cwd=ROOT)


def compose(path: Path = COMPOSE_FILES[0]) -> dict[str, Any]:
    described: dict[str, Any] = yaml.safe_load(path.read_text())
    return described


def follows_compose_specification(*paths: Path) -> bool:
    """By the official JSON schema, which check-jsonschema carries with it."""
    return run_tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", *paths).returncode == 0


def installed_projects(dockerfile: Path) -> set[str]:
    """What the image installs, as its Dockerfile says it: `./shared/core`, `./shared/faces[${ACCELERATOR}]`, …"""
    return set(re.findall(r"\./[\w/]+(?:\[[^\]]+\])?", dockerfile.read_text()))


def own_projects(service: str) -> set[str]:
    """Folders of the service and of every distribution of ours that it needs, directly or not."""
    folders = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("*/*/pyproject.toml")}
    described = {folder: tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"] for folder in folders}
    folder_of = {project["name"]: folder for folder, project in described.items()}
    needed, waiting = set(), [f"services/{service}"]
    while waiting:
        folder = waiting.pop()
        needed.add(folder)
        names = {Requirement(text).name for text in described[folder]["dependencies"]} & folder_of.keys()
        waiting += [folder_of[name] for name in names if folder_of[name] not in needed]
    return needed


class TestComposeFile:
    def test_follows_the_specification(self) -> None:
        assert follows_compose_specification(*COMPOSE_FILES)

    def test_is_judged_by_a_schema_that_refuses(self, tmp_path: Path) -> None:
        broken = tmp_path / "compose.yml"
        broken.write_text("services: {api: {image: x, healthchek: {test: [NONE]}}}")
        assert not follows_compose_specification(broken)

    @pytest.mark.skipif(not HAS_COMPOSE, reason="this machine has no `docker compose`")
    def test_is_understood_by_docker_compose(self) -> None:
        files = [argument for path in COMPOSE_FILES for argument in ("--file", str(path))]
        command = ["env", "REDIS_PASSWORD=x", "docker", "compose", *files, "config", "--quiet"]
        assert subprocess.run(command, cwd=ROOT).returncode == 0

    def test_runs_every_service_from_its_own_image(self) -> None:
        built = {name: one["build"]["dockerfile"] for name, one in compose()["services"].items() if "build" in one}
        assert built == {name: f"deploy/docker/{name}.Dockerfile" for name in SERVICES}

    def test_adds_graphics_cards_to_services_that_exist(self) -> None:
        cards = compose(COMPOSE_FILES[1])["services"]
        assert set(cards) == {"trainer", "inference"} <= set(compose()["services"])

    @pytest.mark.parametrize("service", [*SERVICES, "mongo", "redis"])
    def test_gives_no_service_more_than_it_needs(self, service: str) -> None:
        described = compose()["services"][service]
        assert described["read_only"] is True
        assert described["cap_drop"] == ["ALL"]
        assert "cap_add" not in described
        assert "no-new-privileges:true" in described["security_opt"]
        assert not described["user"].startswith(("0", "root"))

    def test_lets_only_the_notifier_out(self) -> None:
        networks = compose()["networks"]
        closed = {"com.docker.network.bridge.enable_ip_masquerade": "false"}
        ways_out = {
            name for name, one in networks.items() if not one.get("internal") and one.get("driver_opts") != closed
        }
        services = compose()["services"].items()
        assert {name for name, one in services if ways_out & set(one["networks"])} == {"notifier"}

    def test_gives_the_mail_password_to_the_notifier_alone(self) -> None:
        environments = {
            name: one.get("environment", {}) for name, one in compose()["services"].items() if "build" in one
        }
        assert {name for name, one in environments.items() if one["MASKERAID_SMTP_PASSWORD"]} == {"notifier"}

    def test_keeps_bells_when_memory_is_full_and_after_a_restart(self) -> None:
        command = " ".join(compose()["services"]["redis"]["command"])
        assert "--maxmemory-policy noeviction" in command
        assert "--appendonly yes" in command

    def test_waits_for_healthy_stores(self) -> None:
        assert all("healthcheck" in compose()["services"][store] for store in ("mongo", "redis"))
        for service in SERVICES:
            waits = compose()["services"][service]["depends_on"]
            assert {store: one["condition"] for store, one in waits.items()} == dict.fromkeys(
                ("mongo", "redis"), "service_healthy"
            )


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.stem)
class TestDockerfile:
    def test_passes_the_linter(self, dockerfile: Path) -> None:
        outcome = run_tool("hadolint", dockerfile)
        assert outcome.returncode == 0, outcome.stdout

    def test_installs_what_the_project_needs_and_nothing_else(self, dockerfile: Path) -> None:
        folders = {name.removeprefix("./").partition("[")[0] for name in installed_projects(dockerfile)}
        assert folders == own_projects(dockerfile.stem)

    def test_copies_what_it_installs(self, dockerfile: Path) -> None:
        copied = set(re.findall(r"^COPY ((?:shared|services)/\w+) \1$", dockerfile.read_text(), re.M))
        assert copied == own_projects(dockerfile.stem)

    def test_has_tensorflow_only_where_it_is_used(self, dockerfile: Path) -> None:
        has_tensorflow = any("ACCELERATOR" in name for name in installed_projects(dockerfile))
        assert has_tensorflow == (dockerfile.stem in {"trainer", "inference"})

    def test_does_not_run_as_root_and_says_how_it_is(self, dockerfile: Path) -> None:
        last_stage = dockerfile.read_text().rpartition("\nFROM ")[2]
        assert re.search(r"^USER [1-9]\d+$", last_stage, re.M)
        assert re.search(r"^HEALTHCHECK ", last_stage, re.M)


def test_every_service_has_an_image() -> None:
    assert [path.stem for path in DOCKERFILES] == SERVICES


SMALL = {"notifier"}  # 13 s with the wheels that `make install` left in pip's cache


@pytest.mark.parametrize(
    "service", [name if name in SMALL else pytest.param(name, marks=pytest.mark.slow) for name in SERVICES]
)
def test_image_installs_in_an_empty_environment(service: str, tmp_path: Path) -> None:
    """The Dockerfile's own line, in a fresh environment: pinned, consistent, and the package can be imported."""
    python = tmp_path / "bin/python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path], check=True)
    pinned = ["--quiet", "--constraint", "constraints.txt"]
    subprocess.run([python, "-m", "pip", "install", *pinned, "pip"], cwd=ROOT, check=True)
    projects = [
        name.replace("${ACCELERATOR}", "cpu")
        for name in installed_projects(ROOT / f"deploy/docker/{service}.Dockerfile")
    ]
    subprocess.run(
        [python, "-m", "pip", "install", *pinned, "--build-constraint", "constraints.txt", *projects],
        cwd=ROOT,
        check=True,
    )
    subprocess.run([python, "-m", "pip", "check"], check=True)
    entry_point = "main" if service == "api" else "worker"
    subprocess.run([python, "-c", f"import maskeraid_{service}.{entry_point}"], check=True, cwd=tmp_path)
    (site,) = tmp_path.glob("lib/python*/site-packages")
    installed = {one.name.lower().replace("_", "-") for one in importlib.metadata.distributions(path=[str(site)])}
    rows = (ROOT / "constraints.txt").read_text().lower().replace("_", "-").splitlines()
    assert {name for name in installed if not name.startswith("maskeraid")} <= {row.partition("==")[0] for row in rows}
    assert ("tensorflow-cpu" in installed) == (service in {"trainer", "inference"})

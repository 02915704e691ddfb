"""`maskeraid train`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

import typer

from maskeraid.client import Client
from maskeraid.commands.datasets import find_dataset
from maskeraid.commands.models import find_model, find_version
from maskeraid.commands.option_groups import pairs_of
from maskeraid.commands.training_options import (
    Architecture,
    AreAll,
    Email,
    FurtherVersionOf,
    IsDry,
    IsFollowed,
    MaxSeconds,
    Name,
    Preset,
    Probe,
    Seed,
    Settings,
    StartFrom,
    Steps,
)
from maskeraid.objects import Dataset, Training
from maskeraid.resources.contents import data_url
from maskeraid.terminal import (
    AsJson,
    CommandRefused,
    Where,
    connected,
    console,
    errors,
    follow,
    print_json,
    print_warnings,
    progress_bar,
)

ALL = "all"  # datasets


def train(
    dataset: Annotated[list[str] | None, typer.Argument(help="Datasets, by id or name.")] = None,
    are_all: AreAll = False,
    name: Name = None,
    model: FurtherVersionOf = None,
    architecture: Architecture = "auto",
    preset: Preset = "quick",
    where: Where = None,
    start_from: StartFrom = None,
    probe: Probe = None,
    steps: Steps = None,
    max_seconds: MaxSeconds = None,
    settings: Settings = None,
    seed: Seed = None,
    email: Email = False,
    is_dry: IsDry = False,
    is_followed: IsFollowed = True,
    as_json: AsJson = False,
) -> None:
    """Train a model on datasets."""
    chosen = {"steps": steps, "max_seconds": max_seconds}
    hyperparameters = settings_of(settings) | {key: value for key, value in chosen.items() if value is not None}
    with connected() as client:
        found = sets_of(client, dataset or [], are_all=are_all)
        training = client.trainings.create(
            name or (found[0].name if found else ALL), [item.id for item in found] or [ALL],
            architecture=architecture, preset=preset,
            where=where or (), seed=seed, email=email, hyperparameters=hyperparameters, dry_run=is_dry,
            start_from=beginning_of(client, start_from) if start_from else None,
            probe={"data_url": data_url(probe)} if probe else None,
            model_id=find_model(client, model) if model else None,
        )  # fmt: skip
        if is_followed:
            with progress_bar() as bar:
                training = follow(bar, training, f"train {training.name}")
        else:
            print_warnings(errors, training)
    if as_json:
        print_json(training.to_dict())
    else:
        console.print(outcome_in_words(training))


PLACE = ("model_id", "version")
WORDS = {
    "collapse": "it repeats itself",
    "undertrained": "its faces are varied but far from those that it learned from",
    "copying": "it may show the people it learned from",
    "overfit": "its discriminator was nearly always right",
}


def sets_of(client: Client, named: list[str], *, are_all: bool) -> list[Dataset]:
    """Those that were named; none means all. Raises CommandRefused unless the user has said just one of the two."""
    if named and are_all:
        raise CommandRefused("you named datasets and said `--all`: leave one of them out")
    if not (named or are_all):
        raise CommandRefused("name datasets, or say `--all`")
    return [find_dataset(client, text) for text in named]


def settings_of(chosen: list[str] | None) -> dict[str, int | float | str]:
    """`batch=16` and the like; which names there are is the service's to say."""
    pairs = pairs_of(chosen, "--set", "batch=16").items()
    return {name.replace("-", "_"): _plain(value) for name, value in pairs}


def _plain(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def beginning_of(client: Client, text: str) -> dict[str, Any]:
    """A model's version, or a checkpoint."""
    training_id, _, step = text.partition(":")
    if not training_id.startswith("trn_"):
        return dict(zip(PLACE, find_version(client, text), strict=True))
    if not step.isdecimal():
        raise CommandRefused(f"name the step too, {training_id}:STEP; `maskeraid checkpoints list` shows those kept")
    return {"training_id": training_id, "step": int(step)}


def outcome_in_words(training: Training) -> str:
    """What has come of it so far: a model, an estimate, or how to follow it."""
    if training.model:
        return made_in_words(training)
    if training.estimate:
        return in_words(training.estimate)
    return f"{training.id}: {training.status}; `maskeraid jobs follow {training.id}` shows how it goes on"


def made_in_words(training: Training) -> str:
    """The model that was made, and in the same line what its owner should know of it."""
    made, result = training.model or {}, training.result or {}
    told = [f"{flag['code']} ({WORDS[flag['code']]})" for flag in result.get("flags", ()) if flag["code"] in WORDS]
    if result.get("memorisation") == "healthy":
        told.append("no sign of copying")
    elif result.get("memorisation") == "cannot_tell":
        told.append("whether it copies cannot be told")
    return f"{training.id}: model {made['model_id']} version {made['version']}" + "".join(f"; {one}" for one in told)


def in_words(estimate: Mapping[str, Any]) -> str:
    """What a training would take, for people."""
    time = timedelta(seconds=round(estimate["seconds"]))
    gpu = f", {estimate['gpu_memory_mb']:,} MB of the GPU" if estimate["gpu_memory_mb"] is not None else ""
    return (
        f"about {time} (h:mm:ss) and {estimate['steps']:,} steps on {estimate['device']}; "
        f"{estimate['memory_mb']:,} MB of memory{gpu}, {estimate['disk_mb']:,} MB of disk; "
        f"place {estimate['queue_position']} in the queue"
    )

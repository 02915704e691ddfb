"""`maskeraid train`."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from maskeraid.client import Client
from maskeraid.commands.datasets import find_dataset
from maskeraid.commands.models import find_model, find_version
from maskeraid.commands.option_groups import pairs_of
from maskeraid.objects import Training
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
SETTINGS_HELP = (
    "A hyperparameter; repeatable: batch, learning_rate, final_learning_rate, target_quality (0 to 1, not of "
    "`thesis`), width (of `dcgan` and `r3`), loop and real_label (of `thesis`)."
)


def train(
    dataset: Annotated[list[str] | None, typer.Argument(help="Datasets, by id or name.")] = None,
    are_all: Annotated[
        bool, typer.Option("--all", help="All datasets that you may train on, as they are now.")
    ] = False,
    name: Annotated[str | None, typer.Option(help="Name of the model; else that of the first dataset.")] = None,
    model: Annotated[str | None, typer.Option(help="Make a further version of this model, by id or name.")] = None,
    architecture: Annotated[
        Literal["auto", "eigen", "thesis", "dense", "dcgan", "r3"],
        typer.Option(help="Kind of network; `auto` is `eigen`, or `r3` for large photographs on a GPU."),
    ] = "auto",
    preset: Annotated[
        Literal["quick", "best", "thesis"],
        typer.Option(help="`quick` takes minutes, `best` ten or, of GANs of pixels, an hour, `thesis` hours."),
    ] = "quick",
    where: Where = None,
    start_from: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL[:VERSION]|TRAINING:STEP",
            help="Begin with the networks of this model, by id or name, or of a checkpoint, trn_…:STEP.",
        ),
    ] = None,
    probe: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A partly covered face, filled anew at each checkpoint."),
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="`thesis`: exactly so many; the others: at most.")] = None,
    max_seconds: Annotated[float | None, typer.Option(help="Longest training time.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=SETTINGS_HELP)] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed, the same model.")] = None,
    email: Annotated[bool, typer.Option("--email", help="Send an e-mail when it ends.")] = False,
    is_dry: Annotated[bool, typer.Option("--dry-run", help="Only measure what it would take; makes no model.")] = False,
    is_followed: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow it until it ends.")] = True,
    as_json: AsJson = False,
) -> None:
    """Train a model on datasets."""
    chosen = {"steps": steps, "max_seconds": max_seconds}
    hyperparameters = settings_of(settings) | {key: value for key, value in chosen.items() if value is not None}
    with connected() as client:
        if dataset and are_all:
            raise CommandRefused("you named datasets and said `--all`: leave one of them out")
        if not (dataset or are_all):
            raise CommandRefused("name datasets, or say `--all`")
        found = [find_dataset(client, text) for text in dataset or ()]
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
    elif training.model:
        console.print(made_in_words(training))
    elif training.estimate:
        console.print(in_words(training.estimate))
    else:
        console.print(f"{training.id}: {training.status}; `maskeraid jobs follow {training.id}` shows how it goes on")


PLACE = ("model_id", "version")
WORDS = {
    "collapse": "it repeats itself",
    "undertrained": "its faces are varied but far from those that it learned from",
    "copying": "it may show the people it learned from",
    "overfit": "its discriminator was nearly always right",
}


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

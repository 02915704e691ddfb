"""`maskeraid train`, `maskeraid trainings …`, `maskeraid checkpoints …`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

import typer

from maskeraid.commands.datasets import find_dataset
from maskeraid.commands.models import find_model, find_version
from maskeraid.objects import Training
from maskeraid.terminal import (
    All,
    AsJson,
    CommandRefused,
    Limit,
    Where,
    connected,
    console,
    follow,
    print_json,
    print_newest,
    progress_bar,
)

ALL = "all"  # datasets


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
        typer.Option(metavar="MODEL[:VERSION]", help="Begin with the networks of this model, by id or name."),
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="`thesis`: exactly so many; the others: at most.")] = None,
    max_seconds: Annotated[float | None, typer.Option(help="Longest training time.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed, the same model.")] = None,
    email: Annotated[bool, typer.Option("--email", help="Send an e-mail when it ends.")] = False,
    is_dry: Annotated[bool, typer.Option("--dry-run", help="Only measure what it would take; makes no model.")] = False,
    is_followed: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow it until it ends.")] = True,
    as_json: AsJson = False,
) -> None:
    """Train a model on datasets."""
    chosen = {"steps": steps, "max_seconds": max_seconds}
    hyperparameters = {key: value for key, value in chosen.items() if value is not None}
    with connected() as client:
        if bool(dataset) == are_all:
            raise CommandRefused("name datasets, or say `--all`")
        found = [find_dataset(client, text) for text in dataset or ()]
        training = client.trainings.create(
            name or (found[0].name if found else ALL), [item.id for item in found] or [ALL],
            architecture=architecture, preset=preset,
            where=where or (), seed=seed, email=email, hyperparameters=hyperparameters, dry_run=is_dry,
            start_from=dict(zip(PLACE, find_version(client, start_from), strict=True)) if start_from else None,
            model_id=find_model(client, model) if model else None,
        )  # fmt: skip
        if is_followed:
            with progress_bar() as bar:
                training = follow(bar, training, f"train {training.name}")
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

app = typer.Typer(no_args_is_help=True, help="What `maskeraid train` has ordered.")
checkpoints = typer.Typer(no_args_is_help=True, help="What trainings have kept on their way.")
TrainingId = Annotated[str, typer.Argument(metavar="TRAINING", help="Id of a training.")]
Step = Annotated[int, typer.Argument(min=0, help="A step of `maskeraid checkpoints list`.")]


@app.command("list")
def list_trainings(limit: Limit = 50, is_all: All = False, as_json: AsJson = False) -> None:
    """Your trainings, newest first."""
    with connected() as client:
        columns = ["id", "name", "status", "created_at", "finished_at"]
        print_newest(client.trainings.list(), columns, None if is_all else limit, as_json=as_json)


@app.command("delete")
def delete_training(training_id: TrainingId, as_json: AsJson = False) -> None:
    """Delete a training that has ended, with its probe, sheets, and curves; a model that it has made stays."""
    with connected() as client:
        client.trainings.delete(training_id)
    if as_json:
        print_json({"id": training_id, "deleted": True})
    else:
        console.print(f"{training_id} is deleted")


@checkpoints.command("list")
def list_checkpoints(
    training_id: TrainingId,
    limit: Limit = 50,
    is_all: All = False,
    as_json: AsJson = False,
) -> None:
    """The steps that were kept or looked at, newest first."""
    with connected() as client:
        found = client.trainings.checkpoints(training_id)
        print_newest(found, ["step", "is_resumable", "created_at"], None if is_all else limit, as_json=as_json)


@checkpoints.command("promote")
def promote_checkpoint(
    training_id: TrainingId,
    step: Step,
    is_followed: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow it until it ends.")] = True,
    as_json: AsJson = False,
) -> None:
    """Make a model of a checkpoint, as it is."""
    with connected() as client:
        training = client.trainings.promote(training_id, step)
        if is_followed:
            with progress_bar() as bar:
                training = follow(bar, training, f"promote {step:,}")
    if as_json:
        print_json(training.to_dict())
    elif training.model:
        console.print(made_in_words(training))
    else:
        console.print(f"{training.id}: {training.status}")


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

"""`maskeraid train`."""

from typing import Annotated, Literal

import typer

from maskeraid.commands.datasets import find_dataset
from maskeraid.terminal import AsJson, connected, console, follow, print_json, progress_bar


def train(
    dataset: Annotated[list[str], typer.Argument(help="Datasets, by id or name.")],
    name: Annotated[str | None, typer.Option(help="Name of the model; else that of the first dataset.")] = None,
    architecture: Annotated[
        Literal["auto", "eigen", "thesis"], typer.Option(help="Kind of network; `auto` is `eigen`.")
    ] = "auto",
    preset: Annotated[
        Literal["quick", "best", "thesis"],
        typer.Option(help="`quick` takes minutes, `best` ten, `thesis` hours."),
    ] = "quick",
    where: Annotated[list[str] | None, typer.Option(help="Only images with, e.g., mouth:2; repeatable.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="`thesis`: exactly so many; `eigen`: at most.")] = None,
    max_seconds: Annotated[float | None, typer.Option(help="Longest training time.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed, the same model.")] = None,
    email: Annotated[bool, typer.Option("--email", help="Send an e-mail when it ends.")] = False,
    is_followed: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow it until it ends.")] = True,
    as_json: AsJson = False,
) -> None:
    """Train a model on datasets."""
    chosen = {"steps": steps, "max_seconds": max_seconds}
    hyperparameters = {key: value for key, value in chosen.items() if value is not None}
    with connected() as client:
        found = [find_dataset(client, text) for text in dataset]
        training = client.trainings.create(
            name or found[0].name, [item.id for item in found], architecture=architecture, preset=preset,
            where=where or (), seed=seed, email=email, hyperparameters=hyperparameters,
        )  # fmt: skip
        if is_followed:
            with progress_bar() as bar:
                training = follow(bar, training, f"train {training.name}")
    if as_json:
        print_json(training.to_dict())
    elif training.model:
        console.print(f"{training.id}: model {training.model['model_id']} version {training.model['version']}")
    else:
        console.print(f"{training.id}: {training.status}; `maskeraid jobs follow {training.id}` shows how it goes on")
